/**
 * Uniform quantizers and the decisions HAWQ takes around them: which block gets how many bits (sensitivity, precision
 * order, allocation for a size target) and which block is quantized and fine-tuned first (Omega order).
 */
@NullMarked
package dev.goshawk.hawq.quantize;

import org.jspecify.annotations.NullMarked;
