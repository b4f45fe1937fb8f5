package dev.goshawk.hawq.quantize;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Activations as unsigned levels from 0 to a moving average of the batches' maxima, see {@link ActivationRange}, or to part of it. */
public final class UniformActivation implements TensorQuantizer {
    private static final String SCALE = "scale";
    private static final String RANGE = "range";
    private static final String MAXIMUM = "maximum";
    private static final String SAMPLE = "sample";
    private static final int SAMPLE_IMAGES = 4;

    private final BitWidth bits;
    private final double factor;
    private final Tensor scale;
    /** Momentum, range and number of observations. */
    private final Tensor range;
    private boolean given;

    /** @param factor on the measured range */
    UniformActivation(DType dtype, BitWidth bits, double factor) {
        this.bits = bits;
        this.factor = factor;
        this.scale = Tensor.zeros(dtype, Shape.scalar());
        this.range = Tensor.zeros(DType.FLOAT64, Shape.of(3));
        scale.fill(1);
        keep(new ActivationRange().state());
    }

    /** The largest of all elements, a scalar. */
    public static Value maximum(Value x) {
        return Value.of(new Op.MaxOver(IntStream.range(0, x.shape().rank()).boxed().toList()), x);
    }

    private void keep(ActivationRange.State state) {
        range.set(0, state.momentum());
        range.set(1, state.range());
        range.set(2, state.observations());
    }

    @Override
    public BitWidth bits() {
        return bits;
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put(SCALE, scale);
        state.put(RANGE, range);
        return state;
    }

    @Override
    public Value apply(Value x, Function<String, Value> state) {
        return Functions.fakeQuantize(x, state.apply(SCALE), Value.constant(0, x.dtype(), Shape.scalar()), 0,
                ActivationRange.highestLevel(bits));
    }

    @Override
    public SequencedMap<String, Value> measures(Value x, boolean calibrating) {
        SequencedMap<String, Value> measures = new LinkedHashMap<>();
        measures.put(MAXIMUM, maximum(x));
        return measures;
    }

    /** Stays at that range: the batches' maxima would soon have replaced it. */
    @Override
    public void start(double largest) {
        given = true;
        keep(new ActivationRange.State(new ActivationRange().state().momentum(), largest / factor, 1));
        scale.fill(new ActivationRange(new ActivationRange.State(0, largest(), 1)).scale(bits));
    }

    @Override
    public void observe(Map<String, Tensor> measured) {
        Tensor maximum = measured.get(MAXIMUM);
        if (maximum != null && !given) {
            ActivationRange average = new ActivationRange(
                    new ActivationRange.State(range.get(0), range.get(1), (long) range.get(2)));
            average.observe(maximum.item());
            keep(average.state());
            scale.fill(new ActivationRange(new ActivationRange.State(0, largest(), 1)).scale(bits));
        }
    }

    @Override
    public Tensor levels() {
        return unsignedLevels(scale, bits);
    }

    @Override
    public Tensor codes(Tensor values) {
        return unsignedCodes(values, scale, bits);
    }

    @Override
    public double largest() {
        return factor * range.get(1);
    }

    /** 0, step, ..., (2^k - 1) step, one group. */
    public static Tensor unsignedLevels(Tensor step, BitWidth bits) {
        int highest = ActivationRange.highestLevel(bits);
        Tensor levels = Tensor.zeros(step.dtype(), Shape.of(highest + 1, 1));
        for (int k = 0; k <= highest; k++) {
            levels.set(k, k * step.item());
        }
        return levels;
    }

    /** The nearest of {@link #unsignedLevels}, ties to even, in the arithmetic of the element type. */
    public static Tensor unsignedCodes(Tensor values, Tensor step, BitWidth bits) {
        int highest = ActivationRange.highestLevel(bits);
        boolean single = values.dtype() == DType.FLOAT32;
        Tensor codes = Tensor.zeros(DType.INT32, values.shape());
        for (int i = 0; i < codes.size(); i++) {
            double ratio = values.get(i) / step.item();
            codes.set(i, Math.clamp((long) Math.rint(single ? (float) ratio : ratio), 0, highest));
        }
        return codes;
    }

    /** What to measure of a batch for a quantizer that is fitted to the distribution: a few images, every other row and column. */
    public static SequencedMap<String, Value> sample(Value x) {
        int[] limit = x.shape().dims();
        int[] stride = new int[limit.length];
        Arrays.fill(stride, 1);
        stride[0] = Math.max(1, limit[0] / SAMPLE_IMAGES);
        for (int axis = 1; axis < limit.length - 1; axis++) {
            stride[axis] = limit[axis] >= SAMPLE_IMAGES ? 2 : 1;
        }
        SequencedMap<String, Value> measures = new LinkedHashMap<>();
        measures.put(SAMPLE, x.slice(new int[limit.length], limit, stride));
        return measures;
    }

    /** The values of {@link #sample}; none where it was not measured. */
    public static double[] sampled(Map<String, Tensor> measured) {
        Tensor sample = measured.get(SAMPLE);
        return sample == null ? new double[0] : sample.toDoubles();
    }
}
