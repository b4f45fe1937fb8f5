package dev.goshawk.spark;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A floating tensor on its way to another process. */
record TensorData(int[] dims, float @Nullable [] floats, double @Nullable [] doubles) implements Serializable {
    /** A copy. */
    static TensorData of(Tensor t) {
        int from = t.offset();
        int to = from + t.size();
        return t.dtype() == DType.FLOAT64
                ? new TensorData(t.shape().dims(), null, Arrays.copyOfRange(t.doubles(), from, to))
                : new TensorData(t.shape().dims(), Arrays.copyOfRange(t.floats(), from, to), null);
    }

    /** Shares this one's array. */
    Tensor tensor() {
        Shape shape = Shape.of(dims);
        if (doubles != null) {
            return Tensor.view(shape, doubles, 0);
        }
        if (floats == null) {
            throw new IllegalStateException("tensor without elements");
        }
        return Tensor.view(shape, floats, 0);
    }
}
