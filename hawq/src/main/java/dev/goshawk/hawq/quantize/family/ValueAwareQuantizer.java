package dev.goshawk.hawq.quantize.family;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.hawq.quantize.UniformActivation;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.quantize.ActivationRange;
import dev.goshawk.hawq.quantize.ScaleSearch;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.ScaleRule;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * Value-aware quantization, RVQuant (Park et al., ECCV 2018, arXiv 1804.07802): a small share of the weights of a layer, those of largest
 * magnitude, keeps 16 bits; the others are rounded linearly within the range that is left, which is much narrower, weights in the steps of
 * least squared error. Activations likewise. The derivative passes through the rounding. Of n weights m = ceil(share n) are large, and
 * {@code (n - m) b + 16 m + min(n, m ceil(log2 n))} bits store them: codes, large values, and their places as a bitmap or as a list,
 * whichever is shorter.
 *
 * @param weightShare share of the weights that stay precise, in (0, 1)
 * @param activationShare share of the activations that stay precise, in (0, 1)
 */
public record ValueAwareQuantizer(double weightShare, double activationShare) implements Quantizer {
    private static final String REACH = "reach";
    private static final String LARGE = "large";
    private static final String FINE = "fine";
    private static final int PRECISE_BITS = 16;
    private static final int PRECISE_LEVELS = (1 << PRECISE_BITS - 1) - 1;
    private static final double MOMENTUM = 0.9;

    public ValueAwareQuantizer {
        if (!(weightShare > 0 && weightShare < 1 && activationShare > 0 && activationShare < 1)) {
            throw new IllegalArgumentException("rvquant: expected shares of large values between 0 and 1, got "
                    + weightShare + " and " + activationShare);
        }
    }

    /** 1 % of the weights and of the activations. */
    public static ValueAwareQuantizer standard() {
        return new ValueAwareQuantizer(0.01, 0.01);
    }

    @Override
    public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
        return new Split(dtype, bits, weightShare, true);
    }

    @Override
    public TensorQuantizer activation(DType dtype, BitWidth bits) {
        return new Split(dtype, bits, activationShare, false);
    }

    @Override
    public String describeWeights() {
        return "value-aware: the largest " + 100 * weightShare + " % of a layer keep 16 bits, the others are linear";
    }

    @Override
    public String describeActivations() {
        return "value-aware: the largest " + 100 * activationShare + " % of a site keep 16 bits";
    }

    @Override
    public boolean hasUniformActivations() {
        return false;
    }

    @Override
    public long storedBits(long weights, BitWidth bits) {
        if (bits.isFloat()) {
            return weights * bits.bits();
        }
        long large = large(weights, weightShare);
        long list = large * (Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, weights - 1)));
        return (weights - large) * bits.bits() + large * PRECISE_BITS + Math.min(weights, list);
    }

    private static long large(long values, double share) {
        return (long) Math.ceil(share * values);
    }

    /** Small values linearly up to a reach, large ones in fine steps. */
    private static final class Split implements TensorQuantizer {
        private final BitWidth bits;
        private final double share;
        private final boolean signed;
        /** The largest small magnitude, the smallest large one, and the step of large ones. */
        private final Tensor reach;
        private final Tensor large;
        private final Tensor fine;

        Split(DType dtype, BitWidth bits, double share, boolean signed) {
            this.bits = bits;
            this.share = share;
            this.signed = signed;
            this.reach = Tensor.zeros(dtype, Shape.scalar());
            this.large = Tensor.zeros(dtype, Shape.scalar());
            this.fine = Tensor.zeros(dtype, Shape.scalar());
            reach.fill(1);
            large.fill(1);
            fine.fill(1.0 / PRECISE_LEVELS);
        }

        @Override
        public BitWidth bits() {
            return bits;
        }

        @Override
        public SequencedMap<String, Tensor> state() {
            SequencedMap<String, Tensor> state = new LinkedHashMap<>();
            state.put(REACH, reach);
            state.put(LARGE, large);
            state.put(FINE, fine);
            return state;
        }

        private boolean binary() {
            return signed && bits == BitWidth.B1;
        }

        /** Steps from 0 to the reach. */
        private int steps() {
            if (!signed) {
                return ActivationRange.highestLevel(bits);
            }
            return binary() ? 1 : (1 << bits.bits() - 1) - 1;
        }

        @Override
        public Value apply(Value x, Function<String, Value> state) {
            Value bound = state.apply(REACH);
            Value small;
            if (binary()) {
                Value sign = x.atLeast(x.like(0)).scale(2).add(-1);
                small = sign.multiply(bound.broadcast(x.shape()));
            } else {
                Value step = bound.divide(bound.like(steps())).broadcast(x.shape());
                Value highest = x.like(steps());
                Value ratio = x.divide(step).min(highest);
                small = (signed ? ratio.max(highest.negate()) : ratio).round().multiply(step);
            }
            Value unit = state.apply(FINE).broadcast(x.shape());
            Value precise = x.divide(unit).round().multiply(unit);
            Value isLarge = x.abs().atLeast(state.apply(LARGE).broadcast(x.shape()));
            // Exact: one of the two is multiplied by 0.
            Value y = isLarge.multiply(precise).add(isLarge.subtractFrom(1).multiply(small));
            return Functions.straightThrough(y, x);
        }

        /** @param anew whether the step of weights is searched for, or improved from the present one */
        private void take(double[] values, double part, boolean anew) {
            double[] sorted = Arrays.stream(values).map(Math::abs).sorted().toArray();
            int count = (int) ValueAwareQuantizer.large(sorted.length, share);
            double most = sorted[sorted.length - 1];
            if (!(most > 0)) {
                // Nothing to learn from.
                return;
            }
            double smallest = sorted[sorted.length - count];
            double below = count < sorted.length ? sorted[sorted.length - count - 1] : smallest;
            if (signed) {
                reach.fill(steps() * scale(values, smallest, anew));
            } else {
                move(reach, below > 0 ? below : smallest, part);
            }
            move(large, smallest, part);
            move(fine, most / PRECISE_LEVELS, part);
        }

        /** The step of least squared error for the small values: searched for, or improved from the present one. */
        private double scale(double[] values, double smallest, boolean anew) {
            double[] small = Arrays.stream(values).filter(v -> Math.abs(v) < smallest).toArray();
            ScaleSearch search = new ScaleSearch(UniformQuantizer.standard().levels(bits), reach.dtype());
            return (anew ? search.best(small, ScaleRule.MSE) : search.refine(small, new ScaleSearch.Grid(step(), 0)))
                    .scale();
        }

        private static void move(Tensor number, double to, double part) {
            number.fill(number.item() + part * (to - number.item()));
        }

        @Override
        public void fit(Tensor weight) {
            take(weight.toDoubles(), 1, true);
        }

        @Override
        public void follow(Tensor weight) {
            take(weight.toDoubles(), 1, false);
        }

        @Override
        public SequencedMap<String, Value> measures(Value x, boolean calibrating) {
            return UniformActivation.sample(x);
        }

        @Override
        public void observe(Map<String, Tensor> measured) {
            double[] sample = UniformActivation.sampled(measured);
            if (sample.length > 0) {
                take(sample, fine.item() == first() ? 1 : 1 - MOMENTUM, true);
            }
        }

        /** The step before anything was taken in. */
        private double first() {
            return fine.dtype() == DType.FLOAT32 ? (float) (1.0 / PRECISE_LEVELS) : 1.0 / PRECISE_LEVELS;
        }

        private double step() {
            double step = reach.item() / steps();
            return reach.dtype() == DType.FLOAT32 ? (float) step : step;
        }

        @Override
        public Tensor levels() {
            int lowest = signed ? -steps() : 0;
            Tensor levels = Tensor.zeros(reach.dtype(), Shape.of(binary() ? 2 : steps() - lowest + 1, 1));
            for (int k = 0; k < levels.size(); k++) {
                levels.set(k, binary() ? (2 * k - 1) * reach.item() : (lowest + k) * step());
            }
            return levels;
        }

        @Override
        public Optional<LargeValues> large() {
            return Optional.of(new LargeValues(large.item(), fine.item()));
        }

        @Override
        public Tensor codes(Tensor values) {
            boolean single = values.dtype() == DType.FLOAT32;
            int lowest = signed ? -steps() : 0;
            Tensor codes = Tensor.zeros(DType.INT32, values.shape());
            for (int i = 0; i < codes.size(); i++) {
                if (binary()) {
                    codes.set(i, values.get(i) >= 0 ? 1 : 0);
                } else {
                    double ratio = values.get(i) / step();
                    codes.set(i, Math.clamp((long) Math.rint(single ? (float) ratio : ratio), lowest, steps())
                            - lowest);
                }
            }
            return codes;
        }

        @Override
        public Tensor quantized(Tensor values) {
            Tensor small = TensorQuantizer.super.quantized(values);
            boolean single = values.dtype() == DType.FLOAT32;
            for (int i = 0; i < small.size(); i++) {
                if (Math.abs(values.get(i)) >= large.item()) {
                    double ratio = values.get(i) / fine.item();
                    small.set(i, Math.rint(single ? (float) ratio : ratio) * fine.item());
                }
            }
            return small;
        }

        @Override
        public double largest() {
            return fine.item() * PRECISE_LEVELS;
        }
    }
}
