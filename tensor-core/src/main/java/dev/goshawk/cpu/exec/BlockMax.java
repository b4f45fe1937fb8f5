package dev.goshawk.cpu.exec;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.element.ElementKernels;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;

/** Maximum over one contiguous group of axes, as {@link BlockSum} sees them; NaN wins. */
final class BlockMax implements Kernel {
    /** Elements that are worth another thread. */
    private static final int PART = 1 << 16;
    private static final int MAX_PARTS = 32;

    private final Slot from;
    private final Slot to;
    private final int outer;
    private final int middle;
    private final int inner;

    BlockMax(Slot from, Slot to, int outer, int middle, int inner) {
        this.from = from;
        this.to = to;
        this.outer = outer;
        this.middle = middle;
        this.inner = inner;
    }

    @Override
    public void run(Workers workers) {
        Tensor in = from.tensor();
        Tensor out = to.tensor();
        ElementKernels kernels = ElementKernels.of(in.dtype());
        for (int o = 0; o < outer; o++) {
            int block = from.offset() + o * middle * inner;
            for (int j = 0; j < inner; j++) {
                out.set(o * inner + j,
                        inner == 1 ? max(workers, kernels, block) : strided(in, block + j));
            }
        }
    }

    /** The maximum does not depend on the order. */
    private double max(Workers workers, ElementKernels kernels, int first) {
        int parts = Math.clamp(middle / PART, 1, MAX_PARTS);
        if (parts == 1) {
            return kernels.max(from.array(), first, middle);
        }
        double[] partial = new double[parts];
        workers.run(parts, (k, _) -> {
            int start = (int) ((long) k * middle / parts);
            int end = (int) ((long) (k + 1) * middle / parts);
            partial[k] = kernels.max(from.array(), first + start, end - start);
        });
        double max = Double.NEGATIVE_INFINITY;
        for (double p : partial) {
            max = Math.max(max, p);
        }
        return max;
    }

    private double strided(Tensor in, int first) {
        return in.dtype() == DType.FLOAT32
                ? strided(in.floats(), first, middle, inner)
                : strided(in.doubles(), first, middle, inner);
    }

    private static double strided(float[] x, int from, int n, int stride) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, x[from + i * stride]);
        }
        return max;
    }

    private static double strided(double[] x, int from, int n, int stride) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, x[from + i * stride]);
        }
        return max;
    }
}
