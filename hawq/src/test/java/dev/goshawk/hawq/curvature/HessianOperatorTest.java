package dev.goshawk.hawq.curvature;

import dev.goshawk.operator.ParameterVector;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HessianOperatorTest {
    private final Backend backend = Backends.select(Workers.SINGLE);
    private final LossProblem problem = TinyNetwork.problem(7, DType.FLOAT64, backend);

    /** The matrix, column by column from the products with unit vectors. */
    private static double[][] dense(HessianOperator h) {
        double[][] columns = new double[h.size()][h.size()];
        double[] unit = new double[h.size()];
        for (int j = 0; j < h.size(); j++) {
            unit[j] = 1;
            h.apply(unit, columns[j]);
            unit[j] = 0;
        }
        return columns;
    }

    private static double[] product(HessianOperator h, double[] v) {
        double[] out = new double[h.size()];
        h.apply(v, out);
        return out;
    }

    private static double[] random(int size) {
        SplittableRandom random = new SplittableRandom(11);
        double[] v = new double[size];
        Arrays.setAll(v, i -> random.nextDouble(-1, 1));
        return v;
    }

    @Test
    void columnsAreCentralDifferencesOfTheGradient() {
        HessianOperator h = HessianOperator.full(problem, 7);
        Parameters p = problem.parameters();
        double[][] columns = dense(h);
        double step = 1e-5;
        int column = 0;
        double largest = 0;
        for (String name : h.variables().names()) {
            Tensor t = p.get(name);
            for (int i = 0; i < t.size(); i++, column++) {
                double at = t.get(i);
                t.set(i, at + step);
                h.linearize();
                double[] up = h.gradient();
                t.set(i, at - step);
                h.linearize();
                double[] down = h.gradient();
                t.set(i, at);
                for (int k = 0; k < h.size(); k++) {
                    double difference = (up[k] - down[k]) / (2 * step);
                    assertEquals(difference, columns[column][k], 1e-8, name + "[" + i + "], row " + k);
                    largest = Math.max(largest, Math.abs(difference));
                }
            }
        }
        assertTrue(largest > 0.1, "the Hessian is not all but zero: " + largest);
    }

    @Test
    void theMatrixIsSymmetricAndProductsAreLinear() {
        HessianOperator h = HessianOperator.full(problem, 7);
        double[][] m = dense(h);
        double[] v = random(h.size());
        double[] hv = product(h, v);
        for (int i = 0; i < m.length; i++) {
            double sum = 0;
            for (int j = 0; j < m.length; j++) {
                assertEquals(m[i][j], m[j][i], 1e-14);
                sum += m[j][i] * v[j];
            }
            assertEquals(sum, hv[i], 1e-13);
        }
    }

    @Test
    void theGradientIsTheLosssCentralDifference() {
        HessianOperator h = HessianOperator.full(problem, 7);
        double[] gradient = h.gradient();
        double squares = 0;
        double step = 1e-6;
        for (String name : h.variables().names()) {
            Tensor t = problem.parameters().get(name);
            for (int i = 0; i < t.size(); i++) {
                double at = t.get(i);
                t.set(i, at + step);
                h.linearize();
                double up = h.loss();
                t.set(i, at - step);
                h.linearize();
                double slope = (up - h.loss()) / (2 * step);
                t.set(i, at);
                assertEquals(slope, gradient[h.variables().offset(name) + i], 1e-9, name + "[" + i + "]");
                squares += slope * slope;
            }
        }
        h.linearize();
        assertEquals(Math.sqrt(squares), h.gradientNorm(), 1e-8);
    }

    @Test
    void aBlocksMatrixIsThatPartOfTheWhole() {
        HessianOperator full = HessianOperator.full(problem, 7);
        double[][] whole = dense(full);
        for (String name : List.of("first", "middle", "last")) {
            HessianOperator block = HessianOperator.block(problem, name, 7);
            double[][] part = dense(block);
            for (String row : block.variables().names()) {
                for (String column : block.variables().names()) {
                    for (int i = 0; i < problem.parameters().get(row).size(); i++) {
                        for (int j = 0; j < problem.parameters().get(column).size(); j++) {
                            assertEquals(whole[full.variables().offset(column) + j][full.variables().offset(row) + i],
                                    part[block.variables().offset(column) + j][block.variables().offset(row) + i],
                                    1e-14,
                                    name);
                        }
                    }
                }
            }
        }
        assertEquals(List.of("middle.conv1.weight", "middle.conv2.weight"),
                HessianOperator.block(problem, "middle", 7).variables().names());
    }

    @Test
    void microBatchesAddUpToTheWhole() {
        HessianOperator whole = HessianOperator.full(problem, 100);
        double[] v = random(whole.size());
        double[] expected = product(whole, v);
        for (int batch : new int[] {1, 3, 7}) {
            HessianOperator kept = HessianOperator.full(problem, batch);
            HessianOperator again = HessianOperator.by(problem, whole.variables().names(), batch, true,
                    Long.MAX_VALUE);
            assertTrue(kept.isResident());
            assertEquals(batch == 7, again.isResident());
            assertEquals(whole.loss(), kept.loss(), 1e-14);
            assertArrayEquals(whole.gradient(), kept.gradient(), 1e-14);
            assertArrayEquals(expected, product(kept, v), 1e-12);
            assertArrayEquals(product(kept, v), product(again, v), "kept or computed again: the same bits");
            assertArrayEquals(kept.gradient(), again.gradient());
        }
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            HessianOperator one = HessianOperator.full(TinyNetwork.problem(40, dtype, backend), 16);
            HessianOperator three = HessianOperator
                    .full(TinyNetwork.problem(40, dtype, Backends.select(ThreadPool.ofThreads(3))), 16);
            double[] v = random(one.size());
            assertArrayEquals(product(one, v), product(three, v), dtype.label());
            assertEquals(one.loss(), three.loss());
        }
    }

    @Test
    void float32IsCloseToFloat64() {
        HessianOperator narrow = HessianOperator.full(TinyNetwork.problem(7, DType.FLOAT32, backend), 7);
        HessianOperator wide = HessianOperator.full(problem, 7);
        double[] v = random(wide.size());
        assertArrayEquals(product(wide, v), product(narrow, v), 2e-5);
        assertFalse(Arrays.equals(product(wide, v), product(narrow, v)));
    }

    @Test
    void aLossThatIsNoNumberIsNamed() {
        problem.parameters().get("fc.bias").set(1, Double.NaN);
        NonFiniteLossException e = assertThrows(NonFiniteLossException.class,
                () -> HessianOperator.block(problem, "first", 3));
        assertEquals(
                "loss of tiny in float64: expected a finite number, got NaN over images 0 to 2 of the sample: the weights "
                        + "are damaged, or float32 overflows",
                e.getMessage());
    }

    @Test
    void wrongArgumentsAreNamed() {
        assertEquals("block: expected one of [first, middle, last], got 'second'",
                assertThrows(IllegalArgumentException.class, () -> HessianOperator.block(problem, "second", 7))
                        .getMessage());
        assertEquals("batch: expected at least 1 image, got 0",
                assertThrows(IllegalArgumentException.class, () -> HessianOperator.block(problem, "last", 0))
                        .getMessage());
        HessianOperator last = HessianOperator.block(problem, "last", 7);
        assertEquals("hessian: expected vectors of length 36, got 35 and 36", assertThrows(ShapeMismatchException.class,
                () -> last.apply(new double[35], new double[36])).getMessage());
        assertEquals("loss: expected labels [7, 3] (images, classes of tiny), got [7,4]",
                assertThrows(ShapeMismatchException.class,
                        () -> new LossProblem(problem.network(), problem.parameters(),
                                problem.images(), Tensor.zeros(DType.FLOAT64, Shape.of(7, 4)), backend))
                        .getMessage());
        assertEquals("loss: expected parameters in float64 as the images, 'conv.weight' is float32",
                assertThrows(ShapeMismatchException.class, () -> new LossProblem(problem.network(),
                        problem.parameters().to(DType.FLOAT32), problem.images(), problem.labels(), backend))
                        .getMessage());
    }

    @Test
    void vectorsAndTensorsMapBothWays() {
        SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("a", Shape.of(2, 2));
        shapes.put("b", Shape.of(3));
        ParameterVector layout = new ParameterVector(shapes);
        Tensor a = Tensor.zeros(DType.FLOAT32, Shape.of(2, 2));
        Tensor b = Tensor.zeros(DType.FLOAT64, Shape.of(3));
        layout.scatter(new double[] {1, 2, 3, 4, 5, 6, 7}, name -> name.equals("a") ? a : b);
        assertArrayEquals(new double[] {1, 2, 3, 4}, a.toDoubles());
        assertArrayEquals(new double[] {5, 6, 7}, b.toDoubles());
        double[] back = new double[7];
        layout.gather(name -> name.equals("a") ? a : b, back);
        assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6, 7}, back);
        assertEquals(4, layout.offset("b"));
        assertEquals("parameter vector: expected one of [a, b], got 'c'",
                assertThrows(IllegalArgumentException.class, () -> layout.offset("c")).getMessage());
        assertEquals("parameter vector: expected length 7, got 6",
                assertThrows(ShapeMismatchException.class, () -> layout.gather(name -> a, new double[6])).getMessage());
    }
}
