package dev.goshawk.autodiff.composition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.Derivatives;
import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Sums of products by their letters, against plain loops. */
class EinsumTest {
    private static double[] value(UnaryOperator<Value> f, Tensor at) {
        return Derivatives.value(f, at).toDoubles();
    }

    @Test
    void einsumIsSumsOfProducts() {
        Tensor a = SampleValues.normal(2, 2, 3, 4);
        Tensor b = SampleValues.normal(3, 2, 5, 4);
        double[] y = value(x -> Einsum.einsum("bij, bkj -> kbi", x, Functions.constant(b)), a);
        for (int k = 0; k < 5; k++) {
            for (int n = 0; n < 2; n++) {
                for (int i = 0; i < 3; i++) {
                    double sum = 0;
                    for (int j = 0; j < 4; j++) {
                        sum += a.get((n * 3 + i) * 4 + j) * b.get((n * 5 + k) * 4 + j);
                    }
                    assertEquals(sum, y[(k * 2 + n) * 3 + i], 1e-14);
                }
            }
        }
        assertArrayEquals(
                value(x -> Einsum.einsum("bij,bjk->bik", x, Functions.constant(b.reshape(Shape.of(2, 4, 5)))), a),
                value(x -> Einsum.batchedMatmul(x, Functions.constant(b.reshape(Shape.of(2, 4, 5)))), a));
        assertEquals(value(x -> x.sum(), a)[0], value(x -> Einsum.einsum("abc->", x), a)[0], 1e-14);
        for (String bad : new String[] {"ij,jk", "bii->b", "bij->bk", "bi->b", "bij,bij,bij->b", "b1j->b"}) {
            String message = assertThrows(ShapeMismatchException.class, () -> value(x -> Einsum.einsum(bad, x), a))
                    .getMessage();
            assertTrue(message.startsWith("einsum '" + bad), message);
        }
        assertThrows(ShapeMismatchException.class,
                () -> value(x -> Einsum.einsum("bij,bkj->bk", x, Functions.constant(SampleValues.normal(3, 2, 5, 3))),
                        a));
    }

    @Test
    void einsumTakesDiagonalsEllipsesAndMoreOperands() {
        Tensor a = SampleValues.normal(2, 3, 3, 2);
        double[] d = a.toDoubles();
        double[] traces = new double[2];
        double[] diagonal = new double[6];
        double[] transposed = new double[18];
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 2; k++) {
                traces[k] += d[(i * 3 + i) * 2 + k];
                diagonal[k * 3 + i] = d[(i * 3 + i) * 2 + k];
                for (int j = 0; j < 3; j++) {
                    transposed[(i * 2 + k) * 3 + j] = d[(i * 3 + j) * 2 + k];
                }
            }
        }
        assertArrayEquals(traces, value(x -> Einsum.einsum("iik->k", x), a), 1e-14);
        assertArrayEquals(traces, value(x -> Einsum.einsum("iik", x), a), 1e-14);
        assertArrayEquals(diagonal, value(x -> Einsum.einsum("iik->ki", x), a));
        assertArrayEquals(transposed, value(x -> Einsum.einsum("...jk->...kj", x), a));
        assertArrayEquals(d, value(x -> Einsum.einsum("ikj", x.permute(0, 2, 1)), a));
        assertArrayEquals(value(x -> x.sum(), a), value(x -> Einsum.einsum("...->", x), a), 1e-14);
        assertArrayEquals(new double[] {3},
                value(x -> Einsum.einsum("iii->", x.pow(0)), SampleValues.normal(5, 3, 3, 3)));

        Tensor m = SampleValues.normal(6, 3, 4);
        Tensor n = SampleValues.normal(7, 4, 5);
        double[] chain = value(x -> x.matmul(Functions.constant(n)).matmul(Functions.constant(n).transpose()), m);
        assertArrayEquals(chain,
                value(x -> Einsum.einsum("ij,jk,lk->il", x, Functions.constant(n), Functions.constant(n)), m),
                1e-13);
        double[] forms = value(x -> x.matmul(Functions.constant(n)).multiply(x.matmul(Functions.constant(n))).sum(1),
                m);
        assertArrayEquals(forms, value(x -> Einsum.einsum("bi,ik,bj,jk->b", x, Functions.constant(n), x,
                Functions.constant(n)), m), 1e-12);
        // axes of '...' broadcast: [2, 1, 3, 4] by [5, 4, 2] is [2, 5, 3, 2]
        Tensor p = SampleValues.normal(8, 2, 1, 3, 4);
        Tensor q = SampleValues.normal(9, 5, 4, 2);
        double[] batched = value(x -> Einsum.batchedMatmul(x, Functions.constant(q)), p);
        for (int i = 0; i < batched.length; i++) {
            int c = i % 2;
            int row = i / 2 % 3;
            int five = i / 6 % 5;
            double sum = 0;
            for (int k = 0; k < 4; k++) {
                sum += p.get((i / 30 * 3 + row) * 4 + k) * q.get((five * 4 + k) * 2 + c);
            }
            assertEquals(sum, batched[i], 1e-13);
        }
        assertArrayEquals(batched, value(x -> Einsum.einsum("...ab,...bc", x, Functions.constant(q)), p));
        assertEquals(Shape.of(1, 1, 3, 3), Einsum.einsum("...ij,...kj->...ik", Value.input("x", DType.FLOAT64,
                Shape.of(1, 1, 3, 4)), Value.input("y", DType.FLOAT64, Shape.of(1, 3, 4))).shape());
        for (String bad : new String[] {"ij->ii", "i...j...->ij", "..ij->ij", "ijk->i", "i...jkl->i", "0j->j", "ij->0j",
                "ii->"}) {
            String message = assertThrows(ShapeMismatchException.class, () -> value(x -> Einsum.einsum(bad, x), m))
                    .getMessage();
            assertTrue(message.startsWith("einsum '" + bad + "': expected "), message);
        }
    }

    @Test
    void productsOfMatricesNameWhatToUseInstead() {
        Value three = Value.input("x", DType.FLOAT64, Shape.of(2, 3, 4));
        assertTrue(assertThrows(ShapeMismatchException.class, () -> three.matmul(three)).getMessage()
                .contains("Einsum.batchedMatmul"));
        assertEquals("transpose: expected a matrix, got [2,3,4]: permute takes the order of any axes",
                assertThrows(ShapeMismatchException.class, three::transpose).getMessage());
        assertEquals("batched_matmul: inner sizes 4 != 3 (A [2,3,4], B [2,3,4])",
                assertThrows(ShapeMismatchException.class, () -> Einsum.batchedMatmul(three, three)).getMessage());
    }
}
