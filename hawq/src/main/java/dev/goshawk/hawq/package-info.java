/**
 * HAWQ from float weights to a quantized, fine-tuned network: {@link dev.goshawk.hawq.Hawq#quantize} takes a network of any origin and any
 * data set, and is what the command {@code goshawk quantize} runs. The packages below hold the parts: curvature, quantizers, policies,
 * training, the run's folder and its report.
 */
@NullMarked
package dev.goshawk.hawq;

import org.jspecify.annotations.NullMarked;
