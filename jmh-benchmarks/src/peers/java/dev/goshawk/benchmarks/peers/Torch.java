package dev.goshawk.benchmarks.peers;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Tensors of libtorch, and vectors of them. */
final class Torch {
    private Torch() {
    }

    /** A copy of a tensor, in its own layout. */
    static Tensor blob(dev.goshawk.tensor.Tensor t) {
        int[] dims = t.shape().dims();
        long[] sizes = new long[dims.length];
        for (int i = 0; i < dims.length; i++) {
            sizes[i] = dims[i];
        }
        float[] elements = Arrays.copyOfRange(t.floats(), t.offset(), t.offset() + t.size());
        return torch.from_blob(new FloatPointer(elements), sizes, new TensorOptions(torch.ScalarType.Float)).clone();
    }

    /** v'w in float32, as PyHessian adds it up: tensor by tensor. */
    static double product(TensorVector v, TensorVector w) {
        Tensor sum = v.get(0).mul(w.get(0)).sum();
        for (long i = 1; i < v.size(); i++) {
            sum = sum.add(v.get(i).mul(w.get(i)).sum());
        }
        return sum.item_double();
    }

    /** v times a factor, in place. */
    static void scale(TensorVector v, double factor) {
        Scalar by = new Scalar(factor);
        for (long i = 0; i < v.size(); i++) {
            Tensor t = v.get(i);
            t.mul_(by);
        }
    }

    /** Adds a multiple of w to v, in place. */
    static void add(TensorVector v, double factor, TensorVector w) {
        Scalar by = new Scalar(factor);
        for (long i = 0; i < v.size(); i++) {
            Tensor t = v.get(i);
            t.add_(w.get(i), by);
        }
    }

    /** v'w in float64. */
    static double dot(TensorVector a, TensorVector b) {
        double s = 0;
        for (long i = 0; i < a.size(); i++) {
            s += flat(a.get(i)).dot(flat(b.get(i))).item_double();
        }
        return s;
    }

    static double norm(List<TensorVector> parts) {
        return Math.sqrt(parts.stream().mapToDouble(p -> dot(p, p)).sum());
    }

    private static Tensor flat(Tensor t) {
        return t.detach().to(torch.ScalarType.Double).contiguous().reshape(-1);
    }
}
