package dev.goshawk.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.Derivatives;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Indexing;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a choice leaves out, NaN or infinite, reaches neither its value nor a derivative of any order in any sequence of the modes. */
class WhereTest {
    private static final double[] AT = {-2, -1, 0, 0.5, 2, 3};

    /** Functions with a hole, and what fills it: value and derivatives of the two pieces are known. */
    private record Filled(String name, UnaryOperator<Value> function, double[] firstAt0, double[] firstAt2) {
    }

    private static final List<Filled> FUNCTIONS = List.of(
            new Filled("x log x", x -> Functions.where(x, x.multiply(x.log()), x.like(0)), new double[] {0, 0, 0},
                    new double[] {2 * Math.log(2), Math.log(2) + 1, 0.5}),
            new Filled("sqrt", x -> Functions.where(x, x.sqrt(), x.scale(3)), new double[] {0, 3, 0},
                    new double[] {Math.sqrt(2), 0.5 / Math.sqrt(2), -0.25 / Math.pow(2, 1.5)}),
            new Filled("the other way round", x -> Functions.where(x.negate().add(0.1), x.scale(3), x.log()),
                    new double[] {0, 3, 0}, new double[] {Math.log(2), 0.5, -0.25}),
            new Filled("sin x / x", x -> Functions.where(x.abs(), x.sin().divide(x), x.like(1)), new double[] {1, 0, 0},
                    new double[] {Math.sin(2) / 2, (Math.cos(2) - Math.sin(2) / 2) / 2,
                            -Math.sin(2) / 2 - (Math.cos(2) - Math.sin(2) / 2) / 2}),
            new Filled("one in another, rearranged", x -> {
                Value column = x.reshape(6, 1).permute(1, 0).reshape(6);
                Value inner = Functions.where(x.abs(), column.reciprocal(), x.like(0));
                return Functions.where(x, inner.multiply(column.log()).add(inner.square()), x);
            }, new double[] {0, 1, 0},
                    new double[] {Math.log(2) / 2 + 0.25, (1 - Math.log(2)) / 4 - 0.25,
                            (2 * Math.log(2) - 3) / 8 + 6.0 / 16}));

    private static List<Backend> backends() {
        return List.of(Backends.select("reference", Workers.SINGLE), Backends.select("vector", Workers.SINGLE));
    }

    private static Value derivative(Value y, Value x, String modes) {
        Value d = y;
        for (char mode : modes.toCharArray()) {
            d = mode == 'F'
                    ? ForwardMode.jvp(List.of(d), List.of(x), List.of(x.like(1))).get(0)
                    : ReverseMode.gradient(d.sum(), List.of(x)).get(0);
        }
        return d;
    }

    @Test
    void theHoleDoesNotSpread() {
        Value x = Value.input("x", DType.FLOAT64, Shape.of(AT.length));
        for (Filled f : FUNCTIONS) {
            for (String modes : List.of("", "F", "R", "FF", "FR", "RF", "RR")) {
                Graph graph = Graph.of("y", derivative(f.function().apply(x), x, modes));
                for (Backend backend : backends()) {
                    Executable e = backend.compile(graph);
                    e.bind("x", Tensor.of(Shape.of(AT.length), AT));
                    e.run();
                    double[] y = e.output("y").toDoubles();
                    String what = f.name() + " '" + modes + "' " + backend.name();
                    assertEquals(f.firstAt0()[modes.length()], y[2], 1e-14, what + " at 0");
                    assertEquals(f.firstAt2()[modes.length()], y[4], 1e-14, what + " at 2");
                }
            }
        }
    }

    /** Rows divided by their norms; a row of zeros stays one. */
    private static Value normalized(Value x) {
        Value norm = x.square().sum(1).sqrt().reshape(2, 1);
        return Functions.where(norm, x.divide(norm), x.scale(3));
    }

    @Test
    void aHoleOfAWholeRowDoesNotSpread() {
        Tensor at = Tensor.of(Shape.of(2, 2), 0.0, 0.0, 3.0, 4.0);
        double[][] expected = {{3, 0, 0, 0}, {0, 3, 0, 0}, {0, 0, 16 / 125.0, -12 / 125.0},
                {0, 0, -12 / 125.0, 9 / 125.0}};
        Value x = Value.input("x", DType.FLOAT64, Shape.of(2, 2));
        for (Backend backend : backends()) {
            for (int i = 0; i < 4; i++) {
                Value one = Functions.constant(Tensor.of(Shape.of(2, 2), i == 0 ? 1.0 : 0, i == 1 ? 1.0 : 0,
                        i == 2 ? 1.0 : 0, i == 3 ? 1.0 : 0));
                Value back = ReverseMode.gradient(normalized(x).multiply(one).sum(), List.of(x)).get(0);
                Value forth = ForwardMode.jvp(List.of(normalized(x)), List.of(x), List.of(one)).get(0);
                Value twice = ReverseMode.gradient(back.square().sum(), List.of(x)).get(0);
                double[] second = run(backend, twice, at);
                assertArrayEquals(expected[i], run(backend, back, at), 1e-14);
                assertArrayEquals(expected[i], run(backend, forth, at), 1e-14);
                assertEquals(0, second[0], "a constant slope at the row of zeros");
                assertTrue(Double.isFinite(second[2]), second[2] + " at the other row");
            }
        }
    }

    private static double[] run(Backend backend, Value y, Tensor at) {
        Executable e = backend.compile(Graph.of("y", y));
        e.bind("x", at);
        e.run();
        return e.output("y").toDoubles();
    }

    @Test
    void whatIsMovedBeforeTheChoiceKeepsIt() {
        UnaryOperator<Value> parts = x -> {
            Value joined = Functions.concat(0, List.of(Indexing.range(x, 0, 2, 4), Indexing.range(x, 0, 0, 2))).log();
            Value padded = joined.pad(new int[] {0}, new int[] {1});
            return Functions.where(padded.abs().subtract(0.1), padded, padded.like(0)).sum();
        };
        // log of 0 is infinite and of -1 NaN: neither is chosen below
        UnaryOperator<Value> chosen = x -> {
            Value logs = Functions.concat(0, List.of(Indexing.range(x, 0, 2, 4), Indexing.range(x, 0, 0, 2))).log();
            Value mask = Functions.constant(Tensor.of(Shape.of(4), 1.0, 1.0, 0.0, 0.0));
            return Functions.where(mask, logs, x.like(0)).sum();
        };
        Tensor at = Tensor.of(Shape.of(4), 0.0, -1.0, 2.0, 4.0);
        assertArrayEquals(new double[] {0, 0, 0.5, 0.25}, Derivatives.gradient(chosen, at).toDoubles());
        assertEquals(-0.25, Derivatives.hessian(chosen, at)[2][2]);
        assertArrayEquals(new double[] {0.5, 0.25, 0.125, 0.2},
                Derivatives.gradient(parts, Tensor.of(Shape.of(4), 2.0, 4.0, 8.0, 5.0)).toDoubles());
    }

    /** A product mixes elements: the choice belongs to its result, not to its operand. */
    @Test
    void aChoiceBehindAProductIsMadeBeforeIt() {
        Tensor w = Tensor.of(Shape.of(2, 2), 1.0, 2.0, 3.0, 4.0);
        Tensor condition = Tensor.of(Shape.of(2, 2), 1.0, 0.0, 0.0, 1.0);
        UnaryOperator<Value> f = x -> {
            Value product = x.matmul(Functions.constant(w));
            return Functions.where(Functions.constant(condition), product, product.like(0)).sum();
        };
        // the condition times the transposed matrix
        assertArrayEquals(new double[] {1, 3, 2, 4},
                Derivatives.gradient(f, Tensor.of(Shape.of(2, 2), 5.0, 6.0, 7.0, 8.0)).toDoubles());
    }

    @Test
    void conditionsAndBroadcasts() {
        Tensor a = Tensor.of(Shape.of(2, 2), Double.NaN, 1.0, 2.0, Double.POSITIVE_INFINITY);
        double[] y = Derivatives
                .value(x -> Functions.where(x, x, Functions.constant(Tensor.of(Shape.of(2), -1.0, -2.0))), a)
                .toDoubles();
        assertArrayEquals(new double[] {-1, 1, 2, Double.POSITIVE_INFINITY}, y, "NaN is not above 0");
        assertEquals(Shape.of(3, 2, 2), Derivatives.value(
                x -> Functions.where(Value.constant(1, DType.FLOAT64, Shape.of(3, 1, 1)), x, x.like(0)), a).shape());
        assertThrows(ShapeMismatchException.class,
                () -> Derivatives.value(x -> Functions.where(Value.constant(1, DType.FLOAT64, Shape.of(3)), x, x), a));
    }

    @Test
    void powersOfZeroHaveTheirDerivatives() {
        for (int n = 0; n <= 5; n++) {
            int exponent = n;
            double factorial = 1;
            for (int order = 0; order <= 5; order++) {
                factorial *= Math.max(order, 1);
                assertEquals(order == n ? factorial : 0,
                        Derivatives.derivative(order, x -> x.pow(exponent), 0), "derivative " + order + " of x^" + n);
                // the exponents as an array: of a derivative at 0 only what is finite
                assertEquals(order == n ? factorial : 0,
                        Derivatives.derivative(order, x -> x.pow(
                                Functions.constant(Tensor.of(Shape.of(2), exponent, exponent + 7.0))
                                        .multiply(x.like(1)))
                                .slice(new int[] {0}, new int[] {1}, new int[] {1}), 0),
                        "derivative " + order + " of x^[" + n + "]");
            }
        }
        // by the exponent: log(x)^n x^y, and 0 at a base of 0
        for (int order = 0; order <= 3; order++) {
            assertEquals(Math.pow(Math.log(3), order) * Math.pow(3, 0.4),
                    Derivatives.derivative(order, y -> y.like(3).pow(y), 0.4), 1e-14);
            assertEquals(0, Derivatives.derivative(order, y -> y.like(0).pow(y), 2.4));
        }
        assertEquals(Math.pow(5, 1.5) * 1.5 * 0.5 / 25, Derivatives.derivative(2, x -> x.pow(1.5), 5), 1e-15);
        assertEquals(-12, Derivatives.derivative(1, x -> x.pow(-3).scale(-1).pow(-1), 2), 1e-13);
        assertEquals(12, Derivatives.derivative(1, x -> x.pow(3), -2), 1e-15);
    }

    /** 1 / x overflows at the smallest numbers, and 0 times it is no derivative; NaN stays NaN in every order. Exponents are no constants. */
    @Test
    void powersOfTheSmallestNumbersAndOfNaN() {
        for (double x : new double[] {1e-310, -1e-310, Double.MIN_VALUE}) {
            for (int order = 1; order <= 3; order++) {
                for (int exponent = 0; exponent < order; exponent++) {
                    double y = exponent;
                    assertEquals(0, Derivatives.derivative(order, v -> v.pow(v.like(y).multiply(v.like(1))), x),
                            "derivative " + order + " of x^" + exponent + " at " + x);
                }
            }
        }
        for (int order = 0; order <= 3; order++) {
            assertEquals(Double.NaN,
                    Derivatives.derivative(order, v -> v.pow(v.like(2).multiply(v.like(1))), Double.NaN));
            assertEquals(Double.NaN,
                    Derivatives.derivative(order, v -> v.pow(v.like(Double.NaN).multiply(v.like(1))), 3));
        }
        assertEquals(Double.NaN, Derivatives.derivative(0, v -> v.pow(0), Double.NaN), "as everywhere, also x^0");
    }
}
