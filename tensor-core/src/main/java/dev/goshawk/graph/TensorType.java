package dev.goshawk.graph;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;

/** What is known of a value before it is computed. */
public record TensorType(DType dtype, Shape shape) {
    @Override
    public String toString() {
        return dtype + shape.toString();
    }

    /** Bytes of the dense array. */
    public long bytes() {
        return (long) shape.size() * dtype.bytes();
    }
}
