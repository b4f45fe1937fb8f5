package dev.goshawk.cpu.exec.loop;

import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.compile.LoopNest;

/**
 * How a loop is divided: chunks, pieces that stay in the first-level cache, and tasks, runs of chunks that begin their own sums. Both depend on
 * the nest's sizes alone. No chunk or task reaches into the next block of rows.
 *
 * @param columns elements of a row
 * @param rowsPerChunk rows of all chunks but a block's last
 * @param wide whether rows have elements or sums of their own and each chunk is exactly one row
 * @param group chunks whose rows are summed together
 * @param blockSize elements of a block of rows that is summed by itself; how it is divided depends on nothing else, so that the sums of one
 *        image are the same in any batch
 * @param tasksPerBlock tasks of each block
 * @param tasks tasks of all blocks
 */
record LoopChunks(int columns, int rowsPerChunk, boolean wide, int group, int blockSize, int tasksPerBlock, int tasks) {
    private static final int CHUNK = 1024;
    /** Columns from which on a chunk is one row, if rows have elements or sums of their own. */
    static final int WIDE = 128;
    /** Wide rows that are summed together. */
    private static final int GROUP = 4;
    private static final int MAX_TASKS = 32;
    /** Chunks over which clearing and folding a task's sums is spread. */
    private static final int CHUNKS_PER_TASK = 8;
    /** Elements below which waking another thread costs more than it saves. */
    private static final int SMALL = 16 * CHUNK;

    /** @param byRow whether rows have elements or sums of their own */
    static LoopChunks of(LoopNest nest, boolean byRow) {
        int columns = nest.columns();
        boolean wide = byRow && isWide(nest);
        int group = wide ? Math.clamp(GROUP * CHUNK / columns, 1, GROUP) : 1;
        int blocks = nest.blocks();
        int rows = nest.rows() / blocks;
        int rowsPerChunk = wide ? 1 : Math.clamp(CHUNK / columns, 1, Math.max(1, rows));
        int chunks = (rows + rowsPerChunk - 1) / rowsPerChunk;
        int blockSize = rows * columns;
        int perBlock = blockSize < SMALL ? Math.min(1, chunks) : Math.clamp(chunks / CHUNKS_PER_TASK, 1, MAX_TASKS);
        return new LoopChunks(columns, rowsPerChunk, wide, group, blockSize, perBlock, blocks * perBlock);
    }

    /** Whether a chunk is a row, if rows have elements or sums of their own. */
    static boolean isWide(LoopNest nest) {
        return nest.columns() >= WIDE && nest.operands().stream().noneMatch(o -> o.access() == Access.BLOCK);
    }

    /** Elements of all chunks but a block's last. */
    int chunk() {
        return rowsPerChunk * columns;
    }

    /** First element of a task. */
    int first(int task) {
        return task / tasksPerBlock * blockSize + before(task % tasksPerBlock);
    }

    /** The element behind a task's last. */
    int last(int task) {
        return task / tasksPerBlock * blockSize + before(task % tasksPerBlock + 1);
    }

    /** Elements of a block before one of its tasks. */
    private int before(int part) {
        long chunks = ((long) blockSize + chunk() - 1) / chunk();
        return (int) Math.min(part * chunks / tasksPerBlock * chunk(), blockSize);
    }
}
