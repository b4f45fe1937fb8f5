package dev.goshawk.hawq.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.models.Mode;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ActivationOperatorTest {
    private static final int SAMPLES = 5;
    private static final int LAST = 12;

    private final Backend backend = Backends.select(ThreadPool.ofThreads(2));
    private final LossProblem problem = TinyNetwork.problem(SAMPLES, DType.FLOAT64, backend);

    private double[][] dense(CurvatureMatrix matrix, String site, int batch, boolean recompute) {
        return ActivationOperator.of(problem, matrix, site, batch, recompute).toDense();
    }

    /** What follows the last site is linear: there every matrix is W' (diag(p) - pp') W / N for each image. */
    @Test
    void itIsTheClosedFormBeforeALinearLayer() {
        TracedNetwork traced = problem.network().trace(DType.FLOAT64, SAMPLES, Mode.EVALUATION);
        List<double[]> probabilities = new ArrayList<>();
        new Evaluator(traced, problem.parameters(), backend).evaluate(problem.images(), new int[SAMPLES],
                (image, logits) -> probabilities.add(softmax(logits)));
        Tensor w = problem.parameters().get("fc.weight");
        assertEquals(Shape.of(LAST, 3), w.shape());
        for (CurvatureMatrix matrix : CurvatureMatrix.values()) {
            double[][] h = dense(matrix, "middle.relu2", 2, false);
            assertEquals(SAMPLES * LAST, h.length);
            for (int i = 0; i < h.length; i++) {
                for (int j = 0; j < h.length; j++) {
                    assertEquals(expected(probabilities, w, i, j), h[i][j], 1e-14, matrix + " " + i + " " + j);
                }
            }
        }
    }

    private static double expected(List<double[]> probabilities, Tensor w, int i, int j) {
        if (i / LAST != j / LAST) {
            return 0;
        }
        double[] p = probabilities.get(i / LAST);
        double sum = 0;
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++) {
                sum += w.get(i % LAST * 3 + a) * ((a == b ? p[a] : 0) - p[a] * p[b]) * w.get(j % LAST * 3 + b);
            }
        }
        return sum / SAMPLES;
    }

    private static double[] softmax(double[] logits) {
        double[] p = new double[logits.length];
        double sum = 0;
        for (int c = 0; c < p.length; c++) {
            p[c] = Math.exp(logits[c]);
            sum += p[c];
        }
        for (int c = 0; c < p.length; c++) {
            p[c] /= sum;
        }
        return p;
    }

    @Test
    void theSampleMayBeCutAndComputedAnew() {
        double[][] whole = dense(CurvatureMatrix.HESSIAN, "relu", SAMPLES, false);
        for (int batch : new int[] {1, 2, 3}) {
            double[][] kept = dense(CurvatureMatrix.HESSIAN, "relu", batch, false);
            double[][] anew = dense(CurvatureMatrix.HESSIAN, "relu", batch, true);
            for (int i = 0; i < whole.length; i++) {
                assertArrayEquals(whole[i], kept[i], 1e-14);
                assertArrayEquals(kept[i], anew[i], 0);
            }
        }
        int row = whole.length / SAMPLES;
        double largest = 0;
        for (int i = 0; i < whole.length; i++) {
            for (int j = 0; j < whole.length; j++) {
                assertEquals(whole[i][j], whole[j][i], 1e-14);
                assertTrue(i / row == j / row || whole[i][j] == 0, "an image's loss depends on its own activations");
                largest = Math.max(largest, Math.abs(whole[i][j]));
            }
        }
        assertTrue(largest > 1e-3, "there is something to compare: " + largest);
    }

    @Test
    void fisherIsGaussNewtonEverywhere() {
        for (String site : List.of("relu", "middle.relu1", "middle.relu2")) {
            double[][] ggn = dense(CurvatureMatrix.GGN, site, 3, false);
            double[][] fisher = dense(CurvatureMatrix.FISHER, site, 3, false);
            for (int i = 0; i < ggn.length; i++) {
                assertArrayEquals(ggn[i], fisher[i], 1e-14);
            }
        }
    }

    @Test
    void wrongNamesAndLengthsAreNamed() {
        assertEquals("activation site: expected one of [relu, middle.relu1, middle.relu2], got 'relu9'",
                assertThrows(IllegalArgumentException.class,
                        () -> dense(CurvatureMatrix.HESSIAN, "relu9", 1, false)).getMessage());
        LinearOperator h = ActivationOperator.of(problem, CurvatureMatrix.HESSIAN, "relu", 2, false);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> h.apply(new double[3], new double[h.size()]))
                .getMessage().startsWith("activation hessian: expected vectors of length " + h.size()));
    }

    @Test
    void everyPartitionHasItsPartsAndPlans() {
        HessianPlan.Task task = problem.task();
        assertEquals(List.of("network"), names(Partition.NETWORK));
        assertEquals(List.of("first", "middle", "last"), names(Partition.BLOCK));
        assertEquals(List.of("conv.weight", "middle.conv1.weight", "middle.conv2.weight", "fc.weight"),
                names(Partition.LAYER));
        assertEquals(List.of("relu", "middle.relu1", "middle.relu2"), names(Partition.ACTIVATIONS));
        for (Partition by : Partition.values()) {
            List<CurvaturePart> parts = by.parts(problem.description());
            for (CurvaturePart part : parts) {
                assertEquals(part.operator(problem, CurvatureMatrix.GGN, 2, false).size(), part.size(task),
                        part.name());
                HessianPlan plan = part.plan(task, CurvatureMatrix.GGN, 2, false, Long.MAX_VALUE);
                assertTrue(plan.kept() && plan.microBatches() == 3 && plan.primalBytes() > 0, part.name());
            }
            Footprint all = CurvaturePlan.of(task, CurvatureMatrix.GGN, parts, 2, false, 2, Long.MAX_VALUE);
            assertEquals(parts.size(), all.phases().size());
            assertTrue(all.phases().getFirst().bytes() >= 16 * parts.getFirst().size(task));
        }
    }

    private List<String> names(Partition by) {
        return by.parts(problem.description()).stream().map(CurvaturePart::name).toList();
    }
}
