package dev.goshawk.compile;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.random.Program;
import dev.goshawk.random.RandomGraph;
import dev.goshawk.random.RandomNetwork;
import dev.goshawk.random.RandomRun;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** No two live values of a plan share memory. */
class RandomPlanTest {
    private static final String NAME = RandomPlanTest.class.getSimpleName();

    private final AtomicInteger sections = new AtomicInteger();

    private void check(Program p) {
        Graph graph = p.trace(DType.FLOAT32).graph();
        ExecutionTrace.follow(Plan.of(graph));
        Plan byImages = Plan.byImages(graph);
        sections.addAndGet((int) byImages.sections().stream().filter(Section::byImages).count());
        ExecutionTrace.follow(byImages);
    }

    @Test
    void graphs() {
        RandomRun.hold(NAME + " graphs", 1, 50, seed -> RandomGraph.of(seed, RandomGraph.Kind.MODERATE), this::check);
    }

    @Test
    void networks() {
        RandomRun.hold(NAME + " networks", 1, 40, RandomNetwork::of, this::check);
        assertTrue(System.getProperty(RandomRun.SEEDS) != null || sections.get() > 4,
                sections + " sections by images");
    }

    /** The trace itself: a plan whose values all lie at the beginning of one slab. */
    @Test
    void aPlanWithoutLifetimesIsFoundOut() {
        Value x = Value.input("x", DType.FLOAT32, Shape.of(8, 8));
        Value y = Value.input("y", DType.FLOAT32, Shape.of(8, 8));
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("a", x.matmul(y));
        outputs.put("b", y.matmul(x));
        Plan good = Plan.of(Graph.of(outputs));
        ExecutionTrace.follow(good);
        Map<Value, Value> owners = new IdentityHashMap<>(good.owners());
        List<Value> results = List.copyOf(good.graph().outputs().values());
        owners.put(results.get(1), results.get(0));
        Plan bad = new Plan(good.graph(), good.sections(), 1, 1, owners, good.memory());
        String message = assertThrows(AssertionError.class, () -> ExecutionTrace.follow(bad)).getMessage();
        assertTrue(message.startsWith("output ") && message.contains(": finds mat_mul"), message);
    }

    /** Ops that have no first axis, in a graph with a batch of images. */
    @Test
    void scalarsBesideABatchOfImages() {
        Value images = Value.input("images", DType.FLOAT32, Shape.of(40, 2, 2, 1));
        Value s = Value.input("s", DType.FLOAT32, Shape.scalar());
        Value pooled = Value.of(new Op.AvgPool(new PoolGeometry(40, 2, 2, 1, 2, 2, 1, 1, 0, 0, 0, 0), true), images);
        List<Op> ops = List.of(new Op.Permute(List.of()), new Op.Pad(List.of(), List.of(), List.of()),
                new Op.Slice(List.of(), List.of(), List.of()), new Op.Sum(List.of()), new Op.MaxOver(List.of()));
        for (Op op : ops) {
            SequencedMap<String, Value> outputs = new LinkedHashMap<>();
            outputs.put("pooled", pooled);
            outputs.put("s", Value.of(op, s));
            ExecutionTrace.follow(Plan.byImages(Graph.of(outputs)));
        }
    }
}
