package dev.goshawk.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.cpu.reference.Interpreter;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Fake quantization's derivative is a definition: 1 where the rounded value is in range, 0 outside, and no second. */
class StraightThroughTest {
    /** Scale 0.5, zero point 1, range -4..3: levels -2.5..1. Rounded positions below, at and above both ends. */
    private static final double[] X = {-9, -2.76, -2.74, -0.2, 0.1, 1.24, 1.26, 8};
    private static final double[] MASK = {0, 0, 1, 1, 1, 1, 0, 0};

    private final Value x = Value.input("x", DType.FLOAT64, Shape.of(8));
    private final Value scale = Value.input("scale", DType.FLOAT64, Shape.scalar());
    private final Value zero = Value.input("zero", DType.FLOAT64, Shape.scalar());
    private final Value y = Functions.fakeQuantize(x, scale, zero, -4, 3);

    private double[] evaluate(Value v) {
        return Interpreter.run(Graph.of("y", v), Map.of("x", Tensor.of(Shape.of(8), X), "scale",
                Tensor.of(Shape.scalar(), 0.5), "zero", Tensor.of(Shape.scalar(), 1.0))).get("y").toDoubles();
    }

    @Test
    void quantizes() {
        assertArrayEquals(new double[] {-2.5, -2.5, -2.5, 0, 0, 1, 1, 1}, evaluate(y));
    }

    @Test
    void bothModesPassTheDerivativeInsideTheRangeOnly() {
        Value doubled = x.like(2);
        double[] expected = Arrays.stream(MASK).map(m -> 2 * m).toArray();
        assertArrayEquals(expected, evaluate(ReverseMode.vjp(List.of(y), List.of(doubled), List.of(x)).get(0)));
        assertArrayEquals(expected, evaluate(ForwardMode.jvp(List.of(y), List.of(x), List.of(doubled)).get(0)));
    }

    @Test
    void scaleAndZeroPointAreConstants() {
        for (Value v : List.of(scale, zero)) {
            assertEquals(new Op.Constant(0, DType.FLOAT64, Shape.scalar()),
                    ReverseMode.gradient(y.sum(), List.of(v)).get(0).op());
            assertEquals(new Op.Constant(0, DType.FLOAT64, Shape.of(8)),
                    ForwardMode.jvp(List.of(y), List.of(v), List.of(v.like(1))).get(0).op());
        }
    }

    @Test
    void differentiatingTwiceIsRefusedByName() {
        Value gradient = ReverseMode.gradient(y.square().sum(), List.of(x)).get(0);
        String message = "straight_through [8] cannot be differentiated twice (by its straight_through_slope): the "
                + "straight-through estimator defines a first derivative only; take second derivatives of the float model";
        assertEquals(message, assertThrows(NotDifferentiableException.class,
                () -> ForwardMode.jvp(List.of(gradient), List.of(x), List.of(x.like(1)))).getMessage());
        assertEquals(message, assertThrows(NotDifferentiableException.class,
                () -> ReverseMode.gradient(gradient.sum(), List.of(x))).getMessage());
    }
}
