package dev.goshawk.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

/** Which values a graph holds, and in which order. */
class GraphTest {
    private final Value a = Value.input("a", DType.FLOAT32, Shape.of(3));
    private final Value b = Value.input("b", DType.FLOAT32, Shape.of(3));

    @Test
    void holdsWhatItsOutputsNeedOperandsFirst() {
        Value unused = a.exp();
        Value product = b.multiply(a);
        Value result = product.add(b);
        Graph graph = Graph.of("result", result);
        assertEquals(List.of(a, b, product, result), graph.nodes());
        assertTrue(!graph.nodes().contains(unused));
        assertEquals(List.of("a", "b"), List.copyOf(graph.inputs().keySet()));
        assertSame(b, graph.input("b"));
        assertEquals(1, graph.count(Op.Multiply.class));
        assertEquals(2, graph.count(Op.Leaf.class));
    }

    @Test
    void countsUsesByOperandsAndOutputs() {
        Value square = a.square();
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("square", square);
        outputs.put("again", square);
        outputs.put("sum", square.add(b));
        Graph graph = Graph.of(outputs);
        assertEquals(2, graph.useCounts().get(a));
        assertEquals(3, graph.useCounts().get(square));
        assertEquals(1, graph.useCounts().get(b));
        assertEquals(List.of("square", "again", "sum"), List.copyOf(graph.outputs().keySet()));
    }

    @Test
    void refusesTwoInputsOfOneName() {
        Value other = Value.input("a", DType.FLOAT32, Shape.of(3));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Graph.of("sum", a.add(other)));
        assertEquals("graph: two inputs are named 'a'; use one Value for both, or give one another name",
                e.getMessage());
    }

    @Test
    void refusesNoOutputs() {
        assertEquals("graph: expected at least one output",
                assertThrows(IllegalArgumentException.class, () -> Graph.of(new LinkedHashMap<>())).getMessage());
    }

    @Test
    void namesTheInputsThereAre() {
        Graph graph = Graph.of("sum", a.add(b));
        assertEquals("graph: no input 'c'; inputs are [a, b]",
                assertThrows(IllegalArgumentException.class, () -> graph.input("c")).getMessage());
    }
}
