package dev.goshawk.cpu.exec;
import dev.goshawk.cpu.exec.slot.CacheLine;
import dev.goshawk.cpu.exec.slot.Scratch;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.element.ElementKernels;
import dev.goshawk.tensor.DType;

/** Cumulative sums along the middle of [outer, extent, inner], added up in float64 and each rounded once. No line is divided among threads. */
final class CumulativeSums implements Kernel {
    /** Elements of a task, where each line is a row. */
    private static final int TASK = 1 << 14;

    private final Slot from;
    private final Slot to;
    private final ElementKernels kernels;
    private final boolean reverse;
    private final int outer;
    private final int extent;
    private final int inner;
    private final Scratch scratch;

    CumulativeSums(Slot from, Slot to, DType dtype, boolean reverse, int outer, int extent, int inner, Scratch scratch,
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
            scratch.require(DType.FLOAT64, (long) BlockSum.COLUMNS * threads);
        }
    }

    @Override
    public void run(Workers workers) {
        Workers used = (long) outer * extent * inner < BlockSum.SMALL ? Workers.SINGLE : workers;
        if (inner == 1) {
            // A multiple of the four that are added up together.
            int rows = Math.clamp(TASK / Math.max(1, extent), 4, BlockSum.ROWS) / 4 * 4;
            used.run((outer + rows - 1) / rows, (i, _) -> kernels.cumulativeSums(from.array(),
                    from.offset() + i * rows * extent, Math.min(rows, outer - i * rows), extent, to.array(),
                    to.offset() + i * rows * extent, reverse));
            return;
        }
        double[] sums = scratch.doubles();
        int parts = (inner + BlockSum.COLUMNS - 1) / BlockSum.COLUMNS;
        used.run(outer * parts, (i, worker) -> {
            int column = i % parts * BlockSum.COLUMNS;
            int first = i / parts * extent * inner + column;
            kernels.cumulativeSums(from.array(), from.offset() + first, extent,
                    Math.min(BlockSum.COLUMNS, inner - column), inner,
                    to.array(), to.offset() + first, sums, CacheLine.start(DType.FLOAT64) + worker * BlockSum.COLUMNS,
                    reverse);
        });
    }
}
