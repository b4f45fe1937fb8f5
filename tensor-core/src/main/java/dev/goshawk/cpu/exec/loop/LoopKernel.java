package dev.goshawk.cpu.exec.loop;
import dev.goshawk.cpu.exec.slot.CacheLine;
import dev.goshawk.cpu.exec.slot.Scratch;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.compile.LoopNest.Kind;
import dev.goshawk.compile.LoopNest;
import dev.goshawk.cpu.kernel.element.ElementKernels;
import dev.goshawk.cpu.kernel.loop.ElementPass;
import dev.goshawk.cpu.kernel.loop.FusedLoop;
import dev.goshawk.cpu.kernel.loop.GeneratedLoop;
import dev.goshawk.tensor.DType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs a loop nest chunk by chunk: every op passes once over a piece that stays in the first-level cache. Row-broadcast operands
 * are repeated to chunk length beforehand, and sums are gathered in a chunk-sized accumulator, so that every pass is one flat loop. Elements
 * for a whole row are spread before each chunk, unless a chunk is a row and a generated loop takes them as scalars; values to be summed over a
 * row are left in a buffer and summed after it, a few rows at a time.
 * Tasks' sums are added in order: the bits do not depend on the threads.
 */
public final class LoopKernel implements Kernel {
    private static final int GAP = 16;

    private final LoopNest nest;
    private final ElementKernels kernels;
    private final ElementPass[] code;
    private final @Nullable FusedLoop fused;
    private final Slot[] operands;
    private final Slot[] results;
    private final Scratch scratch;
    private final LoopRows rows;
    private final LoopSums sums;
    private final LoopChunks chunks;
    private final int chunk;
    private final boolean wide;
    private final int stride;
    private final int start;
    private final int perWorker;
    private final int locations;
    private final int firstResult;
    private final int[][] workerBases;
    private final boolean[] isRowSum;

    // For each location: the array, where the loop's element 0 (or the buffer) lies, and what moves it.
    private final Object[] arrays;
    /** As a generated loop sees them. */
    private final Object[] loopArrays;
    private final int[] bases;
    private final boolean[] full;
    private final int[] workerBuffer;

    /**
     * Makes a loop nest ready to run.
     *
     * @param overwritten for each result, the operand whose memory it takes over, or -1
     * @param addSums whether sums are added to what their results hold already
     * @param threads how many workers there may be
     */
    public LoopKernel(LoopNest nest, int[] overwritten, Slot[] operands, Slot[] results, boolean addSums,
            Scratch scratch,
            int threads) {
        this.nest = nest;
        this.kernels = ElementKernels.of(nest.dtype());
        this.operands = operands;
        this.results = results;
        this.scratch = scratch;
        LoopProgram program = LoopProgram.of(nest, overwritten);
        this.code = program.code().toArray(ElementPass[]::new);
        this.firstResult = program.results();
        this.rows = new LoopRows(nest, kernels, operands, results);
        this.chunks = LoopChunks.of(nest, rows.any());
        this.sums = new LoopSums(nest, kernels, chunks, results, addSums);
        this.wide = chunks.wide();
        this.chunk = chunks.chunk();
        this.fused = nest.dtype() == DType.FLOAT32 && chunk >= GeneratedLoop.LANES
                ? FusedLoop.of(program.shape(wide))
                : null;
        this.start = CacheLine.start(nest.dtype());
        this.stride = (chunk + GAP - 1) / GAP * GAP + GAP;
        this.perWorker = (sums.count() + program.temporaries() + rows.operands().length
                + rows.sums().length * chunks.group()) * stride;
        this.locations = program.firstTemporary() + program.temporaries();
        this.arrays = new Object[locations];
        this.loopArrays = wide ? new Object[locations] : arrays;
        this.bases = new int[locations];
        this.full = new boolean[locations];
        this.workerBuffer = new int[locations];
        this.workerBases = new int[rows.any() ? threads : 0][locations];
        this.isRowSum = new boolean[locations];
        Arrays.fill(workerBuffer, -1);
        scratch.require(nest.dtype(), (long) firstResult * stride + (long) perWorker * threads + sums.parts());
        for (int t = 0; t < program.temporaries(); t++) {
            workerBuffer[program.firstTemporary() + t] = sums.count() + t;
        }
        for (int k = 0; k < results.length; k++) {
            workerBuffer[firstResult + k] = sums.bufferOf(k);
        }
        int buffer = sums.count() + program.temporaries();
        for (int k : rows.operands()) {
            workerBuffer[k] = buffer++;
        }
        for (int k : rows.sums()) {
            workerBuffer[firstResult + k] = buffer;
            isRowSum[firstResult + k] = true;
            buffer += chunks.group();
        }
    }

    @Override
    public void run(Workers workers) {
        GeneratedLoop loop = fused == null ? null : fused.loop();
        run(workers, loop);
        if (fused != null && loop == null) {
            fused.passed(nest.size());
        }
    }

    /** Through a loop of this nest's shape, or through the passes. */
    void run(Workers workers, @Nullable GeneratedLoop loop) {
        if (nest.size() == 0) {
            for (Slot r : results) {
                kernels.fill(r.array(), r.offset(), r.tensor().size(), 0);
            }
            return;
        }
        Object work = scratch.array(nest.dtype());
        locate(work);
        int workersFrom = start + firstResult * stride;
        int partsFrom = workersFrom + perWorker * workers.threads();
        workers.run(chunks.tasks(),
                (task, worker) -> runTask(task, worker, workersFrom + worker * perWorker, work, partsFrom, loop));
        sums.finish(work, partsFrom);
    }

    private void locate(Object work) {
        Arrays.fill(arrays, work);
        int at = 0;
        for (int k = 0; k < operands.length; k++, at++) {
            Slot slot = operands[k];
            Access access = nest.operands().get(k).access();
            if (access == Access.FULL) {
                arrays[at] = slot.array();
                bases[at] = slot.offset();
                full[at] = true;
            } else if (!LoopRows.isByRow(access)) {
                bases[at] = start + at * stride;
                if (access == Access.COLUMN) {
                    kernels.repeat(slot.array(), slot.offset(), nest.columns(), work, bases[at], chunks.rowsPerChunk());
                } else {
                    kernels.fill(work, bases[at], chunk, kernels.get(slot.array(), slot.offset()));
                }
            }
        }
        for (int k = 0; k < nest.constants().size(); k++, at++) {
            bases[at] = start + at * stride;
            kernels.fill(work, bases[at], chunk, nest.constants().get(k));
        }
        for (int k = 0; k < results.length; k++, at++) {
            if (nest.results().get(k).kind() == Kind.STORE) {
                arrays[at] = results[k].array();
                bases[at] = results[k].offset();
                full[at] = true;
            } else {
                bases[at] = workerBuffer[at] * stride;
            }
        }
        if (wide) {
            System.arraycopy(arrays, 0, loopArrays, 0, locations);
            for (int k : rows.operands()) {
                loopArrays[k] = operands[k].array();
            }
        }
    }

    private void runTask(int task, int worker, int buffers, Object work, int partsFrom, @Nullable GeneratedLoop loop) {
        int first = chunks.first(task);
        int last = chunks.last(task);
        sums.clear(work, buffers, stride);
        if (rows.any()) {
            int group = chunks.group() * chunk;
            for (long e = first; e < last; e += group) {
                runGroup((int) e, (int) Math.min(last, e + group), e > first, worker, buffers, work, loop);
            }
        } else {
            if (loop != null) {
                // A last chunk of less than a vector is not begun.
                loop.run(arrays, bases, buffers, first, last - (last - first) % chunk % GeneratedLoop.LANES, chunk);
            }
            for (long e = first; e < last; e += chunk) {
                runRest((int) e, (int) Math.min(chunk, last - e), loop, buffers, 0);
            }
        }
        sums.fold(task, work, buffers, stride, partsFrom);
    }

    /** The elements of a group of chunks, whose row sums are left one after another. */
    private void runGroup(int first, int end, boolean follows, int worker, int buffers, Object work,
            @Nullable GeneratedLoop loop) {
        boolean rest = loop == null || (wide ? chunk : end - first) % GeneratedLoop.LANES > 0;
        if (loop != null) {
            if (!wide) {
                spreadRows(first, end, follows, buffers, work);
            }
            loop.run(loopArrays, ownBases(worker, first, buffers), buffers, first,
                    wide ? end : end - (end - first) % GeneratedLoop.LANES, chunk);
        }
        for (int done = 0; rest && done < end - first; done += chunk) {
            int e = first + done;
            int n = Math.min(chunk, end - e);
            if (loop == null || wide) {
                spreadRows(e, e + n, follows, buffers, work);
            }
            runRest(e, n, loop, buffers, done);
        }
        for (int k : rows.sums()) {
            rows.sum(k, first, end, work, buffers + workerBuffer[firstResult + k] * stride);
        }
    }

    /** What a loop leaves of a chunk of n elements, or all of it. */
    private void runRest(int first, int n, @Nullable GeneratedLoop loop, int buffers, int shift) {
        int done = loop == null ? 0 : n - n % GeneratedLoop.LANES;
        if (done < n) {
            runPasses(first, done, n - done, buffers, shift);
        }
    }

    /** @param follows whether the buffers hold what they held for the chunk before */
    private void spreadRows(int first, int end, boolean follows, int buffers, Object work) {
        for (int k : rows.operands()) {
            rows.spread(k, first, end, follows, chunks.rowsPerChunk(), work, buffers + workerBuffer[k] * stride);
        }
    }

    /** The bases of this worker's buffers for a generated loop, which adds the element to those of results. */
    private int[] ownBases(int worker, int first, int buffers) {
        int[] own = workerBases[worker];
        System.arraycopy(bases, 0, own, 0, locations);
        for (int k : rows.operands()) {
            own[k] = wide ? operands[k].offset() + first / chunk : buffers + workerBuffer[k] * stride;
        }
        for (int k : rows.sums()) {
            own[firstResult + k] = buffers + workerBuffer[firstResult + k] * stride - first;
        }
        return own;
    }

    /** Over n elements of the chunk that begins at an element, but for the chunk's first {@code skip}. */
    private void runPasses(int element, int skip, int n, int buffers, int shift) {
        for (ElementPass i : code) {
            kernels.run(i.op(), i.p(), arrays[i.a()], at(i.a(), element, buffers, shift) + skip, arrays[i.b()],
                    at(i.b(), element, buffers, shift) + skip, arrays[i.c()], at(i.c(), element, buffers, shift) + skip,
                    arrays[i.target()], at(i.target(), element, buffers, shift) + skip, n);
        }
    }

    private int at(int location, int element, int buffers, int shift) {
        if (full[location]) {
            return bases[location] + element;
        }
        return workerBuffer[location] < 0
                ? bases[location]
                : buffers + workerBuffer[location] * stride + (isRowSum[location] ? shift : 0);
    }
}
