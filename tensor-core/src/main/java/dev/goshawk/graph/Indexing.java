package dev.goshawk.graph;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Parts of a value along one axis, and values joined along a new one. Negative axes and indices count from the end. */
public final class Indexing {
    private Indexing() {
    }

    /**
     * One element along an axis, which is dropped: of a matrix a row (axis 0) or a column (axis 1).
     *
     * @throws ShapeMismatchException if there is no such axis or index
     */
    public static Value select(Value x, int axis, int index) {
        int at = axis("select", x, axis);
        int extent = x.shape().dim(at);
        int i = index < 0 ? index + extent : index;
        if (i < 0 || i >= extent) {
            throw new ShapeMismatchException("select: axis " + axis + " of " + x.shape() + " has no index " + index);
        }
        int[] dims = x.shape().dims();
        int[] rest = new int[dims.length - 1];
        for (int k = 0; k < rest.length; k++) {
            rest[k] = dims[k < at ? k : k + 1];
        }
        return range(x, at, i, i + 1).reshape(Shape.of(rest));
    }

    /**
     * Elements {@code from} to {@code to} (not included) along an axis.
     *
     * @throws ShapeMismatchException if there is no such axis, or the range is empty or reaches beyond it
     */
    public static Value range(Value x, int axis, int from, int to) {
        int at = axis("range", x, axis);
        int extent = x.shape().dim(at);
        int first = from < 0 ? from + extent : from;
        int limit = to < 0 ? to + extent : to;
        if (first < 0 || limit > extent || first >= limit) {
            throw new ShapeMismatchException(
                    "range: expected part of axis " + axis + " of " + x.shape() + ", got " + from
                            + " to " + to);
        }
        int[] start = new int[x.shape().rank()];
        int[] end = x.shape().dims();
        int[] stride = new int[start.length];
        Arrays.fill(stride, 1);
        start[at] = first;
        end[at] = limit;
        return x.slice(start, end, stride);
    }

    /**
     * Elements of an axis by indices that are known while tracing, in their order; an index may come more than once. For an embedding by indices
     * that are data, multiply one-hot rows by the table: {@code oneHot.matmul(table)}.
     *
     * @param indices at least one
     * @throws ShapeMismatchException if there is no such axis or index
     */
    public static Value gather(Value x, int axis, int... indices) {
        int at = axis("gather", x, axis);
        int extent = x.shape().dim(at);
        List<Value> parts = new ArrayList<>();
        for (int index : indices) {
            int i = index < 0 ? index + extent : index;
            if (i < 0 || i >= extent) {
                throw new ShapeMismatchException(
                        "gather: axis " + axis + " of " + x.shape() + " has no index " + index);
            }
            parts.add(range(x, at, i, i + 1));
        }
        if (parts.isEmpty()) {
            throw new ShapeMismatchException("gather: expected at least one index, got none");
        }
        return Functions.concat(at, parts);
    }

    /**
     * Rows of zeros with a one at each index: [..., classes] of indices [...]. The indices are data, whole numbers of a floating type; one
     * that is not from 0 to classes - 1 makes a row of zeros. {@code oneHot(i, rows).matmul(table)} are a table's rows, and the transpose
     * times rows adds them up by index. It is constant to differentiation.
     *
     * @param classes at least 1
     */
    public static Value oneHot(Value indices, int classes) {
        int[] dims = Arrays.copyOf(indices.shape().dims(), indices.shape().rank() + 1);
        dims[dims.length - 1] = 1;
        Value index = indices.reshape(Shape.of(dims));
        Value counted = Value.constant(1, indices.dtype(), Shape.of(classes));
        Value numbers = Functions.cumulativeSum(counted, 0).subtract(1);
        return index.atLeast(numbers).multiply(numbers.atLeast(index));
    }

    /** An axis counted from the front. */
    static int axis(String what, Value x, int axis) {
        int rank = x.shape().rank();
        int at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank) {
            throw new ShapeMismatchException(what + ": " + x.shape() + " has no axis " + axis);
        }
        return at;
    }
}
