package dev.goshawk.cpu.kernel.gemm;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F64_CLASS;

import dev.goshawk.cpu.kernel.simd.DoubleCopies;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The float64 micro-kernels under {@link GemmDouble} and the packed convolutions, and the loops around them. A tile of
 * the result is {@link #ROWS} rows by one or two vectors held in registers over the whole inner dimension. The left
 * operand is read with two strides, so plain, transposed and packed storage share one kernel; the right operand is
 * packed in panels of {@link #PANEL} columns, {@code [panel][k][column]}, the last one {@link #L} columns wide where
 * that suffices, zeros beyond the matrix.
 *
 * <p>Every element of a result is one chain of fused multiply-adds in increasing k, added to the old value last: the
 * same bits whatever the tile it falls in.
 */
public final class GemmDoubleKernel {
    private static final VectorSpecies<Double> S = VectorSupport.F64;

    /** Lanes of a vector. */
    public static final int L = VectorSupport.F64_LANES;
    /** Rows of a register tile. */
    public static final int ROWS = 8;
    /** Columns of a full panel of the right operand. */
    static final int PANEL = (VectorSupport.MANY_REGISTERS ? 2 : 1) * L;
    /** Elements of the buffer that ragged tiles pass through. */
    public static final int TILE = ROWS * PANEL;

    /**
     * Read in place of the old result where that is not to be added: a branch in a kernel would deoptimize it when
     * first taken.
     */
    private static final double[] ZEROS = new double[PANEL];

    private GemmDoubleKernel() {
    }

    /** Elements of a packed right operand of the given rows and columns. */
    public static int packedSize(int rows, int columns) {
        return Math.multiplyExact(rows, packedColumns(columns));
    }

    /** Columns of a packed right operand, padding included. */
    static int packedColumns(int columns) {
        int full = columns / PANEL * PANEL;
        return full + (columns - full + L - 1) / L * L;
    }

    /**
     * Packs {@code kc} rows of a right operand, element (k, j) at {@code b[b0 + k*kStride + j*jStride]}, one of the
     * strides 1, as the rows from {@code firstRow} of one panel of a packed operand that starts at {@code p0} and has
     * {@code rows} rows.
     */
    public static void packPanel(double[] b, int b0, int kStride, int jStride, int kc, int n, double[] packed, int p0,
            int rows, int firstRow, int panel) {
        int j = panel * PANEL;
        int used = Math.min(PANEL, n - j);
        int width = used <= L ? L : PANEL;
        int to = p0 + j * rows + firstRow * width;
        int from = b0 + j * jStride;
        if (used < width) {
            Arrays.fill(packed, to, to + kc * width, 0);
        }
        if (jStride == 1) {
            packRows(b, from, kStride, kc, used, packed, to, width);
        } else {
            packColumns(b, from, kStride, jStride, kc, used, packed, to, width);
        }
    }

    /** Number of panels of a right operand with n columns. */
    public static int panels(int n) {
        return (n + PANEL - 1) / PANEL;
    }

    private static void packRows(double[] b, int b0, int kStride, int kc, int used, double[] packed, int p0,
            int width) {
        int from = b0;
        int to = p0;
        for (int k = 0; k < kc; k++) {
            DoubleCopies.copy(b, from, packed, to, used);
            from += kStride;
            to += width;
        }
    }

    private static void packColumns(double[] b, int b0, int kStride, int jStride, int kc, int used, double[] packed,
            int p0, int width) {
        for (int j = 0; j < used; j++) {
            int from = b0 + j * jStride;
            int to = p0 + j;
            for (int k = 0; k < kc; k++) {
                packed[to] = b[from];
                from += kStride;
                to += width;
            }
        }
    }

    /**
     * Packs rows of a left operand, element (i, k) at {@code a[a0 + i*rs + k*ks]}, as tiles [tile][k][row], zeros below
     * it.
     */
    static void packTiles(double[] a, int a0, int rs, int ks, int m, int kc, double[] packed, int p0) {
        int full = m / ROWS * ROWS;
        for (int i = 0; i < full; i += ROWS) {
            packTile(a, a0 + i * rs, rs, ks, kc, packed, p0 + i * kc);
        }
        if (full < m) {
            int to = p0 + full * kc;
            Arrays.fill(packed, to, to + ROWS * kc, 0);
            for (int i = full; i < m; i++) {
                for (int k = 0; k < kc; k++) {
                    packed[to + k * ROWS + i - full] = a[a0 + i * rs + k * ks];
                }
            }
        }
    }

    private static void packTile(double[] a, int a0, int rs, int ks, int kc, double[] packed, int p0) {
        int from = a0;
        for (int k = 0; k < kc; k++) {
            int to = p0 + k * ROWS;
            packed[to] = a[from];
            packed[to + 1] = a[from + rs];
            packed[to + 2] = a[from + 2 * rs];
            packed[to + 3] = a[from + 3 * rs];
            packed[to + 4] = a[from + 4 * rs];
            packed[to + 5] = a[from + 5 * rs];
            packed[to + 6] = a[from + 6 * rs];
            packed[to + 7] = a[from + 7 * rs];
            from += ks;
        }
    }

    /**
     * {@code C[m, n] = A B}, or {@code +=} when {@code add}: element (i, k) of A at {@code a[a0 + i*rs + k*ks]}, B
     * packed in panels of {@code bRows} rows from {@code b0}, of which the {@code kc} from {@code firstRow} are used;
     * {@code tile} has {@link #TILE} elements of scratch at {@code t0}.
     */
    public static void multiply(double[] a, int a0, int rs, int ks, int m, double[] b, int b0, int bRows, int firstRow,
            int n,
            int kc, double[] c, int c0, int ldc, boolean add, double[] tile, int t0) {
        int full = m / ROWS * ROWS;
        for (int j = 0; j < n; j += PANEL) {
            int columns = Math.min(PANEL, n - j);
            int width = columns <= L ? L : PANEL;
            int panel = b0 + j * bRows + firstRow * width;
            for (int i = 0; i < full; i += ROWS) {
                tile(a, a0 + i * rs, rs, ks, b, panel, columns, kc, c, c0 + i * ldc + j, ldc, add, tile, t0);
            }
            if (full == m) {
                continue;
            }
            if (full > 0) {
                // The last whole tile's rows again, so that nothing past the left operand is read; only the new rows
                // are kept.
                whole(a, a0 + (m - ROWS) * rs, rs, ks, b, panel, width, kc, tile, t0, width, false);
                keep(tile, t0 + (full - (m - ROWS)) * width, width, m - full, columns, c, c0 + full * ldc + j, ldc,
                        add);
            } else {
                for (int i = 0; i < m; i++) {
                    row(a, a0 + i * rs, ks, b, panel, columns, kc, c, c0 + i * ldc + j, add, tile, t0);
                }
            }
        }
    }

    /** As {@link #multiply} with the left operand in tiles as {@link #packTiles} lays them out. */
    static void multiplyPacked(double[] a, int a0, int m, double[] b, int b0, int bRows, int n, int kc, double[] c,
            int c0, int ldc, boolean add, double[] tile, int t0) {
        int full = m / ROWS * ROWS;
        for (int j = 0; j < n; j += PANEL) {
            int columns = Math.min(PANEL, n - j);
            int panel = b0 + j * bRows;
            for (int i = 0; i < full; i += ROWS) {
                tile(a, a0 + i * kc, 1, ROWS, b, panel, columns, kc, c, c0 + i * ldc + j, ldc, add, tile, t0);
            }
            if (full < m) {
                int width = columns <= L ? L : PANEL;
                whole(a, a0 + full * kc, 1, ROWS, b, panel, width, kc, tile, t0, width, false);
                keep(tile, t0, width, m - full, columns, c, c0 + full * ldc + j, ldc, add);
            }
        }
    }

    private static void tile(double[] a, int a0, int rs, int ks, double[] b, int b0, int columns, int kc, double[] c,
            int c0, int ldc, boolean add, double[] tile, int t0) {
        if (columns == PANEL || columns == L) {
            whole(a, a0, rs, ks, b, b0, columns, kc, c, c0, ldc, add);
        } else {
            int width = columns <= L ? L : PANEL;
            whole(a, a0, rs, ks, b, b0, width, kc, tile, t0, width, false);
            keep(tile, t0, width, ROWS, columns, c, c0, ldc, add);
        }
    }

    private static void whole(double[] a, int a0, int rs, int ks, double[] b, int b0, int width, int kc, double[] c,
            int c0, int ldc, boolean add) {
        double[] old = add ? c : ZEROS;
        int old0 = add ? c0 : 0;
        int ldOld = add ? ldc : 0;
        if (width == L) {
            narrow(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
        } else {
            wide(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
        }
    }

    private static void row(double[] a, int a0, int ks, double[] b, int b0, int columns, int kc, double[] c, int c0,
            boolean add, double[] tile, int t0) {
        int width = columns <= L ? L : PANEL;
        if (width == L) {
            narrowRow(a, a0, ks, b, b0, kc, tile, t0);
        } else {
            wideRow(a, a0, ks, b, b0, kc, tile, t0);
        }
        keep(tile, t0, width, 1, columns, c, c0, 0, add);
    }

    private static void keep(double[] tile, int t0, int width, int rows, int columns, double[] c, int c0, int ldc,
            boolean add) {
        for (int i = 0; i < rows; i++) {
            if (add) {
                DoubleCopies.addInto(tile, t0 + i * width, c, c0 + i * ldc, columns);
            } else {
                DoubleCopies.copy(tile, t0 + i * width, c, c0 + i * ldc, columns);
            }
        }
    }

    // One shared zero, an uncounted loop and no helper calls keep these under the compiler's node limit: beyond it C2
    // stops inlining and boxes every accumulator.

    /** A whole tile of two vectors a row: {@code C = old + A B}. */
    private static void wide(double[] a, int a0, int rs, int ks, double[] b, int b0, int kc, double[] old, int old0,
            int ldOld, double[] c, int c0, int ldc) {
        DoubleVector zero = DoubleVector.zero(S);
        DoubleVector s0p = zero;
        DoubleVector s0q = zero;
        DoubleVector s1p = zero;
        DoubleVector s1q = zero;
        DoubleVector s2p = zero;
        DoubleVector s2q = zero;
        DoubleVector s3p = zero;
        DoubleVector s3q = zero;
        DoubleVector s4p = zero;
        DoubleVector s4q = zero;
        DoubleVector s5p = zero;
        DoubleVector s5q = zero;
        DoubleVector s6p = zero;
        DoubleVector s6q = zero;
        DoubleVector s7p = zero;
        DoubleVector s7q = zero;
        int r2 = 2 * rs;
        int r3 = 3 * rs;
        int r4 = 4 * rs;
        int r5 = 5 * rs;
        int r6 = 6 * rs;
        int r7 = 7 * rs;
        int ak = a0;
        int bk = b0;
        int end = a0 + kc * ks;
        while (ak != end) {
            DoubleVector wp = DoubleVector.fromArray(S, b, bk);
            DoubleVector wq = DoubleVector.fromArray(S, b, bk + L);
            DoubleVector v0 = DoubleVector.broadcast(S, a[ak]);
            s0p = v0.fma(wp, s0p);
            s0q = v0.fma(wq, s0q);
            DoubleVector v1 = DoubleVector.broadcast(S, a[ak + rs]);
            s1p = v1.fma(wp, s1p);
            s1q = v1.fma(wq, s1q);
            DoubleVector v2 = DoubleVector.broadcast(S, a[ak + r2]);
            s2p = v2.fma(wp, s2p);
            s2q = v2.fma(wq, s2q);
            DoubleVector v3 = DoubleVector.broadcast(S, a[ak + r3]);
            s3p = v3.fma(wp, s3p);
            s3q = v3.fma(wq, s3q);
            DoubleVector v4 = DoubleVector.broadcast(S, a[ak + r4]);
            s4p = v4.fma(wp, s4p);
            s4q = v4.fma(wq, s4q);
            DoubleVector v5 = DoubleVector.broadcast(S, a[ak + r5]);
            s5p = v5.fma(wp, s5p);
            s5q = v5.fma(wq, s5q);
            DoubleVector v6 = DoubleVector.broadcast(S, a[ak + r6]);
            s6p = v6.fma(wp, s6p);
            s6q = v6.fma(wq, s6q);
            DoubleVector v7 = DoubleVector.broadcast(S, a[ak + r7]);
            s7p = v7.fma(wp, s7p);
            s7q = v7.fma(wq, s7q);
            ak += ks;
            bk += 2 * L;
        }
        DoubleVector.fromArray(S, old, old0).add(s0p).intoArray(c, c0);
        DoubleVector.fromArray(S, old, old0 + L).add(s0q).intoArray(c, c0 + L);
        DoubleVector.fromArray(S, old, old0 + ldOld).add(s1p).intoArray(c, c0 + ldc);
        DoubleVector.fromArray(S, old, old0 + ldOld + L).add(s1q).intoArray(c, c0 + ldc + L);
        DoubleVector.fromArray(S, old, old0 + 2 * ldOld).add(s2p).intoArray(c, c0 + 2 * ldc);
        DoubleVector.fromArray(S, old, old0 + 2 * ldOld + L).add(s2q).intoArray(c, c0 + 2 * ldc + L);
        DoubleVector.fromArray(S, old, old0 + 3 * ldOld).add(s3p).intoArray(c, c0 + 3 * ldc);
        DoubleVector.fromArray(S, old, old0 + 3 * ldOld + L).add(s3q).intoArray(c, c0 + 3 * ldc + L);
        DoubleVector.fromArray(S, old, old0 + 4 * ldOld).add(s4p).intoArray(c, c0 + 4 * ldc);
        DoubleVector.fromArray(S, old, old0 + 4 * ldOld + L).add(s4q).intoArray(c, c0 + 4 * ldc + L);
        DoubleVector.fromArray(S, old, old0 + 5 * ldOld).add(s5p).intoArray(c, c0 + 5 * ldc);
        DoubleVector.fromArray(S, old, old0 + 5 * ldOld + L).add(s5q).intoArray(c, c0 + 5 * ldc + L);
        DoubleVector.fromArray(S, old, old0 + 6 * ldOld).add(s6p).intoArray(c, c0 + 6 * ldc);
        DoubleVector.fromArray(S, old, old0 + 6 * ldOld + L).add(s6q).intoArray(c, c0 + 6 * ldc + L);
        DoubleVector.fromArray(S, old, old0 + 7 * ldOld).add(s7p).intoArray(c, c0 + 7 * ldc);
        DoubleVector.fromArray(S, old, old0 + 7 * ldOld + L).add(s7q).intoArray(c, c0 + 7 * ldc + L);
    }

    /** A whole tile of one vector a row: {@code C = old + A B}. */
    private static void narrow(double[] a, int a0, int rs, int ks, double[] b, int b0, int kc, double[] old, int old0,
            int ldOld, double[] c, int c0, int ldc) {
        DoubleVector zero = DoubleVector.zero(S);
        DoubleVector s0 = zero;
        DoubleVector s1 = zero;
        DoubleVector s2 = zero;
        DoubleVector s3 = zero;
        DoubleVector s4 = zero;
        DoubleVector s5 = zero;
        DoubleVector s6 = zero;
        DoubleVector s7 = zero;
        int r2 = 2 * rs;
        int r3 = 3 * rs;
        int r4 = 4 * rs;
        int r5 = 5 * rs;
        int r6 = 6 * rs;
        int r7 = 7 * rs;
        int ak = a0;
        int bk = b0;
        int end = a0 + kc * ks;
        while (ak != end) {
            DoubleVector w = DoubleVector.fromArray(S, b, bk);
            DoubleVector v0 = DoubleVector.broadcast(S, a[ak]);
            s0 = v0.fma(w, s0);
            DoubleVector v1 = DoubleVector.broadcast(S, a[ak + rs]);
            s1 = v1.fma(w, s1);
            DoubleVector v2 = DoubleVector.broadcast(S, a[ak + r2]);
            s2 = v2.fma(w, s2);
            DoubleVector v3 = DoubleVector.broadcast(S, a[ak + r3]);
            s3 = v3.fma(w, s3);
            DoubleVector v4 = DoubleVector.broadcast(S, a[ak + r4]);
            s4 = v4.fma(w, s4);
            DoubleVector v5 = DoubleVector.broadcast(S, a[ak + r5]);
            s5 = v5.fma(w, s5);
            DoubleVector v6 = DoubleVector.broadcast(S, a[ak + r6]);
            s6 = v6.fma(w, s6);
            DoubleVector v7 = DoubleVector.broadcast(S, a[ak + r7]);
            s7 = v7.fma(w, s7);
            ak += ks;
            bk += L;
        }
        DoubleVector.fromArray(S, old, old0).add(s0).intoArray(c, c0);
        DoubleVector.fromArray(S, old, old0 + ldOld).add(s1).intoArray(c, c0 + ldc);
        DoubleVector.fromArray(S, old, old0 + 2 * ldOld).add(s2).intoArray(c, c0 + 2 * ldc);
        DoubleVector.fromArray(S, old, old0 + 3 * ldOld).add(s3).intoArray(c, c0 + 3 * ldc);
        DoubleVector.fromArray(S, old, old0 + 4 * ldOld).add(s4).intoArray(c, c0 + 4 * ldc);
        DoubleVector.fromArray(S, old, old0 + 5 * ldOld).add(s5).intoArray(c, c0 + 5 * ldc);
        DoubleVector.fromArray(S, old, old0 + 6 * ldOld).add(s6).intoArray(c, c0 + 6 * ldc);
        DoubleVector.fromArray(S, old, old0 + 7 * ldOld).add(s7).intoArray(c, c0 + 7 * ldc);
    }

    /** One row of two vectors. */
    private static void wideRow(double[] a, int a0, int ks, double[] b, int b0, int kc, double[] c, int c0) {
        DoubleVector zero = DoubleVector.zero(S);
        DoubleVector s0p = zero;
        DoubleVector s0q = zero;
        int ak = a0;
        int bk = b0;
        int end = a0 + kc * ks;
        while (ak != end) {
            DoubleVector wp = DoubleVector.fromArray(S, b, bk);
            DoubleVector wq = DoubleVector.fromArray(S, b, bk + L);
            DoubleVector v0 = DoubleVector.broadcast(S, a[ak]);
            s0p = v0.fma(wp, s0p);
            s0q = v0.fma(wq, s0q);
            ak += ks;
            bk += 2 * L;
        }
        F64_CLASS.cast(s0p).intoArray(c, c0);
        F64_CLASS.cast(s0q).intoArray(c, c0 + L);
    }

    /** One row of one vector. */
    private static void narrowRow(double[] a, int a0, int ks, double[] b, int b0, int kc, double[] c, int c0) {
        DoubleVector zero = DoubleVector.zero(S);
        DoubleVector s0 = zero;
        int ak = a0;
        int bk = b0;
        int end = a0 + kc * ks;
        while (ak != end) {
            DoubleVector w = DoubleVector.fromArray(S, b, bk);
            DoubleVector v0 = DoubleVector.broadcast(S, a[ak]);
            s0 = v0.fma(w, s0);
            ak += ks;
            bk += L;
        }
        F64_CLASS.cast(s0).intoArray(c, c0);
    }
}
