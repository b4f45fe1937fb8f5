package dev.goshawk.cpu.kernel.simd;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vector shape that all kernels use: the one that system property {@code goshawk.vector.bits} asks for, else the machine's own. */
public final class VectorSupport {
    private static final VectorShape SHAPE = VectorWidth.shape();

    public static final VectorSpecies<Float> F32 = VectorSpecies.of(float.class, SHAPE);
    public static final VectorSpecies<Double> F64 = VectorSpecies.of(double.class, SHAPE);
    public static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, SHAPE);

    /*
     * A kernel casts what a loop has carried before it calls a method on it: F32_CLASS.cast(sum).intoArray(...). The compiler knows such a
     * variable as a FloatVector only, and decides the call by the classes that were seen there, which it counts per method of the Vector API for
     * all callers in the process. Once vectors of two widths were used anywhere, here or in the program around, the sums of a kernel would
     * be objects on the heap and the kernel many times slower. The cast costs nothing once compiled. It is written out,
     * since at the end of a large tile the compiler no longer inlines our own methods.
     */
    public static final Class<? extends FloatVector> F32_CLASS = F32.zero().getClass().asSubclass(FloatVector.class);
    public static final Class<? extends DoubleVector> F64_CLASS = F64.zero().getClass().asSubclass(DoubleVector.class);
    public static final Class<? extends IntVector> I32_CLASS = I32.zero().getClass().asSubclass(IntVector.class);

    public static final int F32_LANES = F32.length();
    public static final int F64_LANES = F64.length();

    /** Whether there are 32 vector registers, else 16: which register tiles fit. */
    public static final boolean MANY_REGISTERS = VectorWidth.registers(System.getProperty("os.arch", ""),
            F32.vectorBitSize()) == 32;

    private VectorSupport() {
    }

    /** Checks that a row-major matrix, rows {@code ld} apart from {@code offset}, fits its array. */
    public static void requireMatrix(String name, int rows, int columns, int offset, int ld, int length) {
        if (rows < 0 || columns < 0 || offset < 0) {
            throw new IllegalArgumentException(
                    name + " is " + rows + "x" + columns + " at offset " + offset + "; none may be negative");
        }
        if (rows == 0 || columns == 0) {
            return;
        }
        if (rows > 1 && ld < columns) {
            throw new IllegalArgumentException(
                    "rows of " + name + " are " + ld + " apart, but each has " + columns + " elements");
        }
        requireLength(name, offset + (long) (rows - 1) * ld + columns, length);
    }

    /** Checks that an array reaches as far as a kernel will read or write it. */
    public static void requireLength(String name, long needed, int length) {
        if (needed > length) {
            throw new IllegalArgumentException(name + " needs " + needed + " elements, the array has " + length);
        }
    }

    /** Checks the thread count scratch is asked for. */
    public static void requireThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("scratch: threads must be at least 1, got " + threads);
        }
    }

    /**
     * A row stride of at least {@code columns}, an odd number of vectors: a power of two would crowd rows into few
     * cache sets.
     */
    public static int oddLines(int columns, int lanes) {
        return ((columns + lanes - 1) / lanes | 1) * lanes;
    }

    /**
     * Rows of a block of about {@code elements} elements: a whole number of tiles, at least three and at most 256 rows.
     */
    public static int blockRows(int elements, int columns, int tileRows) {
        return Math.clamp(elements / Math.max(1, columns) / tileRows * tileRows, 3 * tileRows, 256);
    }
}
