package dev.goshawk.cpu.exec.loop;
import dev.goshawk.cpu.exec.slot.Slot;

import dev.goshawk.compile.LoopNest.Kind;
import dev.goshawk.compile.LoopNest;
import dev.goshawk.cpu.kernel.element.ElementKernels;

/**
 * A loop's sums over rows. A worker adds up chunks in buffers of a chunk's length, one for each sum, with which its memory begins; each task leaves
 * its part, one element a column; the parts are added in the order of the tasks, so the bits do not depend on the threads.
 */
final class LoopSums {
    private final LoopNest nest;
    private final ElementKernels kernels;
    private final LoopChunks chunks;
    private final Slot[] results;
    private final boolean added;
    /** For each result the number of its buffer, or -1. */
    private final int[] bufferOf;
    private final int count;

    /** @param added whether sums are added to what their results hold already */
    LoopSums(LoopNest nest, ElementKernels kernels, LoopChunks chunks, Slot[] results, boolean added) {
        this.nest = nest;
        this.kernels = kernels;
        this.chunks = chunks;
        this.results = results;
        this.added = added;
        this.bufferOf = new int[results.length];
        int next = 0;
        for (int k = 0; k < bufferOf.length; k++) {
            bufferOf[k] = nest.results().get(k).kind().isGathered() ? next++ : -1;
        }
        this.count = next;
    }

    /** How many there are. */
    int count() {
        return count;
    }

    int bufferOf(int result) {
        return bufferOf[result];
    }

    /** Elements that the parts of all tasks take. */
    long parts() {
        return (long) chunks.tasks() * count * nest.columns();
    }

    /** Begins a task whose buffers lie {@code stride} apart. */
    void clear(Object work, int buffers, int stride) {
        if (count > 0) {
            kernels.fill(work, buffers, count * stride, 0);
        }
    }

    /** Leaves a task's part. */
    void fold(int task, Object work, int buffers, int stride, int partsFrom) {
        int columns = nest.columns();
        for (int s = 0; s < count; s++) {
            kernels.foldRows(work, buffers + s * stride, chunks.rowsPerChunk(), columns, work,
                    partsFrom + (s * chunks.tasks() + task) * columns, false);
        }
    }

    /** Adds up the parts of all tasks. */
    void finish(Object work, int partsFrom) {
        int columns = nest.columns();
        int tasks = chunks.tasks();
        for (int k = 0; k < results.length; k++) {
            Kind kind = nest.results().get(k).kind();
            int from = partsFrom + bufferOf[k] * tasks * columns;
            Slot to = results[k];
            if (kind == Kind.SUM_ALL) {
                double before = added ? kernels.get(to.array(), to.offset()) : 0;
                kernels.fill(to.array(), to.offset(), 1, before + kernels.foldAll(work, from, tasks * columns));
            } else if (kind == Kind.SUM_ROWS) {
                kernels.foldRows(work, from, tasks, columns, to.array(), to.offset(), added);
            } else if (kind == Kind.SUM_BLOCKS) {
                int parts = chunks.tasksPerBlock();
                for (int block = 0; block < tasks / parts; block++) {
                    kernels.foldRows(work, from + block * parts * columns, parts, columns, to.array(),
                            to.offset() + block * columns, false);
                }
            }
        }
    }
}
