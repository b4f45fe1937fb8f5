package dev.goshawk.cpu.exec;
import dev.goshawk.cpu.exec.slot.CacheLine;
import dev.goshawk.cpu.exec.slot.Scratch;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.element.ElementKernels;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;

/** Sums in float64 over one contiguous group of axes: input seen as [outer, middle, inner], each element of the result rounded once. */
final class BlockSum implements Kernel {
    /** Elements below which waking another thread costs more than it saves. */
    static final int SMALL = 1 << 15;
    /** Inner elements summed side by side. */
    static final int COLUMNS = 256;
    /** Most rows of one task, where each is summed by itself. */
    static final int ROWS = 64;

    private final Slot from;
    private final Slot to;
    private final int outer;
    private final int middle;
    private final int inner;
    private final Scratch scratch;

    BlockSum(Slot from, Slot to, int outer, int middle, int inner, Scratch scratch, int threads) {
        this.from = from;
        this.to = to;
        this.outer = outer;
        this.middle = middle;
        this.inner = inner;
        this.scratch = scratch;
        if (inner > 1) {
            scratch.require(DType.FLOAT64, (long) COLUMNS * threads);
        }
    }

    @Override
    public void run(Workers workers) {
        Workers used = (long) outer * middle * inner < SMALL ? Workers.SINGLE : workers;
        if (inner == 1) {
            ElementKernels kernels = ElementKernels.of(from.tensor().dtype());
            used.run((outer + ROWS - 1) / ROWS,
                    (i, _) -> kernels.rowSums(from.array(), from.offset() + i * ROWS * middle,
                            Math.min(ROWS, outer - i * ROWS), middle, to.array(), to.offset() + i * ROWS));
            return;
        }
        double[] sums = scratch.doubles();
        used.run(outer, (i, worker) -> {
            for (int j = 0; j < inner; j += COLUMNS) {
                columns(i, j, Math.min(COLUMNS, inner - j), sums,
                        CacheLine.start(DType.FLOAT64) + worker * COLUMNS);
            }
        });
    }

    private void columns(int o, int first, int n, double[] sums, int at) {
        Arrays.fill(sums, at, at + n, 0);
        Tensor out = to.tensor();
        int f = from.offset() + o * middle * inner + first;
        for (int m = 0; m < middle; m++) {
            switch (from.array()) {
                case float[] x -> add(x, f + m * inner, sums, at, n);
                case double[] x -> add(x, f + m * inner, sums, at, n);
                default -> throw new IllegalStateException("sum of " + from.tensor().dtype());
            }
        }
        for (int j = 0; j < n; j++) {
            out.set(o * inner + first + j, sums[at + j]);
        }
    }

    private static void add(float[] x, int f, double[] sums, int at, int n) {
        for (int j = 0; j < n; j++) {
            sums[at + j] += x[f + j];
        }
    }

    private static void add(double[] x, int f, double[] sums, int at, int n) {
        for (int j = 0; j < n; j++) {
            sums[at + j] += x[f + j];
        }
    }
}
