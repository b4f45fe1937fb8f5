package dev.goshawk.cuda.kernels;

import dev.goshawk.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for kernels and their launches on the CPU. Every launch runs twice, with the threads of a block in both orders, and must
 * leave the same bits; nothing may be written outside the arrays. What lies there, and in fresh arrays, reads as NaN.
 */
final class KernelRun implements AutoCloseable {
    private static final long GUARD = 512;

    private final EmulatedKernels kernels = EmulatedKernels.orSkip();
    private final Arena arena = Arena.ofConfined();
    private final List<Array> arrays = new ArrayList<>();

    /** An array between two guards. */
    record Array(DType dtype, int size, MemorySegment whole) {
        long address() {
            return whole.address() + GUARD;
        }

        private MemorySegment elements() {
            return whole.asSlice(GUARD, (long) size * dtype.bytes());
        }

        double[] values() {
            double[] values = new double[size];
            for (int i = 0; i < size; i++) {
                values[i] = switch (dtype) {
                    case FLOAT32 -> elements().getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    case FLOAT64 -> elements().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                    case INT32 -> elements().getAtIndex(ValueLayout.JAVA_INT, i);
                };
            }
            return values;
        }
    }

    /** An array that nothing has been written to. */
    Array fresh(DType dtype, int size) {
        // The first element is aligned to 16 bytes and to no more.
        long bytes = 2 * GUARD + (long) size * dtype.bytes();
        Array a = new Array(dtype, size, arena.allocate(bytes + 16, 32).asSlice(16, bytes).fill((byte) -1));
        arrays.add(a);
        return a;
    }

    /** An array of these values, rounded to the type. */
    Array of(DType dtype, double... values) {
        Array a = fresh(dtype, values.length);
        MemorySegment to = a.elements();
        for (int i = 0; i < values.length; i++) {
            switch (dtype) {
                case FLOAT32 -> to.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
                case FLOAT64 -> to.setAtIndex(ValueLayout.JAVA_DOUBLE, i, values[i]);
                case INT32 -> to.setAtIndex(ValueLayout.JAVA_INT, i, (int) values[i]);
            }
        }
        return a;
    }

    /** Launches a kernel; arguments as {@link EmulatedKernels#launch} takes them, an {@link Array} for its address. */
    void launch(String kernel, int[] grid, int[] block, Object... arguments) {
        List<Object> plain = new ArrayList<>();
        for (Object a : arguments) {
            plain.add(a instanceof Array array ? (Object) array.address() : a);
        }
        List<byte[]> before = snapshot();
        launch(kernel, grid, block, plain, false);
        List<byte[]> forwards = snapshot();
        for (int i = 0; i < arrays.size(); i++) {
            arrays.get(i).whole().copyFrom(MemorySegment.ofArray(before.get(i)));
        }
        launch(kernel, grid, block, plain, true);
        for (int i = 0; i < arrays.size(); i++) {
            MemorySegment now = arrays.get(i).whole();
            if (now.mismatch(MemorySegment.ofArray(forwards.get(i))) >= 0) {
                throw new AssertionError(kernel + ": array " + i + " depends on the order of the threads");
            }
            checkGuard(kernel, i, now.asSlice(0, GUARD));
            checkGuard(kernel, i, now.asSlice(now.byteSize() - GUARD));
        }
    }

    private void launch(String kernel, int[] grid, int[] block, List<Object> arguments, boolean backwards) {
        kernels.launch(kernel, grid[0], grid[1], grid[2], block[0], block[1], arguments, backwards);
    }

    private List<byte[]> snapshot() {
        return arrays.stream().map(a -> a.whole().toArray(ValueLayout.JAVA_BYTE)).toList();
    }

    private static void checkGuard(String kernel, int array, MemorySegment guard) {
        for (long i = 0; i < guard.byteSize(); i++) {
            if (guard.get(ValueLayout.JAVA_BYTE, i) != -1) {
                throw new AssertionError(kernel + ": writes outside array " + array);
            }
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
