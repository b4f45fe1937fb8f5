package dev.goshawk.hawq.quantize.family;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.hawq.quantize.UniformActivation;
import dev.goshawk.hawq.quantize.ActivationRange;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * DoReFa-Net's quantizers (Zhou et al. 2016, arXiv 1606.06160), which learn nothing. With n = 2^k - 1 and q(u) = round(n u) / n, weights
 * are 2 q(tanh(w) / (2 max|tanh(w)|) + 1/2) - 1, the maximum being over the layer and taken for a constant by the derivative;
 * activations are q(min(x, 1)). The derivative passes through the rounding. Weights of 1 bit are sign(w) E|w|, whose derivative is 1.
 */
public record DorefaQuantizer() implements Quantizer {
    private static final String MEAN = "mean";
    /** Stands in for the maximum where every weight is zero. */
    private static final double LEAST = 1e-30;

    @Override
    public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
        return bits == BitWidth.B1 ? new Sign(dtype) : new Tanh(dtype, bits);
    }

    @Override
    public TensorQuantizer activation(DType dtype, BitWidth bits) {
        return new UnitClip(dtype, bits);
    }

    @Override
    public String describeWeights() {
        return "DoReFa: tanh, scaled to [-1, 1]";
    }

    @Override
    public String describeActivations() {
        return "DoReFa: clipped at 1";
    }

    /** Weights of two bits and more. */
    private record Tanh(DType dtype, BitWidth bits) implements TensorQuantizer {
        @Override
        public SequencedMap<String, Tensor> state() {
            return new LinkedHashMap<>();
        }

        @Override
        public Value apply(Value x, Function<String, Value> state) {
            Value t = x.tanh();
            Value most = UniformActivation.maximum(t.abs());
            Value constant = Functions.stopGradient(most).max(most.like(LEAST));
            Value unit = t.divide(constant.scale(2).broadcast(x.shape())).add(0.5);
            Value n = x.like(ActivationRange.highestLevel(bits));
            Value rounded = unit.multiply(n).round().divide(n);
            return Functions.straightThrough(rounded, unit).scale(2).add(-1);
        }

        @Override
        public Tensor levels() {
            int n = ActivationRange.highestLevel(bits);
            Tensor levels = Tensor.zeros(dtype, Shape.of(n + 1, 1));
            for (int k = 0; k <= n; k++) {
                levels.set(k, dtype == DType.FLOAT32 ? (float) k / n * 2 - 1 : (double) k / n * 2 - 1);
            }
            return levels;
        }

        @Override
        public Tensor codes(Tensor values) {
            int n = ActivationRange.highestLevel(bits);
            Tensor t = Tensor.zeros(dtype, values.shape());
            double most = LEAST;
            for (int i = 0; i < t.size(); i++) {
                t.set(i, Math.tanh(values.get(i)));
                most = Math.max(most, Math.abs(t.get(i)));
            }
            Tensor codes = Tensor.zeros(DType.INT32, values.shape());
            for (int i = 0; i < codes.size(); i++) {
                double u = t.get(i) / (2 * most);
                codes.set(i, Math.rint(dtype == DType.FLOAT32 ? ((float) u + 0.5f) * n : (u + 0.5) * n));
            }
            return codes;
        }
    }

    /** Weights of one bit. */
    private record Sign(Tensor mean) implements TensorQuantizer {
        Sign(DType dtype) {
            this(Tensor.zeros(dtype, Shape.scalar()));
        }

        @Override
        public BitWidth bits() {
            return BitWidth.B1;
        }

        @Override
        public SequencedMap<String, Tensor> state() {
            SequencedMap<String, Tensor> state = new LinkedHashMap<>();
            state.put(MEAN, mean);
            return state;
        }

        @Override
        public Value apply(Value x, Function<String, Value> state) {
            Value sign = x.atLeast(x.like(0)).scale(2).add(-1);
            return Functions.straightThrough(sign.multiply(state.apply(MEAN).broadcast(x.shape())), x);
        }

        @Override
        public void fit(Tensor weight) {
            double sum = 0;
            for (int i = 0; i < weight.size(); i++) {
                sum += Math.abs(weight.get(i));
            }
            mean.fill(sum / weight.size());
        }

        @Override
        public void follow(Tensor weight) {
            fit(weight);
        }

        @Override
        public Tensor levels() {
            Tensor levels = Tensor.zeros(mean.dtype(), Shape.of(2, 1));
            levels.set(0, -mean.item());
            levels.set(1, mean.item());
            return levels;
        }

        @Override
        public Tensor codes(Tensor values) {
            Tensor codes = Tensor.zeros(DType.INT32, values.shape());
            for (int i = 0; i < codes.size(); i++) {
                codes.set(i, values.get(i) >= 0 ? 1 : 0);
            }
            return codes;
        }
    }

    /** Activations. */
    private record UnitClip(DType dtype, BitWidth bits) implements TensorQuantizer {
        @Override
        public SequencedMap<String, Tensor> state() {
            return new LinkedHashMap<>();
        }

        private Tensor step() {
            Tensor step = Tensor.zeros(dtype, Shape.scalar());
            step.fill(1.0 / ActivationRange.highestLevel(bits));
            return step;
        }

        @Override
        public Value apply(Value x, Function<String, Value> state) {
            Value step = x.like(step().item());
            Value y = x.min(x.like(1));
            return Functions.straightThrough(y.divide(step).round().multiply(step), y);
        }

        @Override
        public Tensor levels() {
            return UniformActivation.unsignedLevels(step(), bits);
        }

        @Override
        public Tensor codes(Tensor values) {
            return UniformActivation.unsignedCodes(values, step(), bits);
        }

        @Override
        public double largest() {
            return 1;
        }
    }
}
