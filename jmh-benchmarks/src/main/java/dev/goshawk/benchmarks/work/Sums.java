package dev.goshawk.benchmarks.work;

import dev.goshawk.tensor.Tensor;
import java.util.Collection;

/** Sums over tensors in float64. */
public final class Sums {
    private Sums() {
    }

    /** The inner product of two tensors of one size. */
    public static double dot(Tensor a, Tensor b) {
        double s = 0;
        for (int i = 0; i < a.size(); i++) {
            s += a.get(i) * b.get(i);
        }
        return s;
    }

    /** The Euclidean norm of all together. */
    public static double norm(Collection<Tensor> parts) {
        return Math.sqrt(parts.stream().mapToDouble(t -> dot(t, t)).sum());
    }
}
