package dev.goshawk.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.composition.Compositions;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.compile.Plan;
import dev.goshawk.compile.Section;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Plans that work through a batch a few images at a time. That they compute the same is {@link BackendAgreementTest}'s. */
class BatchSectionsTest {
    private static Compositions.Row row(String name) {
        return Compositions.batches().stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
    }

    private static Graph gradient(Compositions.Row row) {
        return gradient(row, 0, row.at().size());
    }

    /** Loss and gradient by some of the operands. */
    private static Graph gradient(Compositions.Row row, int from, int to) {
        List<Value> inputs = new ArrayList<>();
        for (Tensor t : row.at()) {
            inputs.add(Value.input("x" + inputs.size(), DType.FLOAT32, t.shape()));
        }
        Value value = row.function().apply(inputs);
        Value loss = value.shape().rank() == 0 ? value : value.square().sum();
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("loss", loss);
        List<Value> gradient = ReverseMode.gradient(loss, inputs.subList(from, to));
        for (int i = 0; i < gradient.size(); i++) {
            outputs.put("g" + i, gradient.get(i));
        }
        return Graph.of(outputs);
    }

    @Test
    void oneSectionHoldsAGradientInEvaluationMode() {
        Plan plan = Plan.byImages(gradient(row("residual block [37, 6, 16] evaluation")));
        assertEquals(37, plan.batch());
        assertEquals(32, plan.tile());
        List<Section> byImages = plan.sections().stream().filter(Section::byImages).toList();
        assertEquals(1, byImages.size(), () -> "sections " + byImages);
        assertTrue(byImages.getFirst().steps().size() > 15, () -> byImages.getFirst().steps().toString());
    }

    @Test
    void batchStatisticsEndASection() {
        Plan plan = Plan.byImages(gradient(row("residual block [33, 7, 16] training")));
        assertTrue(plan.sections().size() > 4, () -> plan.sections().size() + " sections");
    }

    @Test
    void whatSectionsUseUpNeedsRoomForATile() {
        Graph graph = gradient(Compositions.residual(128, 6, 16, false), 1, 3);
        assertTrue(2 * Plan.byImages(graph).memory().bytes() < Plan.of(graph).memory().bytes());
    }

    @Test
    void aBatchOfOneTileRunsWhole() {
        Plan plan = Plan.byImages(gradient(Compositions.all().getLast()));
        assertEquals(1, plan.sections().size());
        assertTrue(plan.sections().stream().noneMatch(Section::byImages));
    }

    @Test
    void theBitsDoNotDependOnThreadsOrRuns() {
        for (Compositions.Row row : Compositions.batches()) {
            Graph graph = gradient(row);
            List<float[]> expected = run(graph, row, 1);
            for (int threads : new int[] {2, 3}) {
                List<float[]> got = run(graph, row, threads);
                for (int i = 0; i < expected.size(); i++) {
                    assertArrayEquals(expected.get(i), got.get(i), 0f, row.name() + " output " + i);
                }
            }
        }
    }

    /** Bound anew between two runs, so that windows onto inputs must move. */
    private static List<float[]> run(Graph graph, Compositions.Row row, int threads) {
        Executable e = Backends.select("vector", ThreadPool.ofThreads(threads)).compile(graph);
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < row.at().size(); i++) {
                if (e.inputs().contains("x" + i)) {
                    Tensor other = SampleValues.normal(7 + i, row.at().get(i).shape().dims());
                    e.bind("x" + i, (pass == 0 ? other : row.at().get(i)).to(DType.FLOAT32));
                }
            }
            e.run();
        }
        List<float[]> results = new ArrayList<>();
        for (String name : graph.outputs().keySet()) {
            double[] values = e.output(name).toDoubles();
            float[] f = new float[values.length];
            for (int i = 0; i < f.length; i++) {
                f[i] = (float) values[i];
            }
            results.add(f);
        }
        return results;
    }
}
