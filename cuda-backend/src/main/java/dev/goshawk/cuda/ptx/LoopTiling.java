package dev.goshawk.cuda.ptx;

/**
 * How a loop over {@code rows x columns} elements is dealt to threads. A thread takes {@code vector} neighboring columns and every
 * {@code chunks * rowThreads}-th row; a block is {@code columnThreads} by {@code rowThreads} threads. All of it follows from the
 * loop's sizes, so the order of every sum does too.
 *
 * @param chunks blocks that share the rows; each leaves one part of every sum
 */
public record LoopTiling(int rows, int columns, int vector, int columnThreads, int rowThreads, int columnBlocks,
        int chunks) {
    private static final int THREADS = 256;
    private static final int MAX_COLUMN_THREADS = 32;
    /** Rows a thread takes where nothing else limits: enough loads in flight, and few enough blocks to start. */
    private static final int STORED_ROWS = 4;
    private static final int SUMMED_ROWS = 8;
    private static final int MAX_BLOCKS = 1 << 16;
    /** More parts of a sum than this take longer to add up than they save. */
    private static final int MAX_PARTS = 1024;

    /** The tiling of a loop. */
    public static LoopTiling of(LoopCode code, int rows, int columns) {
        LoopTiling one = inOneChunk(code, rows, columns);
        boolean sums = code.hasSums();
        int chunks = Math.ceilDiv(one.rows, one.rowThreads * (sums ? SUMMED_ROWS : STORED_ROWS));
        int most = Math.max(1, (sums ? MAX_PARTS : MAX_BLOCKS) / one.columnBlocks);
        return new LoopTiling(one.rows, one.columns, one.vector, one.columnThreads, one.rowThreads, one.columnBlocks,
                Math.clamp(chunks, 1, most));
    }

    /** As {@link #of} with all rows in one chunk, so that sums are whole. */
    public static LoopTiling inOneChunk(LoopCode code, int rows, int columns) {
        int widest = code.dtype() == dev.goshawk.tensor.DType.FLOAT32 ? 4 : 2;
        int split = code.hasColumns() ? columns : rows * columns;
        int vector = widest;
        while (split % vector != 0) {
            vector /= 2;
        }
        int c = code.hasColumns() ? columns : vector;
        int r = code.hasColumns() ? rows : rows * columns / vector;
        int groups = Math.max(1, c / vector);
        int columnThreads = Math.min(groups, MAX_COLUMN_THREADS);
        return new LoopTiling(r, c, vector, columnThreads, THREADS / columnThreads,
                Math.ceilDiv(groups, columnThreads), 1);
    }

    /** Threads of a block. */
    public int threads() {
        return columnThreads * rowThreads;
    }

    /** Blocks of the launch. */
    public int blocks() {
        return columnBlocks * chunks;
    }

    /** Whether some threads stand beyond the last column. */
    boolean hasIdleThreads() {
        return columnBlocks * columnThreads * vector != columns;
    }
}
