package dev.goshawk.hawq.quantize;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Uniform quantization of weights whose last axis is the output channel (HWIO filters, [in, out] matrices): q =
 * clamp(round(w / scale) + zero, qMin, qMax), Q(w) = (q - zero) scale, ties to even. All arithmetic is that of the
 * weight's element type, so that a fake-quantize operation with the same scale and zero point gives the same values.
 *
 * <p>Symmetric 2-bit levels are ternary, {-1, 0, 1}. The default rule is {@link ScaleRule#MSE}: it minimises ||Q(W) -
 * W||^2, the very quantity that bit allocation and the fine-tuning order weigh by the curvature.
 *
 * @param scheme layout of the levels
 * @param rule choice of the scale
 */
public record UniformQuantizer(Scheme scheme, ScaleRule rule) {

    /** Symmetric per output channel with the least squared error. */
    public static UniformQuantizer standard() {
        return new UniformQuantizer(Scheme.SYMMETRIC_PER_CHANNEL, ScaleRule.MSE);
    }

    /**
     * Quantizes a weight; O(size) for MAX and about 60 times that for MSE.
     *
     * @param weight float32 or float64, rank 1 or more, finite
     * @param bits any but {@link BitWidth#FLOAT}
     */
    public QuantizedWeights quantize(Tensor weight, BitWidth bits) {
        return quantize(weight, bits, (c, w) -> new ScaleSearch(levels(bits), weight.dtype()).best(w, rule));
    }

    /**
     * Adapts the scales to a weight that has moved a little since, as in training: under MSE a few steps of least
     * squares from the earlier scales in place of the search, under MAX the maximum.
     *
     * @param previous this quantizer's result for an earlier value of the same weight
     */
    public QuantizedWeights update(Tensor weight, QuantizedWeights previous) {
        if (!previous.values().shape().equals(weight.shape()) || previous.values().dtype() != weight.dtype()) {
            throw new ShapeMismatchException("quantizer update: expected a weight " + previous.values().dtype()
                    + previous.values().shape() + " as before, got " + weight.dtype() + weight.shape());
        }
        if (rule == ScaleRule.MAX) {
            return quantize(weight, previous.bits());
        }
        ScaleSearch search = new ScaleSearch(levels(previous.bits()), weight.dtype());
        return quantize(weight, previous.bits(), (c, w) -> search.refine(w,
                new ScaleSearch.Grid(previous.scale().get(c), (int) previous.zeroPoint().get(c))));
    }

    /** ||Q(W) - W||^2, summed in float64; 0 for {@link BitWidth#FLOAT}. */
    public double perturbation(Tensor weight, BitWidth bits) {
        if (bits.isFloat()) {
            return 0;
        }
        Tensor q = quantize(weight, bits).values();
        double sum = 0;
        for (int i = 0; i < q.size(); i++) {
            double d = q.get(i) - weight.get(i);
            sum += d * d;
        }
        return sum;
    }

    /** Integer levels of a width, for the fake-quantization op. */
    public Levels levels(BitWidth bits) {
        if (bits.isFloat()) {
            throw new IllegalArgumentException("quantizer: expected 2, 3, 4, 6 or 8 bits, got 32 (float)");
        }
        int half = (1 << (bits.bits() - 1)) - 1;
        return switch (scheme) {
            case SYMMETRIC_PER_CHANNEL -> new Levels(-half, half, true);
            case ASYMMETRIC_PER_LAYER -> new Levels(0, (1 << bits.bits()) - 1, false);
        };
    }

    private QuantizedWeights quantize(Tensor weight, BitWidth bits, GridChoice choice) {
        Levels levels = levels(bits);
        check(weight);
        int channels = weight.shape().dim(-1);
        Tensor values = Tensor.zeros(weight.dtype(), weight.shape());
        Tensor codes = Tensor.zeros(DType.INT32, weight.shape());
        Tensor scale = Tensor.zeros(weight.dtype(), Shape.of(channels));
        Tensor zeroPoint = Tensor.zeros(weight.dtype(), Shape.of(channels));
        boolean perChannel = scheme == Scheme.SYMMETRIC_PER_CHANNEL;
        double[] all = weight.toDoubles();
        IntFunction<double[]> channel = c -> perChannel
                ? IntStream.range(0, all.length / channels).mapToDouble(r -> all[r * channels + c]).toArray()
                : all;
        ScaleSearch search = new ScaleSearch(levels, weight.dtype());
        ScaleSearch.Grid grid = new ScaleSearch.Grid(1, 0);
        for (int c = 0; c < channels; c++) {
            if (perChannel || c == 0) {
                grid = choice.choose(c, channel.apply(c));
            }
            scale.set(c, grid.scale());
            zeroPoint.set(c, grid.zero());
            for (int i = c; i < all.length; i += channels) {
                int code = search.code(all[i], grid);
                codes.set(i, code);
                values.set(i, search.value(code, grid));
            }
        }
        return new QuantizedWeights(values, codes, scale, zeroPoint, levels.min(), levels.max(), bits);
    }

    private static void check(Tensor weight) {
        if (!weight.dtype().isFloating() || weight.shape().rank() < 1 || weight.size() == 0) {
            throw new ShapeMismatchException(
                    "quantizer: expected a floating, non-empty weight of rank 1 or more, got " + weight.dtype()
                            + weight.shape());
        }
        for (int i = 0; i < weight.size(); i++) {
            if (!Double.isFinite(weight.get(i))) {
                throw new IllegalArgumentException("quantizer: expected finite weights, got " + weight.get(i)
                        + " at index " + i + " of " + weight.dtype() + weight.shape());
            }
        }
    }

    /** Chooses a grid for the values that share one. */
    private interface GridChoice {
        ScaleSearch.Grid choose(int channel, double[] values);
    }

    /** The integer levels of a scheme; symmetric ones have no zero point. */
    public record Levels(int min, int max, boolean symmetric) {
    }
}
