package dev.goshawk.hawq.quantize;

import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
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
 * <p>Symmetric 2-bit levels are ternary, {-1, 0, 1}; those of 1 bit are -1 and 1, by the sign of the weight. The default rule is {@link ScaleRule#MSE}: it minimizes ||Q(W) -
 * W||^2, the very quantity that bit allocation and the fine-tuning order weigh by the curvature.
 *
 * @param scheme layout of the levels
 * @param rule choice of the scale
 * @param activationRange factor on the measured range of activations, above 0 and at most 4: below 1 the largest are clipped and the others rounded more finely,
 *     which at 4 bits and less is a gain
 */
public record UniformQuantizer(Scheme scheme, ScaleRule rule, double activationRange) implements Quantizer {
    private static final int MOST_RANGE = 4;

    public UniformQuantizer {
        if (!(activationRange > 0 && activationRange <= MOST_RANGE)) {
            throw new InvalidSettingException(Setting.ACTIVATION_RANGE, "a factor above 0, at most " + MOST_RANGE,
                    activationRange);
        }
    }

    /** Activations up to the largest. */
    public UniformQuantizer(Scheme scheme, ScaleRule rule) {
        this(scheme, rule, 1);
    }

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
                grid = search.best(channel.apply(c), rule);
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

    @Override
    public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
        return new UniformWeight(this, shape, dtype, bits);
    }

    @Override
    public TensorQuantizer activation(DType dtype, BitWidth bits) {
        return new UniformActivation(dtype, bits, activationRange);
    }

    @Override
    public String describeWeights() {
        return (scheme == Scheme.SYMMETRIC_PER_CHANNEL
                ? "symmetric, a scale for each output channel"
                : "asymmetric, a scale for each layer") + ", scales by " + switch (rule) {
                    case MSE -> "least squared error";
                    case MAX -> "the largest value";
                };
    }

    @Override
    public String describeActivations() {
        return "range by moving average of batch maxima" + (activationRange == 1 ? "" : ", times " + activationRange);
    }

    /** Integer levels of a width, for the fake-quantization op. */
    public Levels levels(BitWidth bits) {
        if (bits.isFloat()) {
            throw new IllegalArgumentException("quantizer: expected 1 to 8 bits, got 32 (float)");
        }
        int half = (1 << (bits.bits() - 1)) - 1;
        return switch (scheme) {
            case SYMMETRIC_PER_CHANNEL ->
                bits == BitWidth.B1 ? new Levels(-1, 1, true, true) : new Levels(-half, half, true, false);
            case ASYMMETRIC_PER_LAYER -> new Levels(0, (1 << bits.bits()) - 1, false, false);
        };
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

    /**
     * The integer levels of a scheme.
     *
     * @param symmetric whether there is no zero point
     * @param binary whether there are but two, -1 and 1
     */
    public record Levels(int min, int max, boolean symmetric, boolean binary) {
        /** How many there are. */
        int count() {
            return binary ? 2 : max - min + 1;
        }

        /** The level of that place, from 0. */
        int at(int index) {
            return binary ? 2 * index - 1 : min + index;
        }

        /** The place of a level, from 0. */
        int indexOf(int level) {
            return binary ? (level + 1) / 2 : level - min;
        }

        /** The level nearest to a number of steps from zero, ties to even. */
        double nearest(double steps, double zero) {
            if (binary) {
                return steps >= 0 ? 1 : -1;
            }
            return Math.max(min, Math.min(max, Math.rint(steps) + zero));
        }
    }

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
}
