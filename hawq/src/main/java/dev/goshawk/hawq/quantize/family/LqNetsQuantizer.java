package dev.goshawk.hawq.quantize.family;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.hawq.quantize.UniformActivation;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * LQ-Nets (Zhang et al., ECCV 2018, arXiv 1807.10029): levels are v'e for a learned basis v of as many numbers as bits, e in {-1, 1}^K
 * for weights, with a basis for each output channel, and e in {0, 1}^K for activations, with one for each site. A value goes to the
 * nearest level. The basis minimizes the quantization error by turns: nearest codes B, then v = (BB')^-1 Bx; a step of training moves it
 * a tenth of the way to the next turn's. The derivative passes through the rounding, for activations below the top level only.
 * Activations are followed by a sample of each batch.
 */
public record LqNetsQuantizer() implements Quantizer {
    private static final String BASIS = "basis";
    private static final String LEVELS = "levels";

    @Override
    public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
        return new Learned(dtype, bits, shape.dim(-1), true);
    }

    @Override
    public TensorQuantizer activation(DType dtype, BitWidth bits) {
        return new Learned(dtype, bits, 1, false);
    }

    @Override
    public String describeWeights() {
        return "LQ-Nets: a learned basis for each output channel";
    }

    @Override
    public String describeActivations() {
        return "LQ-Nets: a learned basis for each site";
    }

    @Override
    public boolean hasUniformActivations() {
        return false;
    }

    /** Levels of a basis for each group. */
    private static final class Learned implements TensorQuantizer {
        private final BitWidth bits;
        private final int groups;
        private final boolean signed;
        /** [bits, groups]. */
        private final Tensor basis;
        /** [2^bits, groups], ascending. */
        private final Tensor levels;

        Learned(DType dtype, BitWidth bits, int groups, boolean signed) {
            this.bits = bits;
            this.groups = groups;
            this.signed = signed;
            this.basis = Tensor.zeros(dtype, Shape.of(bits.bits(), groups));
            this.levels = Tensor.zeros(dtype, Shape.of(1 << bits.bits(), groups));
        }

        @Override
        public BitWidth bits() {
            return bits;
        }

        @Override
        public SequencedMap<String, Tensor> state() {
            SequencedMap<String, Tensor> state = new LinkedHashMap<>();
            state.put(BASIS, basis);
            state.put(LEVELS, levels);
            return state;
        }

        @Override
        public Value apply(Value x, Function<String, Value> state) {
            Value table = state.apply(LEVELS);
            int count = 1 << bits.bits();
            Value lowest = row(table, 0).broadcast(x.shape());
            Value y = lowest;
            for (int j = 1; j < count; j++) {
                Value level = row(table, j);
                Value threshold = level.add(row(table, j - 1)).scale(0.5);
                Value reached = x.atLeast(threshold.broadcast(x.shape()));
                // Exact: one of the two is multiplied by 0.
                y = y.max(reached.multiply(level.broadcast(x.shape()))
                        .add(reached.subtractFrom(1).multiply(lowest)));
            }
            return Functions.straightThrough(y, signed ? x : x.min(row(table, count - 1).broadcast(x.shape())));
        }

        private Value row(Value table, int j) {
            Value row = table.slice(new int[] {j, 0}, new int[] {j + 1, groups}, new int[] {1, 1});
            return row.reshape(signed ? Shape.of(groups) : Shape.scalar());
        }

        @Override
        public void fit(Tensor weight) {
            double[] all = weight.toDoubles();
            for (int g = 0; g < groups; g++) {
                set(g, LearnedBasis.fitted(group(all, g), bits.bits(), signed), 1);
            }
        }

        @Override
        public void follow(Tensor weight) {
            double[] all = weight.toDoubles();
            for (int g = 0; g < groups; g++) {
                move(g, group(all, g));
            }
        }

        @Override
        public SequencedMap<String, Value> measures(Value x, boolean calibrating) {
            return UniformActivation.sample(x);
        }

        @Override
        public void observe(Map<String, Tensor> measured) {
            double[] sample = UniformActivation.sampled(measured);
            if (sample.length == 0) {
                return;
            }
            if (basis.get(0) != 0) {
                move(0, sample);
            } else {
                // Nothing but zeros was seen yet.
                set(0, LearnedBasis.fitted(sample, bits.bits(), signed), 1);
            }
        }

        private double[] group(double[] all, int g) {
            double[] own = new double[all.length / groups];
            for (int i = 0; i < own.length; i++) {
                own[i] = all[i * groups + g];
            }
            return own;
        }

        private double[] basis(int g) {
            double[] v = new double[bits.bits()];
            for (int k = 0; k < v.length; k++) {
                v[k] = basis.get(k * groups + g);
            }
            return v;
        }

        private void move(int g, double[] values) {
            set(g, new LearnedBasis(basis(g), signed).turned(values), 0.1);
        }

        /** Moves a group's basis part of the way to another, and its levels along. */
        private void set(int g, double[] to, double part) {
            double[] v = basis(g);
            for (int k = 0; k < v.length; k++) {
                basis.set(k * groups + g, v[k] + part * (to[k] - v[k]));
            }
            double[] sorted = new LearnedBasis(basis(g), signed).levels();
            for (int j = 0; j < sorted.length; j++) {
                levels.set(j * groups + g, sorted[j]);
            }
        }

        @Override
        public Tensor levels() {
            return levels;
        }

        @Override
        public Optional<Tensor> basis() {
            return Optional.of(basis);
        }

        @Override
        public Tensor codes(Tensor values) {
            boolean single = values.dtype() == DType.FLOAT32;
            int count = 1 << bits.bits();
            double[][] thresholds = new double[groups][count - 1];
            for (int g = 0; g < groups; g++) {
                for (int j = 1; j < count; j++) {
                    double sum = levels.get(j * groups + g) + levels.get((j - 1) * groups + g);
                    thresholds[g][j - 1] = (single ? (float) sum : sum) * 0.5;
                }
            }
            Tensor codes = Tensor.zeros(DType.INT32, values.shape());
            for (int i = 0; i < codes.size(); i++) {
                codes.set(i, LearnedBasis.reached(thresholds[i % groups], values.get(i)));
            }
            return codes;
        }
    }
}
