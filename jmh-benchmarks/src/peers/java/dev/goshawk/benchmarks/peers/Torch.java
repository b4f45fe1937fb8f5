package dev.goshawk.benchmarks.peers;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Sums over libtorch tensors in float64. */
final class Torch {
    private Torch() {
    }

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
