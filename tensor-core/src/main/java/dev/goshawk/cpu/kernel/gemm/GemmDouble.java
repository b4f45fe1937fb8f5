package dev.goshawk.cpu.kernel.gemm;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import java.util.Arrays;

/**
 * Dense float64 matrix product, row-major: {@code C[m, n] = op(A) op(B)} or {@code C += op(A) op(B)}, op the identity
 * or the transpose. The loops are those of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication"
 * (2008): panels of B shared, blocks of A packed per thread, register tiles within.
 *
 * <p>The result is bit-identical for any thread count. 2mnk operations; nothing is allocated but the tasks.
 */
public final class GemmDouble {
    private static final int KC = 256;
    private static final int MC = 128;
    private static final int NC = 2048;
    /** Up to this many columns a block of A is read too few times to repay packing. */
    private static final int DIRECT_COLUMNS = 64;
    /** Blocks aimed at, so that threads share the work evenly. */
    private static final int BLOCKS = 16;

    private GemmDouble() {
    }

    /** Elements of scratch that {@link #run} needs for these sizes. */
    public static int scratchDoubles(int m, int n, int k, int threads) {
        int kc = blockDepth(k);
        return Math.addExact(
                GemmDoubleKernel.packedSize(kc, Math.min(n, NC)), Math.multiplyExact(threads, workerDoubles(m, n, kc)));
    }

    /**
     * Computes the product.
     *
     * @param a op(A) is [m, k]: A is stored [m, k], or [k, m] when {@code transposeA}, rows {@code lda} apart
     * @param b op(B) is [k, n]: B is stored [k, n], or [n, k] when {@code transposeB}, rows {@code ldb} apart
     * @param c [m, n], rows {@code ldc} apart; elements between rows stay untouched; may not overlap a, b or scratch
     * @param accumulate whether to add to C; otherwise its old content is not used
     * @param scratch at least {@link #scratchDoubles} elements from {@code scratchOff}, content free before and after
     * @throws IllegalArgumentException if a size is negative or an array is too short for its matrix
     */
    public static void run(int m, int n, int k, double[] a, int aOff, int lda, boolean transposeA, double[] b, int bOff,
            int ldb, boolean transposeB, double[] c, int cOff, int ldc, boolean accumulate, double[] scratch,
            int scratchOff, Workers workers) {
        VectorSupport.requireMatrix("gemm: A", transposeA ? k : m, transposeA ? m : k, aOff, lda, a.length);
        VectorSupport.requireMatrix("gemm: B", transposeB ? n : k, transposeB ? k : n, bOff, ldb, b.length);
        VectorSupport.requireMatrix("gemm: C", m, n, cOff, ldc, c.length);
        if (m == 0 || n == 0) {
            return;
        }
        if (k == 0) {
            for (int i = 0; i < m && !accumulate; i++) {
                Arrays.fill(c, cOff + i * ldc, cOff + i * ldc + n, 0);
            }
            return;
        }
        VectorSupport.requireLength(
                "gemm: scratch", (long) scratchOff + scratchDoubles(m, n, k, workers.threads()), scratch.length);
        int rs = transposeA ? 1 : lda;
        int ks = transposeA ? lda : 1;
        int kStride = transposeB ? 1 : ldb;
        int jStride = transposeB ? ldb : 1;
        int depth = blockDepth(k);
        int perWorker = workerDoubles(m, n, depth);
        int packedB = GemmDoubleKernel.packedSize(depth, Math.min(n, NC));
        int rowBlocks = rowBlocks(m);
        int rowsPerBlock = blockRows(m);
        for (int j0 = 0; j0 < n; j0 += NC) {
            int jFirst = j0;
            int columns = Math.min(NC, n - j0);
            int panels = GemmDoubleKernel.panels(columns);
            int groupPanels = Math.max(4, (panels * rowBlocks + BLOCKS - 1) / BLOCKS);
            int groups = rowBlocks >= BLOCKS ? 1 : (panels + groupPanels - 1) / groupPanels;
            int panelsPerGroup = (panels + groups - 1) / groups;
            for (int k0 = 0; k0 < k; k0 += depth) {
                int kFirst = k0;
                int kc = Math.min(depth, k - k0);
                boolean add = accumulate || k0 > 0;
                workers.run(panels, (panel, worker) -> GemmDoubleKernel.packPanel(
                        b, bOff + kFirst * kStride + jFirst * jStride, kStride, jStride, kc, columns, scratch,
                        scratchOff, kc,
                        0, panel));
                workers.run(rowBlocks * groups, (task, worker) -> {
                    int i = task / groups * rowsPerBlock;
                    int rows = Math.min(rowsPerBlock, m - i);
                    int j = task % groups * panelsPerGroup * GemmDoubleKernel.PANEL;
                    int width = Math.min(panelsPerGroup * GemmDoubleKernel.PANEL, columns - j);
                    if (width > 0) {
                        block(a, aOff + i * rs + kFirst * ks, rs, ks, rows, scratch, scratchOff + j * kc, width, kc, c,
                                cOff + i * ldc + jFirst + j, ldc, add, direct(m, n),
                                scratchOff + packedB + worker * perWorker);
                    }
                });
            }
        }
    }

    private static void block(double[] a, int a0, int rs, int ks, int rows, double[] scratch, int b0, int columns,
            int kc, double[] c, int c0, int ldc, boolean add, boolean direct, int own) {
        int packed = own + GemmDoubleKernel.TILE;
        if (direct) {
            GemmDoubleKernel.multiply(a, a0, rs, ks, rows, scratch, b0, kc, 0, columns, kc, c, c0, ldc, add, scratch,
                    own);
        } else {
            GemmDoubleKernel.packTiles(a, a0, rs, ks, rows, kc, scratch, packed);
            GemmDoubleKernel.multiplyPacked(
                    scratch, packed, rows, scratch, b0, kc, columns, kc, c, c0, ldc, add, scratch, own);
        }
    }

    private static boolean direct(int m, int n) {
        return n <= DIRECT_COLUMNS || m < GemmDoubleKernel.ROWS;
    }

    /** The inner dimension in even parts, so that the last is not a sliver. */
    private static int blockDepth(int k) {
        int parts = Math.max(1, (k + KC - 1) / KC);
        return (k + parts - 1) / parts;
    }

    private static int blockRows(int m) {
        int rows = Math.min(MC, Math.max((m + BLOCKS - 1) / BLOCKS, 4 * GemmDoubleKernel.ROWS));
        return (rows + GemmDoubleKernel.ROWS - 1) / GemmDoubleKernel.ROWS * GemmDoubleKernel.ROWS;
    }

    private static int rowBlocks(int m) {
        int rows = blockRows(m);
        return (m + rows - 1) / rows;
    }

    private static int workerDoubles(int m, int n, int kc) {
        return GemmDoubleKernel.TILE + (direct(m, n) ? 0 : Math.multiplyExact(blockRows(m), kc));
    }
}
