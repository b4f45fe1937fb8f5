package dev.goshawk.cpu.exec;

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
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a loop nest chunk by chunk: every op passes once over a piece that stays in the first-level cache. Row-broadcast operands
 * are repeated to chunk length beforehand, and sums are gathered in a chunk-sized accumulator, so that every pass is one flat loop. Elements
 * for a whole row are spread before each chunk, unless a chunk is a row and a generated loop takes them as scalars; values to be summed over a
 * row are left in a buffer and summed after it, a few rows at a time.
 * Tasks' sums are added in order: the bits do not depend on the threads.
 */
final class LoopKernel implements Kernel {
    private static final int GAP = 16;

    private final LoopNest nest;
    private final ElementKernels kernels;
    private final ElementPass[] code;
    private final @Nullable FusedLoop fused;
    private final Slot[] operands;
    private final Slot[] results;
    private final boolean addSums;
    private final Scratch scratch;
    private final LoopChunks chunks;
    private final int chunk;
    /** Whether rows have elements or sums of their own. */
    private final boolean byRow;
    private final boolean wide;
    private final int stride;
    private final int start;
    private final int sums;
    private final int[] sumOf;
    private final int perWorker;
    private final int locations;
    /** Operands of one element a row or one row a block, and results that are sums of a row. */
    private final int[] rowOperands;
    private final int[] rowSums;
    private final int[][] workerBases;
    private final boolean[] isRowSum;

    // For each location: the array, where the loop's element 0 (or the buffer) lies, and what moves it.
    private final Object[] arrays;
    /** As a generated loop sees them. */
    private final Object[] loopArrays;
    private final int[] bases;
    private final boolean[] full;
    private final int[] workerBuffer;

    /** @param addSums whether sums are added to what their results hold already */
    LoopKernel(LoopNest nest, int[] overwritten, Slot[] operands, Slot[] results, boolean addSums, Scratch scratch,
            int threads) {
        this.nest = nest;
        this.kernels = ElementKernels.of(nest.dtype());
        this.operands = operands;
        this.results = results;
        this.addSums = addSums;
        this.scratch = scratch;
        LoopProgram program = LoopProgram.of(nest, overwritten);
        this.code = program.code().toArray(ElementPass[]::new);
        this.rowOperands = IntStream.range(0, operands.length)
                .filter(k -> isByRow(nest.operands().get(k).access())).toArray();
        this.rowSums = IntStream.range(0, results.length)
                .filter(k -> nest.results().get(k).kind() == Kind.SUM_COLUMNS).toArray();
        this.byRow = rowOperands.length + rowSums.length > 0;
        this.chunks = LoopChunks.of(nest, byRow);
        this.wide = chunks.wide();
        this.chunk = chunks.chunk();
        this.fused = nest.dtype() == DType.FLOAT32 && chunk >= GeneratedLoop.LANES
                ? FusedLoop.of(program.shape(wide))
                : null;
        this.start = CacheLine.start(nest.dtype());
        this.stride = (chunk + GAP - 1) / GAP * GAP + GAP;
        this.sumOf = new int[nest.results().size()];
        int count = 0;
        for (int k = 0; k < sumOf.length; k++) {
            sumOf[k] = nest.results().get(k).kind().isGathered() ? count++ : -1;
        }
        this.sums = count;
        this.perWorker = (sums + program.temporaries() + rowOperands.length + rowSums.length * chunks.group()) * stride;
        this.locations = program.firstTemporary() + program.temporaries();
        this.arrays = new Object[locations];
        this.loopArrays = wide ? new Object[locations] : arrays;
        this.bases = new int[locations];
        this.full = new boolean[locations];
        this.workerBuffer = new int[locations];
        this.workerBases = new int[byRow ? threads : 0][locations];
        this.isRowSum = new boolean[locations];
        Arrays.fill(workerBuffer, -1);
        int expanded = nest.operands().size() + nest.constants().size();
        scratch.require(nest.dtype(),
                (long) expanded * stride + (long) perWorker * threads + (long) chunks.tasks() * sums * nest.columns());
        for (int t = 0; t < program.temporaries(); t++) {
            workerBuffer[program.firstTemporary() + t] = sums + t;
        }
        for (int k = 0; k < sumOf.length; k++) {
            workerBuffer[program.results() + k] = sumOf[k];
        }
        int buffer = sums + program.temporaries();
        for (int k : rowOperands) {
            workerBuffer[k] = buffer++;
        }
        for (int k : rowSums) {
            workerBuffer[program.results() + k] = buffer;
            isRowSum[program.results() + k] = true;
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
            results()
                    .forEach(k -> kernels.fill(results[k].array(), results[k].offset(), results[k].tensor().size(), 0));
            return;
        }
        Object work = scratch.array(nest.dtype());
        locate(work);
        int workersFrom = start + (nest.operands().size() + nest.constants().size()) * stride;
        int partialsFrom = workersFrom + perWorker * workers.threads();
        workers.run(chunks.tasks(),
                (task, worker) -> runTask(task, worker, workersFrom + worker * perWorker, work, partialsFrom, loop));
        if (sums > 0) {
            addPartials(work, partialsFrom);
        }
    }

    private List<Integer> results() {
        return IntStream.range(0, results.length).boxed().toList();
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
            } else if (!isByRow(access)) {
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
            for (int k : rowOperands) {
                loopArrays[k] = operands[k].array();
            }
        }
    }

    private void runTask(int task, int worker, int buffers, Object work, int partialsFrom,
            @Nullable GeneratedLoop loop) {
        int first = chunks.first(task);
        int last = chunks.last(task);
        if (sums > 0) {
            kernels.fill(work, buffers, sums * stride, 0);
        }
        if (byRow) {
            for (int e = first; e < last; e += chunks.group() * chunk) {
                runGroup(e, Math.min(last, e + chunks.group() * chunk), e > first, worker, buffers, work, loop);
            }
        } else {
            if (loop != null) {
                // A last chunk of less than a vector is not begun.
                loop.run(arrays, bases, buffers, first, last - (last - first) % chunk % GeneratedLoop.LANES, chunk);
            }
            for (int e = first; e < last; e += chunk) {
                runRest(e, Math.min(chunk, last - e), loop, buffers, 0);
            }
        }
        for (int s = 0; s < sums; s++) {
            int columns = nest.columns();
            int to = partialsFrom + (s * chunks.tasks() + task) * columns;
            kernels.foldRows(work, buffers + s * stride, chunks.rowsPerChunk(), columns, work, to, false);
        }
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
        for (int e = first; rest && e < end; e += chunk) {
            int n = Math.min(chunk, end - e);
            if (loop == null || wide) {
                spreadRows(e, e + n, follows, buffers, work);
            }
            runRest(e, n, loop, buffers, e - first);
        }
        int columns = nest.columns();
        for (int k : rowSums) {
            int location = operands.length + nest.constants().size() + k;
            kernels.rowSums(work, buffers + workerBuffer[location] * stride, (end - first) / columns, columns,
                    results[k].array(), results[k].offset() + first / columns);
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
        int row = first / nest.columns();
        int rows = end / nest.columns() - row;
        for (int k : rowOperands) {
            int to = buffers + workerBuffer[k] * stride;
            if (nest.operands().get(k).access() == Access.BLOCK) {
                int rowsPerBlock = nest.size() / nest.operands().get(k).value().shape().size();
                boolean held = follows
                        && (row - chunks.rowsPerChunk()) / rowsPerBlock == (row + rows - 1) / rowsPerBlock;
                if (!held) {
                    copyBlocks(k, row, rows, rowsPerBlock, work, to);
                }
            } else {
                kernels.spread(operands[k].array(), operands[k].offset() + row, rows, work, to, nest.columns());
            }
        }
    }

    /** The operand's row for each of some rows. */
    private void copyBlocks(int k, int first, int rows, int rowsPerBlock, Object work, int to) {
        int columns = nest.columns();
        for (int row = first; row < first + rows;) {
            int block = row / rowsPerBlock;
            int same = Math.min((block + 1) * rowsPerBlock, first + rows) - row;
            kernels.repeat(operands[k].array(), operands[k].offset() + block * columns, columns, work,
                    to + (row - first) * columns, same);
            row += same;
        }
    }

    private static boolean isByRow(Access access) {
        return access == Access.ROW || access == Access.BLOCK;
    }

    /** The bases of this worker's buffers for a generated loop, which adds the element to those of results. */
    private int[] ownBases(int worker, int first, int buffers) {
        int[] own = workerBases[worker];
        System.arraycopy(bases, 0, own, 0, locations);
        for (int k : rowOperands) {
            own[k] = wide ? operands[k].offset() + first / chunk : buffers + workerBuffer[k] * stride;
        }
        for (int k : rowSums) {
            int location = operands.length + nest.constants().size() + k;
            own[location] = buffers + workerBuffer[location] * stride - first;
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

    private void addPartials(Object work, int partialsFrom) {
        int columns = nest.columns();
        for (int k = 0; k < results.length; k++) {
            if (sumOf[k] < 0) {
                continue;
            }
            int tasks = chunks.tasks();
            int from = partialsFrom + sumOf[k] * tasks * columns;
            Slot to = results[k];
            switch (nest.results().get(k).kind()) {
                case SUM_ALL -> {
                    double before = addSums ? kernels.get(to.array(), to.offset()) : 0;
                    kernels.fill(to.array(), to.offset(), 1, before + kernels.foldAll(work, from, tasks * columns));
                }
                case SUM_ROWS -> kernels.foldRows(work, from, tasks, columns, to.array(), to.offset(), addSums);
                case SUM_BLOCKS -> {
                    int parts = chunks.tasksPerBlock();
                    for (int block = 0; block < tasks / parts; block++) {
                        kernels.foldRows(work, from + block * parts * columns, parts, columns, to.array(),
                                to.offset() + block * columns, false);
                    }
                }
                case STORE, SUM_COLUMNS -> throw new IllegalStateException("not gathered: " + nest.results().get(k));
            }
        }
    }
}
