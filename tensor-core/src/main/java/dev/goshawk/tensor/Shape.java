package dev.goshawk.tensor;

import java.util.Arrays;

/** An immutable, fully known shape: the extent of each axis, row-major. A scalar has rank 0 and size 1. */
public final class Shape {
    private static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;
    private final int size;

    private Shape(int[] dims) {
        for (int d : dims) {
            if (d < 0) {
                throw new ShapeMismatchException("shape: negative extent in " + Arrays.toString(dims));
            }
        }
        long n = 1;
        for (int d : dims) {
            n *= d;
            if (n > Integer.MAX_VALUE) {
                throw new ShapeMismatchException(
                        "shape: " + Arrays.toString(dims) + " has more than 2^31-1 elements; use a smaller batch");
            }
        }
        this.dims = dims;
        this.size = (int) n;
    }

    /**
     * A shape of the given extents.
     *
     * @throws ShapeMismatchException if an extent is negative or the element count exceeds 2^31-1
     */
    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    public static Shape scalar() {
        return SCALAR;
    }

    public int rank() {
        return dims.length;
    }

    /** Number of elements. */
    public int size() {
        return size;
    }

    /**
     * Extent of an axis; negative axes count from the end, as in {@code dim(-1)}.
     *
     * @throws ShapeMismatchException if there is no such axis
     */
    public int dim(int axis) {
        if (axis < -dims.length || axis >= dims.length) {
            throw new ShapeMismatchException("shape: no axis " + axis + " in " + this + " of rank " + dims.length);
        }
        return dims[axis < 0 ? axis + dims.length : axis];
    }

    /** A copy of the extents. */
    public int[] dims() {
        return dims.clone();
    }

    /** Row-major strides in elements. */
    public int[] strides() {
        int[] s = new int[dims.length];
        int n = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            s[i] = n;
            n *= dims[i];
        }
        return s;
    }

    public boolean isScalar() {
        return dims.length == 0;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.toString(dims).replace(" ", "");
    }
}
