package dev.goshawk.hawq.quantize;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * A weight's {@link UniformQuantizer}. {@link #fit} searches for the levels from nothing; after a step of training {@link #follow}
 * moves them at a hundredth of that cost: under {@link ScaleRule#MAX} to the new largest values, under {@link ScaleRule#MSE} by one
 * round of alternating least squares (nearest codes for the present scale, then the best scale for those codes), which never adds to
 * the squared error but for rounding.
 */
final class UniformWeight implements TensorQuantizer {
    private static final String SCALE = "scale";
    private static final String ZERO = "zero";

    private final UniformQuantizer quantizer;
    private final BitWidth bits;
    private final UniformQuantizer.Levels levels;
    private final boolean perChannel;
    private final Tensor scale;
    private final Tensor zero;

    /** Scale 1 about zero. */
    UniformWeight(UniformQuantizer quantizer, Shape shape, DType dtype, BitWidth bits) {
        this.quantizer = quantizer;
        this.bits = bits;
        this.levels = quantizer.levels(bits);
        this.perChannel = quantizer.scheme() == Scheme.SYMMETRIC_PER_CHANNEL;
        this.scale = Tensor.zeros(dtype, Shape.of(shape.dim(-1)));
        this.zero = Tensor.zeros(dtype, Shape.of(shape.dim(-1)));
        scale.fill(1);
    }

    @Override
    public BitWidth bits() {
        return bits;
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put(SCALE, scale);
        state.put(ZERO, zero);
        return state;
    }

    @Override
    public Value apply(Value x, Function<String, Value> state) {
        if (levels.binary()) {
            Value sign = x.atLeast(x.like(0)).scale(2).add(-1);
            return Functions.straightThrough(sign.multiply(state.apply(SCALE).broadcast(x.shape())), x);
        }
        return Functions.fakeQuantize(x, state.apply(SCALE), state.apply(ZERO), levels.min(), levels.max());
    }

    @Override
    public void fit(Tensor weight) {
        UniformQuantizer.QuantizedWeights q = quantizer.quantize(weight, bits);
        scale.copyFrom(q.scale());
        zero.copyFrom(q.zeroPoint());
    }

    @Override
    public void follow(Tensor weight) {
        if (quantizer.rule() == ScaleRule.MAX) {
            fit(weight);
        } else {
            leastSquares(weight, scale.size());
        }
    }

    private void leastSquares(Tensor w, int channels) {
        double[] s = scale.toDoubles();
        double[] z = zero.toDoubles();
        double[] cross = new double[channels];
        double[] square = new double[channels];
        for (int row = 0; row < w.size(); row += channels) {
            for (int c = 0; c < channels; c++) {
                double x = w.get(row + c);
                double q = levels.nearest(x / s[c], z[c]) - z[c];
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
                scale.set(c, cross[c] / square[c]);
                if (!(scale.get(c) > 0)) {
                    // Too small for the element type: any scale represents it.
                    scale.set(c, 1);
                }
            }
        }
    }

    @Override
    public Tensor levels() {
        int channels = scale.size();
        ScaleSearch search = new ScaleSearch(levels, scale.dtype());
        Tensor table = Tensor.zeros(scale.dtype(), Shape.of(levels.count(), channels));
        for (int i = 0; i < table.size(); i++) {
            table.set(i, search.value(levels.at(i / channels), grid(i % channels)));
        }
        return table;
    }

    @Override
    public Tensor codes(Tensor values) {
        int channels = scale.size();
        ScaleSearch search = new ScaleSearch(levels, values.dtype());
        Tensor codes = Tensor.zeros(DType.INT32, values.shape());
        for (int i = 0; i < codes.size(); i++) {
            codes.set(i, levels.indexOf(search.code(values.get(i), grid(i % channels))));
        }
        return codes;
    }

    private ScaleSearch.Grid grid(int channel) {
        return new ScaleSearch.Grid(scale.get(channel), (int) zero.get(channel));
    }
}
