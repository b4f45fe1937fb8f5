package dev.goshawk.onnx.format;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A constant array in row-major order. Where every element is the same number only one is stored, so that a file cannot ask for
 * memory it does not fill.
 */
public final class ConstantArray {
    private final Shape shape;
    private final boolean integer;
    private final Object elements;
    private final int stored;
    private final @Nullable ElementKind kind;

    private ConstantArray(Shape shape, boolean integer, Object elements, int stored) {
        this(shape, integer, elements, stored, null);
    }

    private ConstantArray(Shape shape, boolean integer, Object elements, int stored, @Nullable ElementKind kind) {
        if (stored != 1 && stored != shape.size()) {
            throw new OnnxException("an array of shape " + shape + " has " + stored + " elements");
        }
        this.shape = shape;
        this.integer = integer;
        this.elements = elements;
        this.stored = stored;
        this.kind = kind;
    }

    /** The same array, known to be of that type in the file. */
    ConstantArray of(ElementKind known) {
        return new ConstantArray(shape, integer, elements, stored, known);
    }

    /** The type in the file, of arrays that are as they stand there. */
    public Optional<ElementKind> kind() {
        return Optional.ofNullable(kind);
    }

    /** Whole numbers; a single one stands for all elements. */
    public static ConstantArray of(Shape shape, long... elements) {
        return new ConstantArray(shape, true, elements, elements.length);
    }

    /** A truth value. */
    public static ConstantArray truth(boolean value) {
        return of(Shape.scalar(), value ? 1L : 0L).of(ElementKind.BOOL);
    }

    /** Floating numbers; a single one stands for all elements. */
    public static ConstantArray of(Shape shape, double... elements) {
        return new ConstantArray(shape, false, elements, elements.length);
    }

    /** Floating numbers; a single one stands for all elements. */
    public static ConstantArray of(Shape shape, float... elements) {
        return new ConstantArray(shape, false, elements, elements.length);
    }

    /** The elements of a tensor, as whole numbers or as floating ones. */
    public static ConstantArray of(Tensor tensor, boolean integer) {
        if (!integer) {
            return of(tensor.shape(), tensor.toDoubles());
        }
        long[] whole = new long[tensor.size()];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (long) tensor.get(i);
        }
        return of(tensor.shape(), whole);
    }

    /** A vector of whole numbers. */
    public static ConstantArray vector(int... elements) {
        return of(Shape.of(elements.length), Arrays.stream(elements).asLongStream().toArray());
    }

    /** The same array, with one element stored where all are equal: an array of zeros then is no array of its own. */
    public ConstantArray compact() {
        for (int i = 1; i < stored; i++) {
            if (integer ? integer(i) != integer(0) : Double.compare(real(i), real(0)) != 0) {
                return this;
            }
        }
        if (size() < 2) {
            return this;
        }
        Object first = integer ? new long[] {integer(0)} : new double[] {real(0)};
        return new ConstantArray(shape, integer, first, 1, kind);
    }

    public Shape shape() {
        return shape;
    }

    public int size() {
        return shape.size();
    }

    /** Whether the elements are whole numbers. */
    public boolean isInteger() {
        return integer;
    }

    /** Whether one number stands for every element. */
    public boolean isUniform() {
        return stored == 1;
    }

    /** Element i in row-major order. */
    public double real(int i) {
        int at = stored == 1 ? 0 : i;
        return switch (elements) {
            case float[] f -> f[at];
            case double[] d -> d[at];
            case long[] l -> l[at];
            default -> throw new AssertionError(elements.getClass());
        };
    }

    /** Element i in row-major order; the fraction of a floating one is dropped. */
    public long integer(int i) {
        return elements instanceof long[] l ? l[stored == 1 ? 0 : i] : (long) real(i);
    }

    /** All elements as whole numbers. */
    public long[] integers() {
        long[] all = new long[size()];
        Arrays.setAll(all, this::integer);
        return all;
    }

    /** The only element. */
    public double scalar() {
        if (size() != 1) {
            throw new OnnxException("expected one number, got an array of shape " + shape);
        }
        return real(0);
    }

    /** The one element, as a whole number. */
    public long whole() {
        scalar();
        return integer(0);
    }

    /** The same elements under another shape of the same size. */
    public ConstantArray reshape(Shape to) {
        if (to.size() != size()) {
            throw new OnnxException("cannot reshape " + shape + " to " + to);
        }
        return new ConstantArray(to, integer, elements, stored, kind);
    }

    /** The same elements as whole numbers or as floating ones. */
    public ConstantArray as(boolean whole) {
        if (whole == integer) {
            return this;
        }
        if (whole) {
            long[] cast = new long[stored];
            Arrays.setAll(cast, this::integer);
            return of(shape, cast);
        }
        double[] cast = new double[stored];
        Arrays.setAll(cast, this::real);
        return of(shape, cast);
    }

    /** A copy whose axis i is this one's axis {@code order[i]}. */
    public ConstantArray permute(int... order) {
        int[] dims = new int[order.length];
        int[] steps = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            dims[i] = shape.dim(order[i]);
            steps[i] = shape.strides()[order[i]];
        }
        Shape to = Shape.of(dims);
        if (stored == 1) {
            return new ConstantArray(to, integer, elements, 1);
        }
        int[] from = new int[size()];
        int[] at = new int[order.length];
        int source = 0;
        for (int i = 0; i < from.length; i++) {
            from[i] = source;
            for (int axis = order.length - 1; axis >= 0; axis--) {
                source += steps[axis];
                if (++at[axis] < dims[axis]) {
                    break;
                }
                source -= at[axis] * steps[axis];
                at[axis] = 0;
            }
        }
        return switch (elements) {
            case float[] f -> {
                float[] moved = new float[f.length];
                for (int i = 0; i < from.length; i++) {
                    moved[i] = f[from[i]];
                }
                yield of(to, moved);
            }
            case double[] d -> of(to, Arrays.stream(from).mapToDouble(i -> d[i]).toArray());
            case long[] l -> of(to, Arrays.stream(from).mapToLong(i -> l[i]).toArray());
            default -> throw new AssertionError(elements.getClass());
        };
    }

    /** A tensor of the elements; float32 elements share their storage with it where they can. */
    public Tensor tensor(DType dtype) {
        if (stored == size() && elements instanceof float[] f && dtype == DType.FLOAT32) {
            return Tensor.of(shape, f);
        }
        Tensor t = Tensor.zeros(dtype, shape);
        if (stored == 1) {
            t.fill(real(0));
            return t;
        }
        for (int i = 0; i < t.size(); i++) {
            t.set(i, real(i));
        }
        return t;
    }

    @Override
    public String toString() {
        return (integer ? "integers" : "floats") + shape;
    }
}
