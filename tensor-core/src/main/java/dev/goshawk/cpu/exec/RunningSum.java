package dev.goshawk.cpu.exec;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.element.ElementKernels;
import dev.goshawk.tensor.DType;

/** Cumulative sums along the middle of [outer, extent, inner], added up in float64 and each rounded once. */
final class RunningSum implements Kernel {
    private static final int SMALL = 1 << 15;
    /** Inner elements summed side by side. */
    private static final int COLUMNS = 256;
    /** Lines of one task, where each is a row. */
    private static final int ROWS = 64;

    private final Slot from;
    private final Slot to;
    private final ElementKernels kernels;
    private final boolean reverse;
    private final int outer;
    private final int extent;
    private final int inner;
    private final Scratch scratch;

    RunningSum(Slot from, Slot to, DType dtype, boolean reverse, int outer, int extent, int inner, Scratch scratch,
            int threads) {
        this.from = from;
        this.to = to;
        this.kernels = ElementKernels.of(dtype);
        this.reverse = reverse;
        this.outer = outer;
        this.extent = extent;
        this.inner = inner;
        this.scratch = scratch;
        if (inner > 1) {
            scratch.require(DType.FLOAT64, (long) COLUMNS * threads);
        }
    }

    @Override
    public void run(Workers workers) {
        Workers used = (long) outer * extent * inner < SMALL ? Workers.SINGLE : workers;
        if (inner == 1) {
            used.run((outer + ROWS - 1) / ROWS, (i, _) -> kernels.runningSums(from.array(),
                    from.offset() + i * ROWS * extent, Math.min(ROWS, outer - i * ROWS), extent, to.array(),
                    to.offset() + i * ROWS * extent, reverse));
            return;
        }
        double[] sums = scratch.doubles();
        int parts = (inner + COLUMNS - 1) / COLUMNS;
        used.run(outer * parts, (i, worker) -> {
            int column = i % parts * COLUMNS;
            int first = i / parts * extent * inner + column;
            kernels.runningSums(from.array(), from.offset() + first, extent, Math.min(COLUMNS, inner - column), inner,
                    to.array(), to.offset() + first, sums, CacheLine.start(DType.FLOAT64) + worker * COLUMNS, reverse);
        });
    }
}
