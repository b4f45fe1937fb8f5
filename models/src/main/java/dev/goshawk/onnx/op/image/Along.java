package dev.goshawk.onnx.op.image;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Small arrays that are known, and linear maps along one axis by them. */
final class Along {
    private Along() {
    }

    /** A vector. */
    static Value vector(DType dtype, int count, IntToDoubleFunction element) {
        Axes.requireFew(count);
        Tensor t = Tensor.zeros(dtype, Shape.of(count));
        for (int i = 0; i < count; i++) {
            t.set(i, element.applyAsDouble(i));
        }
        return Functions.constant(t);
    }

    /** A matrix [columns, rows], given by its columns' elements in each row. */
    private static Value matrix(DType dtype, int columns, int rows, IntFunction<double[]> row) {
        Axes.requireFew(Math.max(columns, rows));
        Tensor t = Tensor.zeros(dtype, Shape.of(columns, rows));
        for (int i = 0; i < rows; i++) {
            double[] elements = row.apply(i);
            for (int k = 0; k < columns; k++) {
                t.set(k * rows + i, elements[k]);
            }
        }
        return Functions.constant(t);
    }

    /** Along an axis, element i of the result is the sum of the elements times {@code weights.apply(i)}. */
    static Value product(Value x, int axis, int out, IntFunction<double[]> weights) {
        int rank = x.shape().rank();
        int[] order = IntStream.range(0, rank).map(i -> i == axis ? rank - 1 : i == rank - 1 ? axis : i).toArray();
        Value last = Axes.permute(x, order);
        int[] d = last.shape().dims();
        int in = d[rank - 1];
        d[rank - 1] = out;
        Value y = last.reshape(x.shape().size() / Math.max(1, in), in)
                .matmul(matrix(x.dtype(), in, out, weights));
        return Axes.permute(y.reshape(d), order);
    }
}
