package dev.goshawk.hawq.quantize;

import dev.goshawk.tensor.Tensor;

/**
 * A quantized weight: values = (codes - zeroPoint) * scale.
 *
 * @param values the representable values nearest to the weight, in its shape and element type
 * @param codes int32 levels in {@code qMin .. qMax}, in the weight's shape
 * @param scale [C], the weight's element type, above 0; C is the extent of the last axis (equal entries per layer)
 * @param zeroPoint [C], whole numbers in the weight's element type
 * @param qMin lowest level
 * @param qMax highest level
 * @param bits stored width
 */
public record QuantizedWeights(Tensor values, Tensor codes, Tensor scale, Tensor zeroPoint, int qMin, int qMax,
        BitWidth bits) {
}
