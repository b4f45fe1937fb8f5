package dev.goshawk.cpu.exec;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.element.ElementKernels;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;

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
        if (outer == 1 && inner == 1) {
            out.set(0, max(workers, kernels, from.offset()));
            return;
        }
        Workers used = (long) outer * middle * inner < PART ? Workers.SINGLE : workers;
        used.run(outer, (o, _) -> {
            int block = from.offset() + o * middle * inner;
            if (inner == 1) {
                out.set(o, kernels.max(from.array(), block, middle));
            } else {
                columns(in, block, out, out.offset() + o * inner);
            }
        });
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

    private void columns(Tensor in, int f, Tensor out, int t) {
        if (in.dtype() == DType.FLOAT32) {
            columns(in.floats(), f, out.floats(), t, middle, inner);
        } else {
            columns(in.doubles(), f, out.doubles(), t, middle, inner);
        }
    }

    private static void columns(float[] x, int f, float[] y, int t, int rows, int n) {
        Arrays.fill(y, t, t + n, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                y[t + j] = Math.max(y[t + j], x[f + i * n + j]);
            }
        }
    }

    private static void columns(double[] x, int f, double[] y, int t, int rows, int n) {
        Arrays.fill(y, t, t + n, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < n; j++) {
                y[t + j] = Math.max(y[t + j], x[f + i * n + j]);
            }
        }
    }
}
