package dev.goshawk.cpu.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** The interpreter, and the reference backend made of it. */
class InterpreterTest {
    private final Value x = Value.input("x", DType.FLOAT32, Shape.of(2));
    private final Value y = Value.input("y", DType.FLOAT32, Shape.of(2));
    private final Graph sum = Graph.of("sum", x.add(y));

    private static Tensor pair(float a, float b) {
        return Tensor.of(Shape.of(2), a, b);
    }

    @Test
    void roundsOnceANode() {
        // 2^24 + 1 is lost when the node 16777216 + 1 is rounded to float32, before 2^24 is taken off again.
        Value v = x.add(1).subtract(y);
        assertEquals(0, Interpreter.run(Graph.of("v", v), Map.of("x", pair(16777216, 0), "y", pair(16777216, 0)))
                .get("v").get(0));
        // The sum itself is formed in float64: a float32 running sum would stay at 2^24.
        Value parts = Value.input("parts", DType.FLOAT32, Shape.of(3));
        assertEquals(16777218, Interpreter.run(Graph.of("v", parts.sum()),
                Map.of("parts", Tensor.of(Shape.of(3), 16777216f, 1f, 1f))).get("v").item());
    }

    @Test
    void listenerSeesEveryValueInOrder() {
        List<String> seen = new ArrayList<>();
        Value square = x.square();
        Graph graph = Graph.of("v", square.sum());
        Interpreter.run(graph, Map.of("x", pair(3, 4)), (v, t) -> seen.add(v.op().label() + " " + t));
        assertEquals(List.of("input float32[2] [3.0, 4.0]", "multiply float32[2] [9.0, 16.0]", "sum float32[] [25.0]"),
                seen);
    }

    @Test
    void outputsAreTensorsOfTheirOwn() {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("x", x);
        outputs.put("again", x);
        Tensor bound = pair(1, 2);
        Map<String, Tensor> results = Interpreter.run(Graph.of(outputs), Map.of("x", bound));
        results.get("x").fill(9);
        assertArrayEquals(new double[] {1, 2}, bound.toDoubles());
        assertArrayEquals(new double[] {1, 2}, results.get("again").toDoubles());
    }

    @Test
    void saysWhichInputIsMissingOrWrong() {
        assertEquals("input 'y': expected a tensor, none is bound; inputs are [x, y]", assertThrows(
                IllegalArgumentException.class, () -> Interpreter.run(sum, Map.of("x", pair(1, 2)))).getMessage());
        Tensor doubles = Tensor.of(Shape.of(2), 1.0, 2.0);
        assertEquals("input 'x': expected float32[2], got float64[2]", assertThrows(IllegalArgumentException.class,
                () -> Interpreter.run(sum, Map.of("x", doubles, "y", pair(1, 2)))).getMessage());
        Tensor scalar = Tensor.of(Shape.scalar(), 1f);
        assertEquals("input 'x': expected float32[2], got float32[]", assertThrows(IllegalArgumentException.class,
                () -> Interpreter.run(sum, Map.of("x", scalar, "y", pair(1, 2)))).getMessage());
    }

    @Test
    void executableReadsBoundTensorsAtEachRun() {
        Executable e = Backends.select("reference", Workers.SINGLE).compile(sum);
        Tensor a = pair(1, 2);
        e.bind("x", a);
        e.bind("y", pair(10, 20));
        e.run();
        Tensor out = e.output("sum");
        assertArrayEquals(new double[] {11, 22}, out.toDoubles());
        a.set(0, 5);
        e.run();
        assertSame(out, e.output("sum"));
        assertArrayEquals(new double[] {15, 22}, out.toDoubles());
        assertEquals(8, e.plannedBytes());
    }

    @Test
    void executablesConnect() {
        Executable first = new ReferenceBackend().compile(Graph.of("doubled", x.scale(2)));
        Executable second = new ReferenceBackend().compile(sum);
        second.connect("x", first, "doubled");
        second.bind("y", pair(1, 1));
        first.bind("x", pair(3, 4));
        first.run();
        second.run();
        assertArrayEquals(new double[] {7, 9}, second.output("sum").toDoubles());
        assertNotSame(first.output("doubled"), second.output("sum"));
    }

    @Test
    void executableRefusesWhatDoesNotFit() {
        Executable e = new ReferenceBackend().compile(sum);
        assertEquals("bind: no input 'z'; inputs are [x, y]",
                assertThrows(IllegalArgumentException.class, () -> e.bind("z", pair(1, 2))).getMessage());
        assertEquals("input 'x': expected float32[2], got float64[2]", assertThrows(IllegalArgumentException.class,
                () -> e.bind("x", Tensor.of(Shape.of(2), 1.0, 2.0))).getMessage());
        assertEquals("output: no output 'z'; outputs are [sum]",
                assertThrows(IllegalArgumentException.class, () -> e.output("z")).getMessage());
        e.bind("y", pair(1, 2));
        assertEquals("run: inputs not bound: [x]", assertThrows(IllegalStateException.class, e::run).getMessage());
    }
}
