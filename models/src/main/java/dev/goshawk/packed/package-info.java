/**
 * Quantized models as packed files, run with {@code goshawk-tensor-core} and {@code goshawk-models} alone: {@link
 * dev.goshawk.packed.QuantizedModel} classifies images.
 */
@org.jspecify.annotations.NullMarked
package dev.goshawk.packed;
