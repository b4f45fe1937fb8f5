package dev.goshawk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DerivativesTest {
    private static final Tensor AT = Tensor.of(Shape.of(3), 0.3, -0.7, 1.1);
    /** y0 = x0^2 x1, y1 = exp(x1 x2). */
    private static final UnaryOperator<Value> F = x -> {
        Value a = part(x, 0);
        Value b = part(x, 1);
        return Functions.concat(0, List.of(a.square().multiply(b), b.multiply(part(x, 2)).exp()));
    };

    private static Value part(Value x, int i) {
        return x.slice(new int[] {i}, new int[] {i + 1}, new int[] {1});
    }

    @Test
    void firstDerivatives() {
        double a = 0.3;
        double b = -0.7;
        double c = 1.1;
        double e = Math.exp(b * c);
        double[][] expected = {{2 * a * b, a * a, 0}, {0, c * e, b * e}};
        double[][] wide = Derivatives.jacobian(F, AT);
        for (int i = 0; i < 2; i++) {
            assertArrayEquals(expected[i], wide[i], 1e-15);
        }
        Tensor v = Tensor.of(Shape.of(3), 1.0, 2.0, -1.0);
        assertArrayEquals(new double[] {2 * a * b + 2 * a * a, 2 * c * e - b * e},
                Derivatives.jvp(F, AT, v).toDoubles(), 1e-15);
        Tensor u = Tensor.of(Shape.of(2), 2.0, -3.0);
        assertArrayEquals(new double[] {4 * a * b, 2 * a * a - 3 * c * e, -3 * b * e},
                Derivatives.vjp(F, AT, u).toDoubles(), 1e-15);
        assertArrayEquals(new double[] {a * a * b, e}, Derivatives.value(F, AT).toDoubles(), 1e-15);
        // more rows than columns: by forward mode
        double[][] tall = Derivatives.jacobian(x -> x.broadcast(Shape.of(2, 3)).exp(), AT);
        assertEquals(6, tall.length);
        assertEquals(Math.exp(b), tall[4][1], 1e-15);
        assertEquals(0, tall[4][0]);
    }

    @Test
    void derivativesThatAreTheDirectionItself() {
        Tensor two = Tensor.of(Shape.of(2), 3.0, 4.0);
        double[][] identity = {{1, 0}, {0, 1}};
        List<UnaryOperator<Value>> moved = List.of(x -> x, x -> x.reshape(2, 1), x -> x.reshape(1, 2).permute(1, 0),
                x -> Functions.cumulativeSum(x.reshape(2, 1), 1), x -> x.pow(1), x -> x.add(1));
        for (UnaryOperator<Value> f : moved) {
            assertArrayEquals(identity, Derivatives.jacobian(f, two));
            assertArrayEquals(new double[] {1, 0, 0, 1}, Derivatives.derivative(1, f, two).toDoubles());
        }
        assertArrayEquals(identity, Derivatives.hessian(x -> x.square().sum().scale(0.5), two));
        assertArrayEquals(identity, Derivatives.hessian(x -> x.multiply(x.scale(0.5)).sum(), two));
        assertEquals(1, Derivatives.derivative(1, x -> x, 3));
    }

    @Test
    void hessianAndThirdDerivativesOfAProduct() {
        // f = x0 x1 x2 + x0^4
        UnaryOperator<Value> f = x -> part(x, 0).multiply(part(x, 1)).multiply(part(x, 2))
                .add(part(x, 0).square().square()).sum();
        double a = 0.3;
        double b = -0.7;
        double c = 1.1;
        double[][] h = Derivatives.hessian(f, AT);
        assertArrayEquals(new double[] {12 * a * a, c, b}, h[0], 1e-15);
        assertArrayEquals(new double[] {c, 0, a}, h[1], 1e-15);
        assertArrayEquals(new double[] {b, a, 0}, h[2], 1e-15);
        assertArrayEquals(new double[] {b * c + 4 * a * a * a, a * c, a * b}, Derivatives.gradient(f, AT).toDoubles(),
                1e-15);
        Tensor third = Derivatives.derivative(3, f, AT);
        assertEquals(Shape.of(3, 3, 3), third.shape());
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 3; k++) {
                    boolean mixed = i != j && j != k && i != k;
                    double expected = i == 0 && j == 0 && k == 0 ? 24 * a : mixed ? 1 : 0;
                    assertEquals(expected, third.get((i * 3 + j) * 3 + k), 1e-14, i + "," + j + "," + k);
                }
            }
        }
        Tensor fourth = Derivatives.derivative(4, f, AT);
        assertEquals(24, fourth.get(0), 1e-13);
        assertEquals(0, fourth.get(1), 1e-13);
        // along a direction: the tensor contracted with it
        Tensor v = Tensor.of(Shape.of(3), 0.5, -1.0, 2.0);
        assertEquals(24 * a * 0.125 + 6 * 0.5 * -1 * 2, Derivatives.directional(3, f, AT, v).item(), 1e-13);
    }

    @Test
    void derivativesOfVectorFunctionsOfAnyOrder() {
        double b = -0.7;
        double c = 1.1;
        double e = Math.exp(b * c);
        Tensor second = Derivatives.derivative(2, F, AT);
        assertEquals(Shape.of(2, 3, 3), second.shape());
        assertEquals(2 * b, second.get(0), 1e-15);
        assertEquals(2 * 0.3, second.get(1), 1e-15);
        assertEquals((1 + b * c) * e, second.get(9 + 5), 1e-14);
        assertEquals((1 + b * c) * e, second.get(9 + 7), 1e-14);
        Tensor third = Derivatives.derivative(3, F, AT);
        assertEquals(Shape.of(2, 3, 3, 3), third.shape());
        // d3 y1 / dx1 dx1 dx2 = (2 c + b c^2) e
        for (int at : new int[] {14, 16, 22}) {
            assertEquals((2 * c + b * c * c) * e, third.get(27 + at), 1e-14, "index " + at);
        }
        assertArrayEquals(Derivatives.value(F, AT).toDoubles(), Derivatives.derivative(0, F, AT).toDoubles());
    }

    @Test
    void derivativesOfFunctionsOfANumber() {
        double[] sigmoid = new double[5];
        double s = 1 / (1 + Math.exp(-0.4));
        sigmoid[0] = s;
        sigmoid[1] = s * (1 - s);
        sigmoid[2] = s * (1 - s) * (1 - 2 * s);
        sigmoid[3] = s * (1 - s) * (1 - 6 * s + 6 * s * s);
        sigmoid[4] = s * (1 - s) * (1 - 2 * s) * (1 - 12 * s + 12 * s * s);
        for (int n = 0; n < 5; n++) {
            assertEquals(sigmoid[n], Derivatives.derivative(n, Value::sigmoid, 0.4), 1e-14, "order " + n);
            assertEquals(Math.exp(0.9), Derivatives.derivative(n, Value::exp, 0.9), 1e-14);
        }
        // log: (-1)^(n-1) (n-1)! / x^n
        assertEquals(2 / 8.0, Derivatives.derivative(3, Value::log, 2), 1e-15);
        assertEquals(24 / 32.0, Derivatives.derivative(5, Value::log, 2), 1e-14);
        assertEquals(0, Derivatives.derivative(3, x -> x.scale(2), 1.0));
        assertEquals(7, Derivatives.derivative(0, x -> x.like(7), 1.0));
    }

    @Test
    void misuseIsSaid() {
        assertThrows(IllegalArgumentException.class, () -> Derivatives.derivative(-1, F, AT));
        assertEquals("derivative: expected an argument of floating numbers, such as 1.0 or 1f, got int32[3]",
                assertThrows(IllegalArgumentException.class,
                        () -> Derivatives.gradient(x -> x.square().sum(), Tensor.of(Shape.of(3), 1, 2, 3)))
                        .getMessage());
        assertThrows(IllegalArgumentException.class,
                () -> Derivatives.hessian(x -> x.square().sum(), Tensor.zeros(DType.FLOAT64, Shape.of(10_000))));
        assertThrows(RuntimeException.class, () -> Derivatives.gradient(F, AT));
        Value stranger = Value.input("stranger", DType.FLOAT64, Shape.of(3));
        String message = assertThrows(IllegalStateException.class,
                () -> Derivatives.gradient(x -> x.multiply(stranger).sum(), AT)).getMessage();
        assertEquals(true, message.contains("stranger"), message);
    }
}
