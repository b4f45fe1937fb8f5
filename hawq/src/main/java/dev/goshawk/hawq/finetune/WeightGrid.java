package dev.goshawk.hawq.finetune;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.QuantizedWeights;
import dev.goshawk.hawq.quantize.ScaleRule;
import dev.goshawk.hawq.quantize.Scheme;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;

/**
 * The levels of one quantized weight, following it while it is trained. {@link #fit} searches for them from nothing;
 * after a step of training {@link #follow} moves them at a hundredth of that cost: under {@link ScaleRule#MAX} to the
 * new largest values, under {@link ScaleRule#MSE} by one round of alternating least squares (nearest codes for the
 * present scale, then the best scale for those codes), which never adds to the squared error but for rounding.
 */
final class WeightGrid {
    private final UniformQuantizer quantizer;
    private final BitWidth bits;
    private final UniformQuantizer.Levels levels;
    private final boolean perChannel;
    private final Tensor scale;
    private final Tensor zero;

    /** Levels not yet fitted: scale 1 about zero. */
    WeightGrid(UniformQuantizer quantizer, BitWidth bits, DType dtype, int channels) {
        this.quantizer = quantizer;
        this.bits = bits;
        this.levels = quantizer.levels(bits);
        this.perChannel = quantizer.scheme() == Scheme.SYMMETRIC_PER_CHANNEL;
        this.scale = Tensor.zeros(dtype, Shape.of(channels));
        this.zero = Tensor.zeros(dtype, Shape.of(channels));
        scale.fill(1);
    }

    BitWidth bits() {
        return bits;
    }

    UniformQuantizer.Levels levels() {
        return levels;
    }

    /** Distance of neighbouring levels, [output channels], shared. */
    Tensor scale() {
        return scale;
    }

    /** The level that stands for zero, [output channels], shared. */
    Tensor zero() {
        return zero;
    }

    /** Searches for the best levels. */
    void fit(Tensor weight) {
        QuantizedWeights q = quantizer.quantize(weight, bits);
        scale.copyFrom(q.scale());
        zero.copyFrom(q.zeroPoint());
    }

    /** Adapts the levels to a weight that has moved a little. O(size). */
    void follow(Tensor weight) {
        int channels = scale.size();
        double[] w = weight.toDoubles();
        if (quantizer.rule() == ScaleRule.MAX) {
            spanValues(w, channels);
        } else {
            leastSquares(w, channels);
        }
    }

    private void spanValues(double[] w, int channels) {
        double[] low = new double[channels];
        double[] high = new double[channels];
        for (int row = 0; row < w.length; row += channels) {
            for (int c = 0; c < channels; c++) {
                low[c] = Math.min(low[c], w[row + c]);
                high[c] = Math.max(high[c], w[row + c]);
            }
        }
        if (!perChannel) {
            Arrays.fill(low, Arrays.stream(low).min().orElse(0));
            Arrays.fill(high, Arrays.stream(high).max().orElse(0));
        }
        for (int c = 0; c < channels; c++) {
            double span = levels.symmetric() ? Math.max(high[c], -low[c]) : high[c] - low[c];
            set(c, span / levels.max());
            if (!levels.symmetric()) {
                zero.set(c, Math.rint(-low[c] / scale.get(c)));
            }
        }
    }

    private void leastSquares(double[] w, int channels) {
        double[] s = scale.toDoubles();
        double[] z = zero.toDoubles();
        double[] cross = new double[channels];
        double[] square = new double[channels];
        for (int row = 0; row < w.length; row += channels) {
            for (int c = 0; c < channels; c++) {
                double x = w[row + c];
                double q = Math.max(levels.min(), Math.min(levels.max(), Math.rint(x / s[c]) + z[c])) - z[c];
                cross[c] += x * q;
                square[c] += q * q;
            }
        }
        if (!perChannel) {
            Arrays.fill(cross, Arrays.stream(cross).sum());
            Arrays.fill(square, Arrays.stream(square).sum());
        }
        for (int c = 0; c < channels; c++) {
            // Where every code is zero there is nothing to learn from: the scale stays.
            if (cross[c] > 0) {
                set(c, cross[c] / square[c]);
            }
        }
    }

    private void set(int channel, double value) {
        scale.set(channel, value);
        if (!(scale.get(channel) > 0)) {
            // All zeros, or too small for the element type: any scale represents them.
            scale.set(channel, 1);
        }
    }

    /** The weight as the network computes with it, in the arithmetic of its own element type. */
    Tensor quantized(Tensor weight) {
        Tensor out = Tensor.zeros(weight.dtype(), weight.shape());
        int channels = scale.size();
        for (int i = 0; i < out.size(); i++) {
            double s = scale.get(i % channels);
            double z = zero.get(i % channels);
            double ratio = weight.dtype() == DType.FLOAT32 ? (float) weight.get(i) / (float) s : weight.get(i) / s;
            double q = Math.max(levels.min(), Math.min(levels.max(), Math.rint(ratio) + z));
            out.set(i, (q - z) * s);
        }
        return out;
    }
}
