package dev.goshawk.cpu.exec;

import dev.goshawk.backend.Workers;
import dev.goshawk.tensor.Tensor;

/** Maximum over one contiguous group of axes, as {@link BlockSum} sees them; NaN wins. */
final class BlockMax implements Kernel {
    private static final int LANES = 32;

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
        for (int o = 0; o < outer; o++) {
            for (int j = 0; j < inner; j++) {
                int f = in.offset() + o * middle * inner + j;
                double max = in.dtype() == dev.goshawk.tensor.DType.FLOAT32
                        ? max(in.floats(), f, middle, inner)
                        : max(in.doubles(), f, middle, inner);
                out.set(o * inner + j, max);
            }
        }
    }

    private static float max(float[] x, int from, int n, int stride) {
        float[] lanes = new float[LANES];
        java.util.Arrays.fill(lanes, Float.NEGATIVE_INFINITY);
        int i = 0;
        // Independent lanes let the compiler use vectors; the maximum does not depend on the order.
        for (; stride == 1 && i <= n - LANES; i += LANES) {
            for (int l = 0; l < LANES; l++) {
                lanes[l] = Math.max(lanes[l], x[from + i + l]);
            }
        }
        float max = Float.NEGATIVE_INFINITY;
        for (float l : lanes) {
            max = Math.max(max, l);
        }
        for (; i < n; i++) {
            max = Math.max(max, x[from + i * stride]);
        }
        return max;
    }

    private static double max(double[] x, int from, int n, int stride) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, x[from + i * stride]);
        }
        return max;
    }
}
