package dev.goshawk.hawq.quantize.family;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.hawq.quantize.ActivationRange;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * Learned step size quantization, LSQ (Esser et al., ICLR 2020, arXiv 1902.08153): {@code round(clip(x / s, -Qn, Qp)) s} with one
 * trained step s for each weight and each site. Weights have Qn = 2^(b-1), Qp = 2^(b-1) - 1; activations Qn = 0, Qp = 2^b - 1. The
 * derivative with respect to s is round(x / s) - x / s inside the range and -Qn or Qp outside, times 1 / sqrt(N Qp), N being the
 * number of weights, or of an image's activations at the site. The first step is 2 E|x| / sqrt(Qp).
 */
public record LearnedStepQuantizer() implements Quantizer {
    private static final String STEP = "step";
    private static final String MAGNITUDE = "magnitude";

    @Override
    public List<BitWidth> weightWidths() {
        return BitWidth.quantized().subList(1, BitWidth.quantized().size());
    }

    @Override
    public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
        int half = 1 << bits.bits() - 1;
        if (half < 2) {
            throw new IllegalArgumentException("lsq: expected 2 bits or more for weights, got " + bits);
        }
        return new Step(dtype, bits, -half, half - 1);
    }

    @Override
    public TensorQuantizer activation(DType dtype, BitWidth bits) {
        return new Step(dtype, bits, 0, ActivationRange.highestLevel(bits));
    }

    @Override
    public String describeWeights() {
        return "LSQ: a learned step for each layer";
    }

    @Override
    public String describeActivations() {
        return "LSQ: a learned step for each site";
    }

    /** Levels from lowest to highest times a step. */
    private static final class Step implements TensorQuantizer {
        /** Steps stay at or above this. */
        private static final double LEAST = 1e-8;

        private final BitWidth bits;
        private final int lowest;
        private final int highest;
        private final Tensor step;
        private int batches;
        private boolean given;

        Step(DType dtype, BitWidth bits, int lowest, int highest) {
            this.bits = bits;
            this.lowest = lowest;
            this.highest = highest;
            this.step = Tensor.zeros(dtype, Shape.scalar());
            step.fill(1);
        }

        @Override
        public BitWidth bits() {
            return bits;
        }

        @Override
        public SequencedMap<String, Tensor> state() {
            SequencedMap<String, Tensor> state = new LinkedHashMap<>();
            state.put(STEP, step);
            return state;
        }

        @Override
        public List<Trained> trained() {
            return List.of(new Trained(STEP, 1, 0));
        }

        @Override
        public Value apply(Value x, Function<String, Value> state) {
            int elements = lowest < 0 ? x.shape().size() : x.shape().size() / x.shape().dim(0);
            Value plain = state.apply(STEP);
            Value scaled = plain.scale(1 / Math.sqrt((double) elements * highest));
            Value s = Functions.straightThrough(plain, scaled).broadcast(x.shape());
            Value clipped = x.divide(s).max(x.like(lowest)).min(x.like(highest));
            return Functions.straightThrough(clipped.round(), clipped).multiply(s);
        }

        private void stepFrom(double magnitude) {
            step.fill(Math.max(LEAST, 2 * magnitude / Math.sqrt(highest)));
        }

        @Override
        public void start(double largest) {
            step.fill(Math.max(LEAST, largest / highest));
            given = true;
        }

        @Override
        public void fit(Tensor weight) {
            double sum = 0;
            for (int i = 0; i < weight.size(); i++) {
                sum += Math.abs(weight.get(i));
            }
            stepFrom(sum / weight.size());
        }

        @Override
        public void follow(Tensor weight) {
            keepPositive();
        }

        private void keepPositive() {
            if (step.item() < LEAST) {
                step.fill(LEAST);
            }
        }

        @Override
        public SequencedMap<String, Value> measures(Value x, boolean calibrating) {
            SequencedMap<String, Value> measures = new LinkedHashMap<>();
            if (calibrating) {
                measures.put(MAGNITUDE, x.abs().mean());
            }
            return measures;
        }

        @Override
        public void observe(Map<String, Tensor> measured) {
            Tensor magnitude = measured.get(MAGNITUDE);
            if (magnitude == null || given) {
                keepPositive();
                return;
            }
            // The mean over the batches so far; what was added before follows from the step.
            double before = batches == 0 ? 0 : step.item() * Math.sqrt(highest) / 2;
            batches++;
            stepFrom(before + (magnitude.item() - before) / batches);
        }

        @Override
        public Tensor levels() {
            Tensor levels = Tensor.zeros(step.dtype(), Shape.of(highest - lowest + 1, 1));
            for (int k = lowest; k <= highest; k++) {
                levels.set(k - lowest, k * step.item());
            }
            return levels;
        }

        @Override
        public Tensor codes(Tensor values) {
            boolean single = values.dtype() == DType.FLOAT32;
            Tensor codes = Tensor.zeros(DType.INT32, values.shape());
            for (int i = 0; i < codes.size(); i++) {
                double ratio = values.get(i) / step.item();
                double clipped = Math.clamp(single ? (float) ratio : ratio, (double) lowest, highest);
                codes.set(i, Math.rint(clipped) - lowest);
            }
            return codes;
        }
    }
}
