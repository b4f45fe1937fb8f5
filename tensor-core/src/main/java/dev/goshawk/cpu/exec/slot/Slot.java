package dev.goshawk.cpu.exec.slot;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Where a kernel finds a value: filled once for planned memory, rebound by the user for inputs. */
public final class Slot {
    private @Nullable Tensor tensor;

    /** Says where the value is from now on. */
    public void bind(Tensor t) {
        tensor = t;
    }

    /** Whether it has been bound. */
    public boolean isBound() {
        return tensor != null;
    }

    /**
     * The value.
     *
     * @throws IllegalStateException if the slot was not bound
     */
    public Tensor tensor() {
        Tensor t = tensor;
        if (t == null) {
            throw new IllegalStateException("slot read before it was bound");
        }
        return t;
    }

    /** A tensor over part of an array. */
    public static Tensor view(Object array, Shape shape, int offset) {
        return switch (array) {
            case float[] f -> Tensor.view(shape, f, offset);
            case double[] d -> Tensor.view(shape, d, offset);
            case int[] i -> Tensor.view(shape, i, offset);
            default -> throw new IllegalArgumentException("no array of a tensor: " + array.getClass());
        };
    }

    /** Where in the array the value begins. */
    public int offset() {
        return tensor().offset();
    }

    /** The array the value lies in. */
    public Object array() {
        Tensor t = tensor();
        return switch (t.dtype()) {
            case FLOAT32 -> t.floats();
            case FLOAT64 -> t.doubles();
            case INT32 -> t.ints();
        };
    }
}
