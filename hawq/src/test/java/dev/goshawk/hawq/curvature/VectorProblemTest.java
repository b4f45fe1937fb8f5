package dev.goshawk.hawq.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.hawq.spectral.SpectrumMethod;
import dev.goshawk.hawq.spectral.SpectrumPlan;
import dev.goshawk.models.Block;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.Objective;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.Lanczos;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A network on vectors with a loss of its own goes through the operator as an image classifier does. */
class VectorProblemTest {
    private static final int FEATURES = 5;
    private static final int SAMPLES = 7;

    /** A multilayer perceptron on rows of five numbers, with two outputs. */
    private record Perceptron() implements Network {
        @Override
        public String name() {
            return "mlp";
        }

        @Override
        public Shape inputShape(int batch) {
            return Shape.of(batch, FEATURES);
        }

        @Override
        public int classes() {
            return 2;
        }

        @Override
        public Value logits(Layers net, Value rows) {
            Value hidden = net.block("hidden").linear("hidden", rows, 4).tanh();
            return net.block("out").linear("out", hidden, 2);
        }
    }

    private final Backend backend = Backends.select(Workers.SINGLE);

    private LossProblem problem(Objective objective) {
        Parameters parameters = Parameters.initialize(new Perceptron(), DType.FLOAT64, 5);
        SplittableRandom random = new SplittableRandom(2);
        Tensor inputs = Tensor.zeros(DType.FLOAT64, Shape.of(SAMPLES, FEATURES));
        Tensor targets = Tensor.zeros(DType.FLOAT64, Shape.of(SAMPLES, 2));
        for (Tensor t : List.of(inputs, targets)) {
            for (int i = 0; i < t.size(); i++) {
                t.set(i, random.nextDouble(-1, 1));
            }
        }
        return new LossProblem(new Perceptron(), parameters, inputs, targets, objective, backend);
    }

    /** The mean squared error by plain loops. */
    private static double loss(LossProblem p) {
        double sum = 0;
        for (int n = 0; n < SAMPLES; n++) {
            double[] out = {at(p, "out.bias", 0), at(p, "out.bias", 1)};
            for (int h = 0; h < 4; h++) {
                double a = at(p, "hidden.bias", h);
                for (int i = 0; i < FEATURES; i++) {
                    a += p.images().get(n * FEATURES + i) * at(p, "hidden.weight", i * 4 + h);
                }
                for (int o = 0; o < 2; o++) {
                    out[o] += Math.tanh(a) * at(p, "out.weight", h * 2 + o);
                }
            }
            for (int o = 0; o < 2; o++) {
                double d = out[o] - p.labels().get(n * 2 + o);
                sum += d * d;
            }
        }
        return sum / (SAMPLES * 2);
    }

    private static double at(LossProblem p, String name, int i) {
        return p.parameters().get(name).get(i);
    }

    /** Central differences of the plain loops' loss: the dense Hessian by the operator's parameters. */
    private static double[][] dense(LossProblem p, HessianOperator h) {
        int n = h.size();
        double[][] hessian = new double[n][n];
        double step = 1e-4;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int signs = 0; signs < 4; signs++) {
                    double a = (signs & 1) == 0 ? step : -step;
                    double b = (signs & 2) == 0 ? step : -step;
                    add(p, h, i, a);
                    add(p, h, j, b);
                    sum += Math.signum(a * b) * loss(p);
                    add(p, h, j, -b);
                    add(p, h, i, -a);
                }
                hessian[i][j] = sum / (4 * step * step);
            }
        }
        return hessian;
    }

    private static void add(LossProblem p, HessianOperator h, int index, double amount) {
        int at = index;
        for (String name : h.variables().names()) {
            Tensor t = p.parameters().get(name);
            if (at < t.size()) {
                t.set(at, t.get(at) + amount);
                return;
            }
            at -= t.size();
        }
        throw new IndexOutOfBoundsException(index);
    }

    private static double[] column(HessianOperator h, int j) {
        double[] unit = new double[h.size()];
        double[] out = new double[h.size()];
        unit[j] = 1;
        h.apply(unit, out);
        return out;
    }

    @Test
    void productsAreTheDenseHessiansOfTheWholeAndOfEachBlock() {
        LossProblem p = problem(Objective.MEAN_SQUARED_ERROR);
        HessianOperator full = HessianOperator.full(p, SAMPLES);
        assertEquals(loss(p), full.loss(), 1e-14);
        double[][] dense = dense(p, full);
        full.linearize();
        for (int j = 0; j < full.size(); j++) {
            assertArrayEquals(dense[j], column(full, j), 1e-6, "column " + j);
        }
        List<Block> blocks = HessianOperator.blocks(p);
        assertEquals(List.of("hidden", "out"), blocks.stream().map(Block::name).toList());
        List<double[][]> parts = blocks.stream().map(b -> dense(p, HessianOperator.block(p, b.name(), SAMPLES)))
                .toList();
        BlockHessians shared = BlockHessians.of(p, 3);
        for (boolean recompute : new boolean[] {false, true}) {
            for (int b = 0; b < blocks.size(); b++) {
                HessianOperator one = HessianOperator.block(p, blocks.get(b).name(), 3, recompute);
                for (int j = 0; j < one.size(); j++) {
                    assertArrayEquals(parts.get(b)[j], column(one, j), 1e-6, "column " + j);
                    assertArrayEquals(column(one, j), column(shared.block(blocks.get(b)), j), 1e-14);
                }
            }
        }
    }

    @Test
    void spectrumAndPlanTakeIt() {
        LossProblem p = problem(Objective.MEAN_SQUARED_ERROR);
        EigenOptions options = EigenOptions.defaults().withTolerance(1e-8);
        SpectrumPlan plan = SpectrumPlan.of(p.task(), 3, false, SpectrumMethod.standard(p), options, Heap.limit());
        assertTrue(plan.footprint().bytes() > 0);
        assertEquals("5", p.task().extents());
        assertEquals(SAMPLES * (FEATURES + 2) * 8, p.task().sampleBytes());
        for (Spectrum.Entry e : Spectrum.of(p, 3, options, Spectrum.Listener.NONE)) {
            HessianOperator h = HessianOperator.block(p, e.block().name(), SAMPLES);
            double[] hv = new double[h.size()];
            h.apply(e.top().eigenvector(), hv);
            for (int i = 0; i < hv.length; i++) {
                assertEquals(e.top().eigenvalue() * e.top().eigenvector()[i], hv[i], 1e-7);
            }
        }
        assertEquals("lanczos", SpectrumMethod.standard(p).name());
        assertThrows(IllegalArgumentException.class,
                () -> Spectrum.of(p, 3, false, SpectrumMethod.davidson(2, SAMPLES), options, Spectrum.Listener.NONE));
        assertEquals(new Lanczos().getClass(), SpectrumMethod.standard(p).plain().getClass());
    }

    @Test
    void whatDoesNotFitIsNamed() {
        LossProblem p = problem(Objective.MEAN_SQUARED_ERROR);
        Tensor wide = Tensor.zeros(DType.FLOAT64, Shape.of(SAMPLES, FEATURES + 1));
        assertEquals("loss: expected inputs [1,5] with the sample's size in place of 1, got [7,6]",
                assertThrows(ShapeMismatchException.class, () -> new LossProblem(p.network(), p.parameters(), wide,
                        p.labels(), Objective.MEAN_SQUARED_ERROR, backend)).getMessage());
        Tensor targets = Tensor.zeros(DType.FLOAT64, Shape.of(SAMPLES, 3));
        assertThrows(ShapeMismatchException.class, () -> new LossProblem(p.network(), p.parameters(), p.images(),
                targets, Objective.MEAN_SQUARED_ERROR, backend));
        assertTrue(String.valueOf(assertThrows(ShapeMismatchException.class,
                () -> problem((outputs, t) -> outputs.subtract(t))).getMessage())
                .contains("objective: expected a scalar"));
        assertTrue(String.valueOf(assertThrows(UnsupportedOperationException.class,
                () -> p.network().inputSize()).getMessage()).contains("mlp: expected a network that takes images"));
    }

    @Test
    void descriptionIsFoundByOneTrace() {
        int[] traces = {0};
        Network counted = new Network() {
            @Override
            public String name() {
                return "counted";
            }

            @Override
            public Shape inputShape(int batch) {
                return Shape.of(batch, FEATURES);
            }

            @Override
            public int classes() {
                return 2;
            }

            @Override
            public Value logits(Layers net, Value inputs) {
                traces[0]++;
                return new Perceptron().logits(net, inputs);
            }
        };
        NetworkDescription d = counted.describe();
        assertEquals(1, traces[0]);
        assertEquals(List.of("hidden.weight", "hidden.bias", "out.weight", "out.bias"),
                d.parameters().stream().map(s -> s.name()).toList());
        assertEquals(34, d.parameterCount());
        assertEquals(28, d.weightCount());
        assertEquals(20, d.block("hidden").weightCount());
        assertEquals(List.of(), d.sites());
    }
}
