package dev.goshawk.onnx.op.element;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.op.Operator;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Inverses of trigonometric and hyperbolic functions. They are roots, logarithms and a short series, so that derivatives of any order are
 * as exact as the values; no difference of close numbers and no overflow is left in them.
 */
final class Inverses {
    /** Half angles that bring 1 below {@link #SERIES}' reach: the tangent of pi / 32 is 0.0985. */
    private static final int HALVINGS = 3;
    /** Terms of arctan's series: the first that is left out, 0.0985^21 / 21, is below 4e-23. */
    private static final int SERIES = 10;

    private Inverses() {
    }

    static void register(Map<String, Operator> all) {
        put(all, "Atan", Inverses::atan);
        // Tangents of half the angle.
        put(all, "Asin", x -> small(x.divide(distance(x).add(1))).scale(2));
        put(all, "Acos", x -> atan(x.subtractFrom(1).sqrt().divide(x.add(1).sqrt())).scale(2));
        put(all, "Asinh", Inverses::asinh);
        put(all, "Acosh", x -> x.subtract(1).add(x.subtract(1).sqrt().multiply(x.add(1).sqrt())).log1p());
    }

    private static void put(Map<String, Operator> all, String name, UnaryOperator<Value> function) {
        all.put(name, Operator.single(n -> n.map(0, function)));
    }

    /** sqrt(1 - x^2). */
    private static Value distance(Value x) {
        return x.subtractFrom(1).multiply(x.add(1)).sqrt();
    }

    /** Of numbers beyond 1, a right angle less that of the reciprocal. */
    private static Value atan(Value x) {
        Value beyond = x.abs().subtract(1).step();
        Value angle = small(Functions.where(beyond, x.reciprocal(), x));
        return Functions.where(beyond, x.sign().scale(Math.PI / 2).subtract(angle), angle);
    }

    /** arctan of numbers from -1 to 1. */
    private static Value small(Value x) {
        Value t = x;
        for (int i = 0; i < HALVINGS; i++) {
            t = t.divide(t.square().add(1).sqrt().add(1));
        }
        Value square = t.square();
        Value sum = square.like(0);
        for (int k = SERIES - 1; k >= 0; k--) {
            sum = sum.multiply(square).add((k % 2 == 0 ? 1.0 : -1.0) / (2 * k + 1));
        }
        return t.multiply(sum).scale(1 << HALVINGS);
    }

    /** Of numbers beyond 1 by logarithms of their size, of others by twice the inverse hyperbolic tangent of half the argument. */
    private static Value asinh(Value x) {
        Value beyond = x.abs().subtract(1).step();
        Value size = x.abs();
        Value large = size.log().add(size.reciprocal().square().add(1).sqrt().log1p()).multiply(x.sign());
        Value half = x.divide(x.square().add(1).sqrt().add(1));
        return Functions.where(beyond, large, half.log1p().subtract(half.negate().log1p()));
    }
}
