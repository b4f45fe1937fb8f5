package dev.goshawk.cpu.exec.loop;
import dev.goshawk.cpu.exec.slot.Slot;

import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.compile.LoopNest.Kind;
import dev.goshawk.compile.LoopNest;
import dev.goshawk.cpu.kernel.element.ElementKernels;
import java.util.stream.IntStream;

/**
 * What belongs to a loop's single rows: operands of one element a row or one row a block, which are spread to a chunk's length, and results
 * that are sums of a row, whose values lie in a buffer until some rows are summed together. Each has a buffer of every worker's.
 */
final class LoopRows {
    private final LoopNest nest;
    private final ElementKernels kernels;
    private final Slot[] operands;
    private final Slot[] results;
    private final int[] rowOperands;
    private final int[] rowSums;

    LoopRows(LoopNest nest, ElementKernels kernels, Slot[] operands, Slot[] results) {
        this.nest = nest;
        this.kernels = kernels;
        this.operands = operands;
        this.results = results;
        this.rowOperands = IntStream.range(0, operands.length)
                .filter(k -> isByRow(nest.operands().get(k).access())).toArray();
        this.rowSums = IntStream.range(0, results.length)
                .filter(k -> nest.results().get(k).kind() == Kind.SUM_COLUMNS).toArray();
    }

    static boolean isByRow(Access access) {
        return access == Access.ROW || access == Access.BLOCK;
    }

    /** Whether there are any. */
    boolean any() {
        return rowOperands.length + rowSums.length > 0;
    }

    /** The operands, by number. */
    int[] operands() {
        return rowOperands;
    }

    /** The results, by number. */
    int[] sums() {
        return rowSums;
    }

    /**
     * Spreads an operand over the rows of some elements.
     *
     * @param follows whether the buffer holds what it held for the chunk before, of so many rows
     */
    void spread(int operand, int first, int end, boolean follows, int rowsPerChunk, Object work, int to) {
        int row = first / nest.columns();
        int rows = end / nest.columns() - row;
        Slot slot = operands[operand];
        if (nest.operands().get(operand).access() == Access.ROW) {
            kernels.spread(slot.array(), slot.offset() + row, rows, work, to, nest.columns());
            return;
        }
        int rowsPerBlock = nest.size() / nest.operands().get(operand).value().shape().size();
        if (!follows || (row - rowsPerChunk) / rowsPerBlock != (row + rows - 1) / rowsPerBlock) {
            copyBlocks(slot, row, rows, rowsPerBlock, work, to);
        }
    }

    /** The operand's row for each of some rows. */
    private void copyBlocks(Slot slot, int first, int rows, int rowsPerBlock, Object work, int to) {
        int columns = nest.columns();
        for (int row = first; row < first + rows;) {
            int block = row / rowsPerBlock;
            int same = Math.min((block + 1) * rowsPerBlock, first + rows) - row;
            kernels.repeat(slot.array(), slot.offset() + block * columns, columns, work, to + (row - first) * columns,
                    same);
            row += same;
        }
    }

    /** Sums the rows of some elements, which lie one after another. */
    void sum(int result, int first, int end, Object work, int from) {
        int columns = nest.columns();
        kernels.rowSums(work, from, (end - first) / columns, columns, results[result].array(),
                results[result].offset() + first / columns);
    }
}
