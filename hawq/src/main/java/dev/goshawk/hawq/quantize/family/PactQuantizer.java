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
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * Parameterized clipping activation, PACT (Choi et al. 2018, arXiv 1805.06085): activations are clipped at a trained alpha, one for
 * each site, y = clip(x, 0, alpha), and rounded to {@code round(y (2^k - 1) / alpha) alpha / (2^k - 1)}. The derivative is that of y: 1
 * with respect to x below alpha, 1 with respect to alpha above. An L2 penalty draws alpha down. Weights are {@link DorefaQuantizer}'s, as
 * in the paper. Alpha starts at 10 whatever the activations: those before training, with batch normalization by the float network's
 * statistics, say nothing about a network whose weights have been scaled to [-1, 1].
 *
 * @param decay coefficient of the L2 penalty on alpha
 */
public record PactQuantizer(double decay) implements Quantizer {
    private static final String ALPHA = "alpha";
    private static final double FIRST = 10;
    private static final double LEAST = 1e-6;

    public PactQuantizer {
        if (!(decay >= 0) || Double.isInfinite(decay)) {
            throw new IllegalArgumentException("pact: expected a finite decay of alpha of 0 or more, got " + decay);
        }
    }

    /** A penalty of 2e-4 on alpha. */
    public static PactQuantizer standard() {
        return new PactQuantizer(2e-4);
    }

    @Override
    public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
        return new DorefaQuantizer().weight(shape, dtype, bits);
    }

    @Override
    public TensorQuantizer activation(DType dtype, BitWidth bits) {
        return new Clip(dtype, bits, decay);
    }

    @Override
    public String describeWeights() {
        return new DorefaQuantizer().describeWeights();
    }

    @Override
    public String describeActivations() {
        return "PACT: a learned clip for each site, L2 penalty " + decay;
    }

    /** Unsigned levels up to a trained clip. */
    private static final class Clip implements TensorQuantizer {
        private final BitWidth bits;
        private final double decay;
        private final Tensor alpha;

        Clip(DType dtype, BitWidth bits, double decay) {
            this.bits = bits;
            this.decay = decay;
            this.alpha = Tensor.zeros(dtype, Shape.scalar());
            alpha.fill(FIRST);
        }

        @Override
        public BitWidth bits() {
            return bits;
        }

        @Override
        public SequencedMap<String, Tensor> state() {
            SequencedMap<String, Tensor> state = new LinkedHashMap<>();
            state.put(ALPHA, alpha);
            return state;
        }

        @Override
        public List<Trained> trained() {
            return List.of(new Trained(ALPHA, 1, decay));
        }

        @Override
        public Value apply(Value x, Function<String, Value> state) {
            Value clip = state.apply(ALPHA);
            Value step = clip.divide(clip.like(ActivationRange.highestLevel(bits))).broadcast(x.shape());
            Value y = x.min(clip.broadcast(x.shape()));
            return Functions.straightThrough(y.divide(step).round().multiply(step), y);
        }

        @Override
        public void start(double largest) {
            alpha.fill(largest);
        }

        @Override
        public void observe(Map<String, Tensor> measured) {
            if (alpha.item() < LEAST) {
                alpha.fill(LEAST);
            }
        }

        private Tensor step() {
            Tensor step = Tensor.zeros(alpha.dtype(), Shape.scalar());
            step.fill(alpha.item() / ActivationRange.highestLevel(bits));
            return step;
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
            return alpha.item();
        }
    }
}
