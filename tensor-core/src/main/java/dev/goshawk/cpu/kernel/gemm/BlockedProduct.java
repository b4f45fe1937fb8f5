package dev.goshawk.cpu.kernel.gemm;

import dev.goshawk.cpu.kernel.simd.FloatCopies;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import java.util.Arrays;

/**
 * The loops of a float32 matrix product {@code C[m, n] = A B}, after Goto and van de Geijn, "Anatomy of
 * High-Performance Matrix Multiplication" (2008). The result is cut into rectangles, by the sizes alone; whoever
 * computes one keeps a block of the left operand in the second-level cache and passes panels of the right one by it.
 *
 * <p>The left operand is read where it lies if it is a small plain matrix, else copied block by block. The right one is
 * packed in panels: once beforehand where many rectangles share it, else by each for itself, just before use. Immutable and
 * shareable.
 */
public final class BlockedProduct {
    /** Inner dimension of a block at most: what the result gains by before it is written and read again. */
    private static final int KC = 512;
    /** The same for a transposed left operand, where long pieces of its rows count for more. */
    private static final int KC_TRANSPOSED = 256;
    /** Elements of a block of the left operand. */
    private static final int LEFT = 1 << 17;
    /**
     * Elements of a plain left operand up to which it is read in place. A larger one comes from memory, which streams
     * faster into a copy than twelve rows at a time into a tile: 166 against 149 GFLOP/s for 64 channels of 56 x 56.
     */
    private static final int IN_PLACE = 1 << 19;
    /** Elements of the right operand packed at a time. */
    private static final int RIGHT = 1 << 16;
    /** Rows of a rectangle at most. */
    private static final int ROWS = 1024;
    /** Rectangles aimed at where cutting costs little, so that threads share the work evenly. */
    private static final int TASKS = 8;
    /** Rectangles one above the other from which the right operand is packed beforehand. */
    private static final int SHARING = 3;
    /** Elements of a right operand that is packed beforehand, at most. */
    private static final int SHARED = 1 << 22;
    /** Inner dimension up to which panels are passed by each tile rather than tiles by each panel. */
    private static final int SHALLOW = 128;

    /** How the rows that hold the left operand lie. */
    public enum Left {
        /** Rows of a matrix. */
        MATRIX,
        /** Rows that have to be gathered. */
        GATHERED,
        /** Rows of the transposed operand. */
        TRANSPOSED
    }

    private final int m;
    private final int n;
    private final int k;
    private final Left kind;
    private final boolean shared;
    private final int depth;
    private final int rowGroups;
    private final int rowsPerGroup;
    private final int columnGroups;
    private final int columnsPerGroup;
    private final int columnsPerChunk;
    private final int pitch;

    /** @param share whether the right operand may be packed beforehand */
    public BlockedProduct(int m, int n, int k, Left kind, boolean share) {
        this.m = m;
        this.n = n;
        this.k = k;
        this.kind = kind == Left.MATRIX && (long) m * k > IN_PLACE ? Left.GATHERED : kind;
        this.depth = Math.max(1, part(k, this.kind == Left.TRANSPOSED ? KC_TRANSPOSED : KC));
        int panel = GemmFloatKernel.PANEL;
        int mostRows = Math.clamp(LEFT / Math.max(1, depth) / 4 * 4, 96, ROWS);
        this.rowsPerGroup = Math.max(GemmFloatKernel.SHORT, roundUp(part(m, mostRows), GemmFloatKernel.UNIT));
        this.rowGroups = (m + rowsPerGroup - 1) / rowsPerGroup;
        boolean copied = this.kind != Left.MATRIX;
        int wanted = ((copied ? TASKS / 2 : TASKS) + rowGroups - 1) / Math.max(1, rowGroups);
        int columnCuts = Math.clamp(wanted, 1, Math.max(1, n / ((copied ? 4 : 2) * panel)));
        this.columnsPerGroup = Math.max(panel, roundUp((n + columnCuts - 1) / columnCuts, panel));
        this.columnGroups = (n + columnsPerGroup - 1) / columnsPerGroup;
        this.columnsPerChunk = Math.min(columnsPerGroup, Math.max(2, RIGHT / Math.max(1, depth) / panel) * panel);
        this.shared = share && rowGroups >= SHARING && (long) k * n <= SHARED;
        this.pitch = VectorSupport.oddLines(
                (this.kind == Left.TRANSPOSED ? GemmFloatKernel.tiledRows(rowsPerGroup) : depth) + GemmFloatKernel.L,
                GemmFloatKernel.L);
    }

    /** Size of the even parts, none above {@code most}, that a size is cut into. */
    private static int part(int size, int most) {
        int parts = Math.max(1, (size + most - 1) / most);
        return (size + parts - 1) / parts;
    }

    private static int roundUp(int size, int unit) {
        return (size + unit - 1) / unit * unit;
    }

    /** Number of rectangles. */
    public int tasks() {
        return rowGroups * columnGroups;
    }

    /** Number of {@link #pack} tasks to run before the first rectangle. */
    public int packTasks() {
        return shared ? (k + depth - 1) / depth * chunks() : 0;
    }

    private int chunks() {
        return (n + columnsPerChunk - 1) / columnsPerChunk;
    }

    /** Elements of scratch that hold what is packed beforehand. */
    public int sharedFloats() {
        return shared ? RightColumns.packedSize(k, n) : 0;
    }

    /** Elements of scratch that a worker needs. */
    public int scratchFloats() {
        int left = switch (kind) {
            case MATRIX -> Math.multiplyExact(GemmFloatKernel.TALL, pitch);
            case GATHERED -> Math.multiplyExact(GemmFloatKernel.tiledRows(rowsPerGroup), pitch);
            case TRANSPOSED -> Math.multiplyExact(depth, pitch);
        };
        return Math.addExact(GemmFloatKernel.TILE + GemmFloatKernel.L + left,
                shared ? 0 : RightColumns.packedSize(depth, Math.min(n, columnsPerChunk)));
    }

    /** Packs a part of the right operand into {@link #sharedFloats} elements of scratch. */
    public void pack(int task, RightColumns b, float[] scratch, int sharedAt) {
        int k0 = task / chunks() * depth;
        int kc = Math.min(depth, k - k0);
        int j = task % chunks() * columnsPerChunk;
        b.pack(k0, kc, j, Math.min(columnsPerChunk, n - j), scratch, sharedAt + packedAt(k0, kc, j));
    }

    private int packedAt(int k0, int kc, int j) {
        return RightColumns.packedSize(k0, n) + kc * j;
    }

    /**
     * Computes one rectangle over the inner indices from {@code kFirst} to {@code kLast}.
     *
     * @param add whether to add to C; otherwise its old content is not used
     * @param sharedAt where in scratch the right operand was packed beforehand
     * @param own {@link #scratchFloats} elements of scratch start here
     */
    public void run(int task, int kFirst, int kLast, LeftRows a, RightColumns b, ResultRows c, boolean add,
            float[] scratch,
            int sharedAt, int own) {
        int i0 = task / columnGroups * rowsPerGroup;
        int rows = Math.min(m - i0, rowsPerGroup);
        int j0 = task % columnGroups * columnsPerGroup;
        int j1 = Math.min(n, j0 + columnsPerGroup);
        if (kFirst >= kLast && !add) {
            for (int i = i0; i < i0 + rows; i++) {
                Arrays.fill(c.array(), c.at(i) + j0, c.at(i) + j1, 0);
            }
        }
        int left = own + GemmFloatKernel.TILE;
        int right = left + scratchFloats() - GemmFloatKernel.TILE - GemmFloatKernel.L
                - (shared ? 0 : RightColumns.packedSize(depth, Math.min(n, columnsPerChunk)));
        for (int k0 = kFirst; k0 < kLast; k0 += depth) {
            int kc = Math.min(depth, kLast - k0);
            Block block = new Block(i0, rows, k0, kc, a, left, c, add || k0 > kFirst, scratch, own);
            copyLeft(block);
            for (int j = j0; j < j1; j += columnsPerChunk) {
                int columns = Math.min(columnsPerChunk, j1 - j);
                if (shared) {
                    passBy(block, sharedAt + packedAt(k0, kc, j), j, columns);
                } else {
                    b.pack(k0, kc, j, columns, scratch, right);
                    passBy(block, right, j, columns);
                }
            }
        }
    }

    /** A block of the left operand, where it was copied to, and where its products go. */
    private record Block(int i0, int rows, int k0, int kc, LeftRows a, int left, ResultRows c, boolean add,
            float[] scratch, int tileAt) {
    }

    private void copyLeft(Block b) {
        if (kind == Left.GATHERED) {
            b.a.copy(b.i0, b.rows, b.k0, b.kc, b.scratch, b.left, pitch);
        } else if (kind == Left.TRANSPOSED) {
            b.a.copy(b.k0, b.kc, b.i0, b.rows, b.scratch, b.left, pitch);
        } else if (b.rows % GemmFloatKernel.UNIT != 0 || b.rows < GemmFloatKernel.SHORT) {
            int first = lastTile(b.rows);
            b.a.copy(b.i0 + first, b.rows - first, b.k0, b.kc, b.scratch, b.left, pitch);
        }
    }

    /** First row of the last tile. */
    private static int lastTile(int rows) {
        int padded = GemmFloatKernel.tiledRows(rows);
        int at = 0;
        while (at + GemmFloatKernel.nextTile(padded - at) < padded) {
            at += GemmFloatKernel.nextTile(padded - at);
        }
        return at;
    }

    /** Multiplies a block by packed columns. */
    private void passBy(Block b, int right, int j0, int columns) {
        int panel = GemmFloatKernel.PANEL;
        int padded = GemmFloatKernel.tiledRows(b.rows);
        if (b.kc <= SHALLOW) {
            for (int i = 0; i < padded; i += GemmFloatKernel.nextTile(padded - i)) {
                for (int j = 0; j < columns; j += panel) {
                    tile(b, i, GemmFloatKernel.nextTile(padded - i), right + j * b.kc, j0 + j,
                            Math.min(panel, columns - j));
                }
            }
        } else {
            for (int j = 0; j < columns; j += panel) {
                for (int i = 0; i < padded; i += GemmFloatKernel.nextTile(padded - i)) {
                    tile(b, i, GemmFloatKernel.nextTile(padded - i), right + j * b.kc, j0 + j,
                            Math.min(panel, columns - j));
                }
            }
        }
    }

    private void tile(Block b, int i, int tile, int right, int j, int columns) {
        int used = Math.min(tile, b.rows - i);
        float[] a = b.scratch;
        int a0 = b.left;
        int rs = pitch;
        int ks = 1;
        if (kind == Left.TRANSPOSED) {
            a0 += i;
            rs = 1;
            ks = pitch;
        } else if (kind == Left.GATHERED) {
            a0 += i * pitch;
        } else if (used == tile && b.a instanceof LeftRows.Matrix in) {
            a = in.x();
            a0 = in.x0() + (b.i0 + i) * in.ld() + b.k0;
            rs = in.ld();
        }
        ResultRows c = b.c;
        int width = RightColumns.panelWidth(columns);
        int step = c.step(b.i0 + i, used);
        if (used == tile && columns == width && step >= 0) {
            GemmFloatKernel.tile(tile, width, a, a0, rs, ks, b.scratch, right, b.kc, c.array(), c.at(b.i0 + i) + j,
                    step, b.add);
            return;
        }
        GemmFloatKernel.tile(tile, width, a, a0, rs, ks, b.scratch, right, b.kc, b.scratch, b.tileAt, width, false);
        for (int r = 0; r < used; r++) {
            int to = c.at(b.i0 + i + r) + j;
            if (b.add) {
                FloatCopies.addInto(b.scratch, b.tileAt + r * width, c.array(), to, columns);
            } else {
                FloatCopies.copy(b.scratch, b.tileAt + r * width, c.array(), to, columns);
            }
        }
    }
}
