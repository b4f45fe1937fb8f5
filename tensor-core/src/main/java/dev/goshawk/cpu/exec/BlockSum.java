package dev.goshawk.cpu.exec;

import dev.goshawk.backend.Workers;
import dev.goshawk.tensor.Tensor;

/** Sums over one contiguous group of axes: input seen as [outer, middle, inner], middle summed in order. */
final class BlockSum implements Kernel {
    private static final int SMALL = 1 << 15;

    private final Slot from;
    private final Slot to;
    private final int outer;
    private final int middle;
    private final int inner;

    BlockSum(Slot from, Slot to, int outer, int middle, int inner) {
        this.from = from;
        this.to = to;
        this.outer = outer;
        this.middle = middle;
        this.inner = inner;
    }

    @Override
    public void run(Workers workers) {
        if ((long) outer * middle * inner < SMALL) {
            Workers.SINGLE.run(outer, (i, _) -> sum(i));
        } else {
            workers.run(outer, (i, _) -> sum(i));
        }
    }

    private void sum(int o) {
        Tensor in = from.tensor();
        Tensor out = to.tensor();
        int f = in.offset() + o * middle * inner;
        int t = out.offset() + o * inner;
        switch (in.dtype()) {
            case FLOAT32 -> sum(in.floats(), f, out.floats(), t);
            case FLOAT64 -> sum(in.doubles(), f, out.doubles(), t);
            case INT32 -> throw new IllegalStateException("sum of int32");
        }
    }

    private void sum(float[] x, int f, float[] y, int t) {
        for (int j = 0; j < inner; j++) {
            double s = 0;
            for (int m = 0; m < middle; m++) {
                s += x[f + m * inner + j];
            }
            y[t + j] = (float) s;
        }
    }

    private void sum(double[] x, int f, double[] y, int t) {
        for (int j = 0; j < inner; j++) {
            double s = 0;
            for (int m = 0; m < middle; m++) {
                s += x[f + m * inner + j];
            }
            y[t + j] = s;
        }
    }
}
