package dev.goshawk.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lengths, windows, indices and extents that do not fit are refused. */
class TensorMisuseTest {
    @Test
    void anArrayHasExactlyTheShapesElements() {
        Throwable tooLong = assertThrows(ShapeMismatchException.class,
                () -> Tensor.of(Shape.of(3), 1., 2., 3., 4., 5.));
        assertEquals("tensor: shape [3] has 3 elements, got 5 values; for a part of a longer array use Tensor.view",
                tooLong.getMessage());
        assertThrows(ShapeMismatchException.class, () -> Tensor.of(Shape.of(3), 1., 2.));
        assertThrows(ShapeMismatchException.class, () -> Tensor.of(Shape.of(2), 1f, 2f, 3f));
        assertThrows(ShapeMismatchException.class, () -> Tensor.of(Shape.of(2), 1, 2, 3));
        assertThrows(ShapeMismatchException.class, () -> Tensor.of(Shape.of(0), 1.));
        assertThrows(NullPointerException.class, () -> Tensor.of(Shape.of(1), (double[]) null));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void aWindowDoesNotReachItsNeighbours(int index) {
        double[] array = {1, 2, 3, 4};
        Tensor window = Tensor.view(Shape.of(2), array, 1);
        Throwable read = assertThrows(IndexOutOfBoundsException.class, () -> window.get(index));
        assertEquals("get: index " + index + " is outside of shape [2], which has 2 elements", read.getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> window.set(index, 9));
        assertArrayEquals(new double[] {1, 2, 3, 4}, array);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 3, Integer.MAX_VALUE})
    void aWindowLiesInItsArray(int offset) {
        assertThrows(ShapeMismatchException.class, () -> Tensor.view(Shape.of(2), new float[4], offset));
    }

    @Test
    void axesAndExtents() {
        Shape s = Shape.of(2, 3);
        assertEquals(2, s.dim(-2));
        for (int axis : new int[] {2, -3}) {
            Throwable t = assertThrows(ShapeMismatchException.class, () -> s.dim(axis));
            assertEquals("shape: no axis " + axis + " in [2,3] of rank 2", t.getMessage());
        }
        assertThrows(ShapeMismatchException.class, () -> Shape.of(1 << 16, 1 << 15));
        assertThrows(ShapeMismatchException.class, () -> Shape.of(1 << 30, 1 << 30, 1 << 30));
        assertThrows(ShapeMismatchException.class, () -> Shape.of(0, -1));
        assertTrue(assertThrows(ShapeMismatchException.class, () -> Shape.of(1 << 30, 4, -1)).getMessage()
                .contains("negative"));
    }

    @Test
    void writesAreCountedForAllThatShareThem() {
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(4));
        Tensor same = t.reshape(Shape.of(2, 2));
        int before = t.writes();
        same.set(0, 1);
        int afterSet = t.writes();
        assertNotEquals(before, afterSet);
        t.fill(2);
        int afterFill = same.writes();
        assertNotEquals(afterSet, afterFill);
        same.copyFrom(Tensor.zeros(DType.FLOAT32, Shape.of(2, 2)));
        assertNotEquals(afterFill, t.writes());
    }
}
