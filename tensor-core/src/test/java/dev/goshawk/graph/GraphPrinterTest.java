package dev.goshawk.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import org.junit.jupiter.api.Test;

/** What a person sees of a graph. */
class GraphPrinterTest {
    private static Graph graph() {
        Value x = Value.input("x", DType.FLOAT32, Shape.of(2, 3));
        Value w = Value.input("w", DType.FLOAT32, Shape.of(4, 3));
        return Graph.of("y", Value.of(new Op.MatMul(false, true), x, w).relu().sum(1));
    }

    @Test
    void text() {
        assertEquals("""
                %0 = input float32[2,3] {name=x, dtype=float32, shape=[2,3]}
                %1 = input float32[4,3] {name=w, dtype=float32, shape=[4,3]}
                %2 = mat_mul float32[2,4] (%0, %1) {transposeA=false, transposeB=true}
                %3 = relu float32[2,4] (%2) {function=RELU}
                %4 = sum float32[2] (%3) {axes=[1]}
                return y = %4
                """, GraphPrinter.text(graph()));
        assertEquals(GraphPrinter.text(graph()), graph().toString());
    }

    @Test
    void dot() {
        assertEquals("""
                digraph goshawk {
                  rankdir=TB; node [shape=box, fontname=monospace];
                  "%0" [label="x\\nfloat32[2,3]", style=filled, fillcolor=lightgray];
                  "%1" [label="w\\nfloat32[4,3]", style=filled, fillcolor=lightgray];
                  "%2" [label="mat_mul\\nfloat32[2,4]"];
                  "%0" -> "%2";
                  "%1" -> "%2";
                  "%3" [label="relu\\nfloat32[2,4]"];
                  "%2" -> "%3";
                  "%4" [label="sum\\nfloat32[2]"];
                  "%3" -> "%4";
                  "out y" [shape=ellipse];
                  "%4" -> "out y";
                }
                """, GraphPrinter.dot(graph()));
    }

    @Test
    void quotesInNamesAreEscaped() {
        String dot = GraphPrinter.dot(Graph.of("y", Value.input("a\"b", DType.FLOAT64, Shape.scalar())));
        assertEquals(1, dot.lines().filter(l -> l.contains("[label=\"a\\\"b\\nfloat64[]\"")).count());
    }
}
