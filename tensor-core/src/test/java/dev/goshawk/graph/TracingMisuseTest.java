package dev.goshawk.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What is wrong with a program is said while it is traced. */
class TracingMisuseTest {
    private final Value x = Value.input("x", DType.FLOAT64, Shape.of(2, 3));
    private final Value whole = Value.input("n", DType.INT32, Shape.of(2, 2));

    private static String refused(Executable tracing) {
        return assertThrows(ShapeMismatchException.class, tracing).getMessage();
    }

    @Test
    void integersInArithmetic() {
        String expected = ": expected a floating type, got int32";
        assertEquals("sum" + expected, refused(whole::sum));
        assertEquals("mat_mul" + expected, refused(() -> whole.matmul(whole)));
        assertTrue(refused(whole::exp).endsWith(expected));
        assertTrue(refused(() -> whole.add(whole)).endsWith(expected));
        Value image = Value.input("image", DType.INT32, Shape.of(1, 4, 4, 1));
        Value filter = Value.input("filter", DType.INT32, Shape.of(3, 3, 1, 1));
        assertTrue(refused(() -> Functions.conv2d(image, filter, 1, 1)).contains("expected a floating type"));
        assertTrue(refused(() -> Functions.maxPool(image, Functions.pool(image, 2, 2, 0)))
                .contains("expected a floating type"));
        assertTrue(refused(() -> Functions.avgPool(image, Functions.pool(image, 2, 2, 0), true))
                .contains("expected a floating type"));
        assertTrue(refused(() -> Value.constant(1.5, DType.INT32, Shape.scalar())).contains("1.5 is no int32"));
    }

    @Test
    void axes() {
        assertEquals("sum: axes [1, -1] of [2,3]: axis 1 is given twice", refused(() -> x.sum(1, -1)));
        assertEquals("sum: axes [2] of [2,3]: there is no axis 2", refused(() -> x.mean(2)));
        assertEquals("sum: axes [-3] of [2,3]: there is no axis -3", refused(() -> x.sum(-3)));
        assertSame(x, x.sum(new int[0]));
        refused(() -> x.permute(0, 0));
        refused(() -> x.permute(0));
        refused(() -> Functions.concat(2, List.of(x, x)));
    }

    @Test
    void aSumDownToAShapeThatDoesNotBroadcastBack() {
        refused(() -> x.sumTo(Shape.of(3, 2)));
        assertEquals(Shape.of(1, 3), x.sumTo(Shape.of(1, 3)).shape());
    }

    @Test
    void extentsThatOverflow() {
        int most = Integer.MAX_VALUE;
        refused(() -> x.pad(new int[] {most, 0}, new int[] {most, 0}));
        refused(() -> x.pad(new int[] {-1, 0}, new int[] {0, 0}));
        assertEquals(Shape.of(1, 1),
                x.slice(new int[] {0, 0}, new int[] {2, 3}, new int[] {most, most}).shape());
        refused(() -> x.slice(new int[] {0, 0}, new int[] {3, 3}, new int[] {1, 1}));
        refused(() -> x.slice(new int[] {-1, 0}, new int[] {2, 3}, new int[] {1, 1}));
        refused(() -> x.slice(new int[] {0}, new int[] {2}, new int[] {1}));
    }

    @Test
    void typesThatDiffer() {
        Value single = Value.input("s", DType.FLOAT32, Shape.of(2, 3));
        assertTrue(refused(() -> x.add(single)).contains("types float64 and float32 differ"));
        refused(() -> x.matmul(single.transpose()));
    }

    @Test
    void nothing() {
        assertThrows(NullPointerException.class, () -> Value.input(null, DType.FLOAT64, Shape.scalar()));
        assertThrows(NullPointerException.class, () -> Value.input("x", null, Shape.scalar()));
        assertThrows(NullPointerException.class, () -> Value.input("x", DType.FLOAT64, null));
    }
}
