package dev.goshawk.benchmarks.peers;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Vectors of libtorch tensors. */
final class Torch {
    private Torch() {
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
