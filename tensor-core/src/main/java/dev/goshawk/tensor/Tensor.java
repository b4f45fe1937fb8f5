package dev.goshawk.tensor;

import java.util.Arrays;
import java.util.Objects;

/**
 * A dense row-major array: a shape, an element type and a window into a heap array. The window is shared, not copied: writing
 * through {@link #floats()} changes every tensor over the same storage.
 */
public final class Tensor {
    private final Shape shape;
    private final DType dtype;
    private final Object storage;
    private final int offset;
    private final Writes writes;

    /** Counts writes through tensors that share it: those over one storage that were made from one another. */
    private static final class Writes {
        int count;
    }

    private Tensor(Shape shape, DType dtype, Object storage, int offset) {
        this(shape, dtype, storage, offset, new Writes());
    }

    private Tensor(Shape shape, DType dtype, Object storage, int offset, Writes writes) {
        Objects.requireNonNull(shape, "tensor: the shape is null");
        int length = java.lang.reflect.Array.getLength(Objects.requireNonNull(storage, "tensor: the array is null"));
        if (offset < 0 || (long) offset + shape.size() > length) {
            throw new ShapeMismatchException(
                    "tensor: shape " + shape + " at offset " + offset + " needs " + ((long) offset + shape.size())
                            + " elements, the array has " + length);
        }
        this.shape = shape;
        this.dtype = dtype;
        this.storage = storage;
        this.offset = offset;
        this.writes = writes;
    }

    private static Tensor whole(Shape shape, DType dtype, Object values) {
        Tensor t = new Tensor(shape, dtype, values, 0);
        int length = java.lang.reflect.Array.getLength(values);
        if (length != shape.size()) {
            throw new ShapeMismatchException(
                    "tensor: shape " + shape + " has " + shape.size() + " elements, got " + length
                            + " values; for a part of a longer array use Tensor.view");
        }
        return t;
    }

    /** A tensor of zeros. */
    public static Tensor zeros(DType dtype, Shape shape) {
        Object storage = switch (dtype) {
            case FLOAT32 -> new float[shape.size()];
            case FLOAT64 -> new double[shape.size()];
            case INT32 -> new int[shape.size()];
        };
        return new Tensor(shape, dtype, storage, 0);
    }

    /**
     * Wraps an array without copying.
     *
     * @throws ShapeMismatchException if the array has not exactly {@code shape.size()} elements
     */
    public static Tensor of(Shape shape, float... values) {
        return whole(shape, DType.FLOAT32, values);
    }

    /** As {@link #of(Shape, float...)}, in float64. */
    public static Tensor of(Shape shape, double... values) {
        return whole(shape, DType.FLOAT64, values);
    }

    /** As {@link #of(Shape, float...)}, in int32. */
    public static Tensor of(Shape shape, int... values) {
        return whole(shape, DType.INT32, values);
    }

    /** A window of {@code shape.size()} elements from {@code offset}, shared with the array. */
    public static Tensor view(Shape shape, float[] storage, int offset) {
        return new Tensor(shape, DType.FLOAT32, storage, offset);
    }

    /** A window of {@code shape.size()} elements from {@code offset}, shared with the array. */
    public static Tensor view(Shape shape, double[] storage, int offset) {
        return new Tensor(shape, DType.FLOAT64, storage, offset);
    }

    /** A window of {@code shape.size()} elements from {@code offset}, shared with the array. */
    public static Tensor view(Shape shape, int[] storage, int offset) {
        return new Tensor(shape, DType.INT32, storage, offset);
    }

    public Shape shape() {
        return shape;
    }

    public DType dtype() {
        return dtype;
    }

    /** Number of elements. */
    public int size() {
        return shape.size();
    }

    /** Position of the first element in the storage array. */
    public int offset() {
        return offset;
    }

    /**
     * The shared storage of a float32 tensor; its elements start at {@link #offset()}.
     *
     * @throws IllegalStateException if the dtype is another
     */
    public float[] floats() {
        if (storage instanceof float[] f) {
            return f;
        }
        throw wrongType(DType.FLOAT32);
    }

    /** The shared storage of a float64 tensor, as {@link #floats()}. */
    public double[] doubles() {
        if (storage instanceof double[] d) {
            return d;
        }
        throw wrongType(DType.FLOAT64);
    }

    /** The shared storage of an int32 tensor, as {@link #floats()}. */
    public int[] ints() {
        if (storage instanceof int[] i) {
            return i;
        }
        throw wrongType(DType.INT32);
    }

    private IllegalStateException wrongType(DType wanted) {
        return new IllegalStateException("tensor: expected " + wanted + ", got " + dtype + " " + shape);
    }

    /**
     * Number of writes by {@link #set}, {@link #fill} and {@link #copyFrom} so far, through this tensor or one that shares its storage
     * by {@link #reshape}: equal counts mean no such write in between. Writes to the arrays themselves are not counted.
     */
    public int writes() {
        return writes.count;
    }

    private void requireInside(String what, int i) {
        if (i < 0 || i >= shape.size()) {
            throw new IndexOutOfBoundsException(what + ": index " + i + " is outside of shape " + shape + ", which has "
                    + shape.size() + " elements");
        }
    }

    /**
     * Element {@code i} in row-major order, widened to double.
     *
     * @throws IndexOutOfBoundsException if {@code i} is not in 0 .. size() - 1
     */
    public double get(int i) {
        requireInside("get", i);
        return switch (dtype) {
            case FLOAT32 -> floats()[offset + i];
            case FLOAT64 -> doubles()[offset + i];
            case INT32 -> ints()[offset + i];
        };
    }

    /**
     * Sets element {@code i} in row-major order, rounded to the element type.
     *
     * @throws IndexOutOfBoundsException if {@code i} is not in 0 .. size() - 1
     */
    public void set(int i, double value) {
        requireInside("set", i);
        writes.count++;
        switch (dtype) {
            case FLOAT32 -> floats()[offset + i] = (float) value;
            case FLOAT64 -> doubles()[offset + i] = value;
            case INT32 -> ints()[offset + i] = (int) value;
        }
    }

    /** The single element of a tensor of size 1. */
    public double item() {
        if (size() != 1) {
            throw new ShapeMismatchException("item: expected one element, got shape " + shape);
        }
        return get(0);
    }

    /** The elements widened to double, in a fresh array. */
    public double[] toDoubles() {
        double[] out = new double[size()];
        switch (dtype) {
            case FLOAT64 -> System.arraycopy(doubles(), offset, out, 0, out.length);
            case FLOAT32 -> {
                float[] f = floats();
                for (int i = 0; i < out.length; i++) {
                    out[i] = f[offset + i];
                }
            }
            case INT32 -> {
                int[] f = ints();
                for (int i = 0; i < out.length; i++) {
                    out[i] = f[offset + i];
                }
            }
        }
        return out;
    }

    /** The same elements under another shape of the same size; shares storage. */
    public Tensor reshape(Shape other) {
        if (other.size() != size()) {
            throw new ShapeMismatchException(
                    "reshape: " + shape + " has " + size() + " elements, " + other + " has " + other.size());
        }
        return new Tensor(other, dtype, storage, offset, writes);
    }

    /** A copy in the given element type (values rounded where it is narrower), with its own storage. */
    public Tensor to(DType target) {
        Tensor t = zeros(target, shape);
        t.copyFrom(this);
        return t;
    }

    /** A deep copy. */
    public Tensor copy() {
        return to(dtype);
    }

    /** Overwrites the elements with those of a tensor of the same shape; converts the element type where it differs. */
    public void copyFrom(Tensor source) {
        if (!source.shape.equals(shape)) {
            throw new ShapeMismatchException("copy: expected shape " + shape + ", got " + source.shape);
        }
        writes.count++;
        if (source.dtype == dtype) {
            System.arraycopy(source.storage, source.offset, storage, offset, size());
            return;
        }
        for (int i = 0; i < size(); i++) {
            set(i, source.get(i));
        }
    }

    /** Sets every element. */
    public void fill(double value) {
        writes.count++;
        switch (dtype) {
            case FLOAT32 -> Arrays.fill(floats(), offset, offset + size(), (float) value);
            case FLOAT64 -> Arrays.fill(doubles(), offset, offset + size(), value);
            case INT32 -> Arrays.fill(ints(), offset, offset + size(), (int) value);
        }
    }

    @Override
    public String toString() {
        int shown = Math.min(size(), 8);
        StringBuilder sb = new StringBuilder().append(dtype).append(shape).append(" [");
        for (int i = 0; i < shown; i++) {
            sb.append(i == 0 ? "" : ", ").append(get(i));
        }
        return sb.append(shown < size() ? ", ...]" : "]").toString();
    }
}
