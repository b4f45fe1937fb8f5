package dev.goshawk.cpu;

import dev.goshawk.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Where a kernel finds a value: filled once for planned memory, rebound by the user for inputs. */
final class Slot {
    private @Nullable Tensor tensor;

    void bind(Tensor t) {
        tensor = t;
    }

    boolean isBound() {
        return tensor != null;
    }

    Tensor tensor() {
        Tensor t = tensor;
        if (t == null) {
            throw new IllegalStateException("slot read before it was bound");
        }
        return t;
    }

    int offset() {
        return tensor().offset();
    }

    /** The array the value lies in. */
    Object array() {
        Tensor t = tensor();
        return switch (t.dtype()) {
            case FLOAT32 -> t.floats();
            case FLOAT64 -> t.doubles();
            case INT32 -> t.ints();
        };
    }
}
