package dev.goshawk.hawq.perturbation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.TinyNetwork;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.models.Block;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class QuadraticFormTest {
    private static final List<BitWidth> WIDTHS = List.of(BitWidth.B2, BitWidth.B4, BitWidth.B8);
    private final Backend backend = Backends.defaultBackend();

    /** Rounds as another does, but only part of the way. */
    private record PartOfTheWay(Quantizer whole, double part) implements Quantizer {
        @Override
        public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
            TensorQuantizer q = whole.weight(shape, dtype, bits);
            return new TensorQuantizer() {
                @Override
                public BitWidth bits() {
                    return bits;
                }

                @Override
                public SequencedMap<String, Tensor> state() {
                    return q.state();
                }

                @Override
                public Value apply(Value x, Function<String, Value> state) {
                    return Functions.straightThrough(q.apply(x, state), x);
                }

                @Override
                public void fit(Tensor weight) {
                    q.fit(weight);
                }

                @Override
                public Tensor levels() {
                    return q.levels();
                }

                @Override
                public Tensor codes(Tensor values) {
                    return q.codes(values);
                }

                @Override
                public Tensor quantized(Tensor values) {
                    Tensor rounded = q.quantized(values);
                    for (int i = 0; i < rounded.size(); i++) {
                        rounded.set(i, values.get(i) + part * (rounded.get(i) - values.get(i)));
                    }
                    return rounded;
                }
            };
        }

        @Override
        public TensorQuantizer activation(DType dtype, BitWidth bits) {
            return whole.activation(dtype, bits);
        }

        @Override
        public String describeWeights() {
            return whole.describeWeights();
        }

        @Override
        public String describeActivations() {
            return whole.describeActivations();
        }
    }

    private static QuadraticForm form(LossProblem problem, int batch, Quantizer quantizer) {
        return QuadraticForm.of(problem, batch, false, quantizer, WIDTHS, QuadraticForm.Listener.NONE);
    }

    /** The loss with each block's weights rounded. */
    private static double loss(LossProblem problem, Quantizer quantizer, List<BitWidth> bits) {
        List<Block> blocks = problem.description().blocks();
        List<Tensor> before = new ArrayList<>();
        for (int b = 0; b < blocks.size(); b++) {
            for (String name : blocks.get(b).weights()) {
                Tensor w = problem.parameters().get(name);
                before.add(w.copy());
                if (!bits.get(b).isFloat()) {
                    TensorQuantizer q = quantizer.weight(w.shape(), w.dtype(), bits.get(b));
                    q.fit(w);
                    w.copyFrom(q.quantized(w));
                }
            }
        }
        double loss = HessianOperator.block(problem, "last", problem.samples()).loss();
        int at = 0;
        for (Block b : blocks) {
            for (String name : b.weights()) {
                problem.parameters().get(name).copyFrom(before.get(at++));
            }
        }
        return loss;
    }

    @Test
    void predictsTheMeasuredLossToThirdOrder() {
        LossProblem problem = TinyNetwork.problem(7, DType.FLOAT64, backend);
        double whole = HessianOperator.block(problem, "last", 7).loss();
        List<List<BitWidth>> choices = List.of(List.of(BitWidth.B2, BitWidth.B4, BitWidth.B8),
                List.of(BitWidth.B4, BitWidth.B2, BitWidth.B2), List.of(BitWidth.FLOAT, BitWidth.B2, BitWidth.FLOAT),
                List.of(BitWidth.B2, BitWidth.B2, BitWidth.B2));
        for (List<BitWidth> bits : choices) {
            List<Double> errors = new ArrayList<>();
            for (double part : new double[] {0.1, 0.004, 0.002, 0.001}) {
                Quantizer q = new PartOfTheWay(UniformQuantizer.standard(), part);
                double predicted = form(problem, 7, q).predicted(bits);
                errors.add(Math.abs(loss(problem, q, bits) - whole - predicted));
                assertTrue(errors.getLast() < 0.05 * Math.abs(predicted) + 1e-12, bits + " " + part + " " + predicted);
            }
            // Of third order, where no rectifier is reached: steps four times shorter, an error 64 times smaller.
            assertTrue(errors.get(3) < errors.get(1) / 40, bits + " " + errors);
        }
    }

    @Test
    void productsAreSymmetricAndTheSameForAnyMicroBatch() {
        LossProblem problem = TinyNetwork.problem(7, DType.FLOAT64, backend);
        QuadraticForm whole = form(problem, 7, UniformQuantizer.standard());
        QuadraticForm parts = form(problem, 3, UniformQuantizer.standard());
        assertEquals(9, whole.slopes().length);
        assertTrue(whole.asymmetry() < 1e-13, "float64: " + whole.asymmetry());
        boolean coupled = false;
        for (int i = 0; i < 9; i++) {
            for (int j = 0; j < 9; j++) {
                assertEquals(whole.gram()[i][j], parts.gram()[i][j], 1e-12);
                assertEquals(whole.gram()[i][j], whole.gram()[j][i]);
                coupled |= i / 3 != j / 3 && Math.abs(whole.gram()[i][j]) > 1e-3 * whole.gram()[i][i];
            }
        }
        assertTrue(coupled, "blocks are not independent");
        QuadraticForm single = form(TinyNetwork.problem(7, DType.FLOAT32, backend), 7, UniformQuantizer.standard());
        assertTrue(single.asymmetry() < 1e-5 && single.asymmetry() > 0, "float32: " + single.asymmetry());
        assertEquals(whole.single(0), single.single(0), 1e-3 * Math.abs(whole.single(0)));
    }

    @Test
    void whatIsNotSymmetricIsRefused() {
        String line = assertThrows(ArithmeticException.class,
                () -> new QuadraticForm(List.of("a"), List.of(BitWidth.B2),
                        new double[1], new double[1][1], 0.1))
                .getMessage();
        assertTrue(line.contains("to agree to 0.001"), line);
        QuadraticForm form = new QuadraticForm(List.of("a"), List.of(BitWidth.B2), new double[] {1},
                new double[][] {{4}}, 0);
        assertEquals(3, form.predicted(List.of(BitWidth.B2)));
        assertEquals(0, form.predicted(List.of(BitWidth.FLOAT)));
        assertThrows(IllegalArgumentException.class, () -> form.predicted(List.of(BitWidth.B3)));
        assertThrows(IllegalArgumentException.class, () -> form.predicted(List.of()));
    }
}
