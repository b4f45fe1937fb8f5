package dev.goshawk.weights;

import dev.goshawk.files.Printable;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;

/** A pickled tensor: a strided window, in elements, into a storage. What it claims is checked by {@link #check}. */
record TensorRef(StorageRef storage, long offset, long[] sizes, long[] strides) {
    private static final int MAX_RANK = 16;

    /** A tensor as PyTorch's functions are given it, still unchecked. */
    static TensorRef of(StorageRef storage, Object offset, Object sizes, Object strides) {
        return new TensorRef(storage, integer(offset), integers(sizes), integers(strides));
    }

    /** An integer of a pickle. */
    static long integer(Object o) {
        if (o instanceof Integer || o instanceof Long) {
            return ((Number) o).longValue();
        }
        throw new IllegalArgumentException("expected an integer, got a " + PickleValues.kind(o));
    }

    /** No more than tell that there are too many: a long tuple may be used many times. */
    private static long[] integers(Object tuple) {
        Object[] values = (Object[]) tuple;
        long[] out = new long[Math.min(values.length, MAX_RANK + 1)];
        for (int i = 0; i < out.length; i++) {
            out[i] = integer(values[i]);
        }
        return out;
    }

    /** The shape, when the window is sound and lies within the storage. */
    Shape check() {
        if (sizes.length != strides.length || sizes.length > MAX_RANK) {
            throw bad("needs as many strides as sizes and at most " + MAX_RANK);
        }
        long elements = 1;
        long last = offset;
        boolean empty = false;
        try {
            for (int k = 0; k < sizes.length; k++) {
                if (sizes[k] < 0 || strides[k] < 0) {
                    throw bad("has a negative size or stride");
                }
                empty |= sizes[k] == 0;
                elements = Math.multiplyExact(elements, Math.max(1, sizes[k]));
                last = Math.addExact(last, Math.multiplyExact(Math.max(0, sizes[k] - 1), strides[k]));
            }
        } catch (ArithmeticException e) {
            throw bad("overflows");
        }
        if (elements > Integer.MAX_VALUE - 8) {
            throw bad("has more than 2^31-9 elements");
        }
        if (offset < 0 || offset > storage.viewLength() || (!empty && last >= storage.viewLength())) {
            throw bad("reaches outside its storage of " + storage.viewLength() + " elements");
        }
        return Shape.of(Arrays.stream(sizes).mapToInt(Math::toIntExact).toArray());
    }

    private IllegalArgumentException bad(String problem) {
        return new IllegalArgumentException(
                problem + " (sizes " + Printable.shown(Arrays.toString(sizes)) + ", strides "
                        + Printable.shown(Arrays.toString(strides)) + ", offset " + offset + ")");
    }
}
