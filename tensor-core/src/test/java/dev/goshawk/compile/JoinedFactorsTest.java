package dev.goshawk.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Factors one after the other become one, except where their product leaves a range that the result stays in. */
class JoinedFactorsTest {
    private static double scaled(DType dtype, double x, double first, double second, boolean traced) {
        Value v = Value.input("x", dtype, Shape.of(1));
        Value y = traced
                ? v.scale(first).scale(second)
                : Value.of(new Op.Scale(second), Value.of(new Op.Scale(first), v));
        return Backends.select("vector", Workers.SINGLE).compile(Graph.of("y", y))
                .call(Map.of("x", Tensor.of(Shape.of(1), x).to(dtype))).get(0);
    }

    @Test
    void aProductOutOfRangeIsNotFormed() {
        for (boolean traced : List.of(true, false)) {
            assertEquals(1e10, scaled(DType.FLOAT32, 1e-30, 1e20, 1e20, traced), 1e4);
            assertEquals(1e-20, scaled(DType.FLOAT32, 1e30, 1e-25, 1e-25, traced), 1e-26);
            assertEquals(1e100, scaled(DType.FLOAT64, 1e-300, 1e200, 1e200, traced), 1e86);
            assertEquals(1e-100, scaled(DType.FLOAT64, 1e300, 1e-200, 1e-200, traced), 1e-114);
            assertEquals(0, scaled(DType.FLOAT32, 3, 0, 1e-30, traced));
        }
    }

    @Test
    void othersAreOneOp() {
        Value x = Value.input("x", DType.FLOAT32, Shape.of(3));
        assertEquals(new Op.Scale(6), x.scale(2).scale(3).op());
        Value y = Value.of(new Op.Scale(3), Value.of(new Op.Scale(2), x));
        assertEquals(2, Simplifier.simplify(Graph.of("y", y)).nodes().size());
    }
}
