package dev.goshawk.cpu.kernel.gemm;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The float32 register tiles under {@link BlockedProduct}, here those for 32 registers: {@link #TALL} or {@link #SHORT} rows by one or two vectors of
 * the result, held in registers over the whole inner dimension. The left operand is read with two strides, so plain,
 * transposed and copied storage share one kernel; the right operand is packed in panels.
 *
 * <p>Every element of a result is one chain of fused multiply-adds in increasing k, added to the old value last: the
 * same bits whatever the tile it falls in.
 */
final class GemmFloatKernel {
    private static final VectorSpecies<Float> S = VectorSupport.F32;

    /** Lanes of a vector. */
    static final int L = VectorSupport.F32_LANES;
    private static final boolean MANY = VectorSupport.MANY_REGISTERS;
    /** Rows of most tiles. */
    static final int TALL = MANY ? 12 : 6;
    /** Rows of the tiles that make up what is no multiple of {@link #TALL}. */
    static final int SHORT = MANY ? 8 : 4;
    /** Rows that tiles together span are a multiple of this. */
    static final int UNIT = TALL - SHORT;
    /** Columns of a full panel of the right operand. */
    static final int PANEL = 2 * L;
    /** Elements of the buffer that ragged tiles pass through. */
    static final int TILE = TALL * PANEL;

    /**
     * Read in place of the old result where that is not to be added: a branch in a kernel would deoptimize it when
     * first taken.
     */
    private static final float[] ZEROS = new float[PANEL];

    private GemmFloatKernel() {
    }

    /** Rows that tiles for {@code rows} rows span: less than a {@link #UNIT} more, or {@link #SHORT}. */
    static int tiledRows(int rows) {
        return Math.max(SHORT, (rows + UNIT - 1) / UNIT * UNIT);
    }

    /** Rows of the next tile where this many, a result of {@link #tiledRows}, are left. */
    static int nextTile(int rows) {
        return rows % TALL == 0 || rows > 2 * SHORT ? TALL : SHORT;
    }

    /**
     * {@code C = A B}, or {@code C += A B} when {@code add}, for one tile: element (i, k) of A at {@code a[a0 + i*rs +
     * k*ks]}, row k of B at {@code b[b0 + k*width]}, row i of C at {@code c[c0 + i*ldc]}.
     *
     * @param rows {@link #TALL} or {@link #SHORT}
     * @param width {@link #L} or {@link #PANEL}
     */
    static void tile(int rows, int width, float[] a, int a0, int rs, int ks, float[] b, int b0, int kc, float[] c,
            int c0, int ldc, boolean add) {
        float[] old = add ? c : ZEROS;
        int old0 = add ? c0 : 0;
        int ldOld = add ? ldc : 0;
        if (width == L && rows == TALL) {
            if (MANY) {
                tallNarrow(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
            } else {
                GemmFloatSmallTiles.tallNarrow(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
            }
        } else if (width == L) {
            if (MANY) {
                shortNarrow(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
            } else {
                GemmFloatSmallTiles.shortNarrow(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
            }
        } else if (rows == TALL) {
            if (MANY) {
                tallWide(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
            } else {
                GemmFloatSmallTiles.tallWide(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
            }
        } else if (MANY) {
            shortWide(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
        } else {
            GemmFloatSmallTiles.shortWide(a, a0, rs, ks, b, b0, kc, old, old0, ldOld, c, c0, ldc);
        }
    }

    // One shared zero, an uncounted loop and no helper calls keep these under the compiler's node limit: beyond it C2
    // stops inlining and boxes every accumulator.

    /** {@link #TALL} rows of two vectors. */
    private static void tallWide(float[] a, int a0, int rs, int ks, float[] b, int b0, int kc, float[] old, int old0,
            int ldOld, float[] c, int c0, int ldc) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector s0p = zero;
        FloatVector s0q = zero;
        FloatVector s1p = zero;
        FloatVector s1q = zero;
        FloatVector s2p = zero;
        FloatVector s2q = zero;
        FloatVector s3p = zero;
        FloatVector s3q = zero;
        FloatVector s4p = zero;
        FloatVector s4q = zero;
        FloatVector s5p = zero;
        FloatVector s5q = zero;
        FloatVector s6p = zero;
        FloatVector s6q = zero;
        FloatVector s7p = zero;
        FloatVector s7q = zero;
        FloatVector s8p = zero;
        FloatVector s8q = zero;
        FloatVector s9p = zero;
        FloatVector s9q = zero;
        FloatVector s10p = zero;
        FloatVector s10q = zero;
        FloatVector s11p = zero;
        FloatVector s11q = zero;
        int r2 = 2 * rs;
        int r3 = 3 * rs;
        int r4 = 4 * rs;
        int r5 = 5 * rs;
        int r6 = 6 * rs;
        int r7 = 7 * rs;
        int r8 = 8 * rs;
        int r9 = 9 * rs;
        int r10 = 10 * rs;
        int r11 = 11 * rs;
        int ak = a0;
        int bk = b0;
        int end = a0 + kc * ks;
        while (ak != end) {
            FloatVector wp = FloatVector.fromArray(S, b, bk);
            FloatVector wq = FloatVector.fromArray(S, b, bk + L);
            FloatVector v0 = FloatVector.broadcast(S, a[ak]);
            s0p = v0.fma(wp, s0p);
            s0q = v0.fma(wq, s0q);
            FloatVector v1 = FloatVector.broadcast(S, a[ak + rs]);
            s1p = v1.fma(wp, s1p);
            s1q = v1.fma(wq, s1q);
            FloatVector v2 = FloatVector.broadcast(S, a[ak + r2]);
            s2p = v2.fma(wp, s2p);
            s2q = v2.fma(wq, s2q);
            FloatVector v3 = FloatVector.broadcast(S, a[ak + r3]);
            s3p = v3.fma(wp, s3p);
            s3q = v3.fma(wq, s3q);
            FloatVector v4 = FloatVector.broadcast(S, a[ak + r4]);
            s4p = v4.fma(wp, s4p);
            s4q = v4.fma(wq, s4q);
            FloatVector v5 = FloatVector.broadcast(S, a[ak + r5]);
            s5p = v5.fma(wp, s5p);
            s5q = v5.fma(wq, s5q);
            FloatVector v6 = FloatVector.broadcast(S, a[ak + r6]);
            s6p = v6.fma(wp, s6p);
            s6q = v6.fma(wq, s6q);
            FloatVector v7 = FloatVector.broadcast(S, a[ak + r7]);
            s7p = v7.fma(wp, s7p);
            s7q = v7.fma(wq, s7q);
            FloatVector v8 = FloatVector.broadcast(S, a[ak + r8]);
            s8p = v8.fma(wp, s8p);
            s8q = v8.fma(wq, s8q);
            FloatVector v9 = FloatVector.broadcast(S, a[ak + r9]);
            s9p = v9.fma(wp, s9p);
            s9q = v9.fma(wq, s9q);
            FloatVector v10 = FloatVector.broadcast(S, a[ak + r10]);
            s10p = v10.fma(wp, s10p);
            s10q = v10.fma(wq, s10q);
            FloatVector v11 = FloatVector.broadcast(S, a[ak + r11]);
            s11p = v11.fma(wp, s11p);
            s11q = v11.fma(wq, s11q);
            ak += ks;
            bk += 2 * L;
        }
        FloatVector.fromArray(S, old, old0).add(s0p).intoArray(c, c0);
        FloatVector.fromArray(S, old, old0 + L).add(s0q).intoArray(c, c0 + L);
        FloatVector.fromArray(S, old, old0 + ldOld).add(s1p).intoArray(c, c0 + ldc);
        FloatVector.fromArray(S, old, old0 + ldOld + L).add(s1q).intoArray(c, c0 + ldc + L);
        FloatVector.fromArray(S, old, old0 + 2 * ldOld).add(s2p).intoArray(c, c0 + 2 * ldc);
        FloatVector.fromArray(S, old, old0 + 2 * ldOld + L).add(s2q).intoArray(c, c0 + 2 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 3 * ldOld).add(s3p).intoArray(c, c0 + 3 * ldc);
        FloatVector.fromArray(S, old, old0 + 3 * ldOld + L).add(s3q).intoArray(c, c0 + 3 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 4 * ldOld).add(s4p).intoArray(c, c0 + 4 * ldc);
        FloatVector.fromArray(S, old, old0 + 4 * ldOld + L).add(s4q).intoArray(c, c0 + 4 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 5 * ldOld).add(s5p).intoArray(c, c0 + 5 * ldc);
        FloatVector.fromArray(S, old, old0 + 5 * ldOld + L).add(s5q).intoArray(c, c0 + 5 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 6 * ldOld).add(s6p).intoArray(c, c0 + 6 * ldc);
        FloatVector.fromArray(S, old, old0 + 6 * ldOld + L).add(s6q).intoArray(c, c0 + 6 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 7 * ldOld).add(s7p).intoArray(c, c0 + 7 * ldc);
        FloatVector.fromArray(S, old, old0 + 7 * ldOld + L).add(s7q).intoArray(c, c0 + 7 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 8 * ldOld).add(s8p).intoArray(c, c0 + 8 * ldc);
        FloatVector.fromArray(S, old, old0 + 8 * ldOld + L).add(s8q).intoArray(c, c0 + 8 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 9 * ldOld).add(s9p).intoArray(c, c0 + 9 * ldc);
        FloatVector.fromArray(S, old, old0 + 9 * ldOld + L).add(s9q).intoArray(c, c0 + 9 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 10 * ldOld).add(s10p).intoArray(c, c0 + 10 * ldc);
        FloatVector.fromArray(S, old, old0 + 10 * ldOld + L).add(s10q).intoArray(c, c0 + 10 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 11 * ldOld).add(s11p).intoArray(c, c0 + 11 * ldc);
        FloatVector.fromArray(S, old, old0 + 11 * ldOld + L).add(s11q).intoArray(c, c0 + 11 * ldc + L);
    }

    /** {@link #SHORT} rows of two vectors. */
    private static void shortWide(float[] a, int a0, int rs, int ks, float[] b, int b0, int kc, float[] old, int old0,
            int ldOld, float[] c, int c0, int ldc) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector s0p = zero;
        FloatVector s0q = zero;
        FloatVector s1p = zero;
        FloatVector s1q = zero;
        FloatVector s2p = zero;
        FloatVector s2q = zero;
        FloatVector s3p = zero;
        FloatVector s3q = zero;
        FloatVector s4p = zero;
        FloatVector s4q = zero;
        FloatVector s5p = zero;
        FloatVector s5q = zero;
        FloatVector s6p = zero;
        FloatVector s6q = zero;
        FloatVector s7p = zero;
        FloatVector s7q = zero;
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
            FloatVector wp = FloatVector.fromArray(S, b, bk);
            FloatVector wq = FloatVector.fromArray(S, b, bk + L);
            FloatVector v0 = FloatVector.broadcast(S, a[ak]);
            s0p = v0.fma(wp, s0p);
            s0q = v0.fma(wq, s0q);
            FloatVector v1 = FloatVector.broadcast(S, a[ak + rs]);
            s1p = v1.fma(wp, s1p);
            s1q = v1.fma(wq, s1q);
            FloatVector v2 = FloatVector.broadcast(S, a[ak + r2]);
            s2p = v2.fma(wp, s2p);
            s2q = v2.fma(wq, s2q);
            FloatVector v3 = FloatVector.broadcast(S, a[ak + r3]);
            s3p = v3.fma(wp, s3p);
            s3q = v3.fma(wq, s3q);
            FloatVector v4 = FloatVector.broadcast(S, a[ak + r4]);
            s4p = v4.fma(wp, s4p);
            s4q = v4.fma(wq, s4q);
            FloatVector v5 = FloatVector.broadcast(S, a[ak + r5]);
            s5p = v5.fma(wp, s5p);
            s5q = v5.fma(wq, s5q);
            FloatVector v6 = FloatVector.broadcast(S, a[ak + r6]);
            s6p = v6.fma(wp, s6p);
            s6q = v6.fma(wq, s6q);
            FloatVector v7 = FloatVector.broadcast(S, a[ak + r7]);
            s7p = v7.fma(wp, s7p);
            s7q = v7.fma(wq, s7q);
            ak += ks;
            bk += 2 * L;
        }
        FloatVector.fromArray(S, old, old0).add(s0p).intoArray(c, c0);
        FloatVector.fromArray(S, old, old0 + L).add(s0q).intoArray(c, c0 + L);
        FloatVector.fromArray(S, old, old0 + ldOld).add(s1p).intoArray(c, c0 + ldc);
        FloatVector.fromArray(S, old, old0 + ldOld + L).add(s1q).intoArray(c, c0 + ldc + L);
        FloatVector.fromArray(S, old, old0 + 2 * ldOld).add(s2p).intoArray(c, c0 + 2 * ldc);
        FloatVector.fromArray(S, old, old0 + 2 * ldOld + L).add(s2q).intoArray(c, c0 + 2 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 3 * ldOld).add(s3p).intoArray(c, c0 + 3 * ldc);
        FloatVector.fromArray(S, old, old0 + 3 * ldOld + L).add(s3q).intoArray(c, c0 + 3 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 4 * ldOld).add(s4p).intoArray(c, c0 + 4 * ldc);
        FloatVector.fromArray(S, old, old0 + 4 * ldOld + L).add(s4q).intoArray(c, c0 + 4 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 5 * ldOld).add(s5p).intoArray(c, c0 + 5 * ldc);
        FloatVector.fromArray(S, old, old0 + 5 * ldOld + L).add(s5q).intoArray(c, c0 + 5 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 6 * ldOld).add(s6p).intoArray(c, c0 + 6 * ldc);
        FloatVector.fromArray(S, old, old0 + 6 * ldOld + L).add(s6q).intoArray(c, c0 + 6 * ldc + L);
        FloatVector.fromArray(S, old, old0 + 7 * ldOld).add(s7p).intoArray(c, c0 + 7 * ldc);
        FloatVector.fromArray(S, old, old0 + 7 * ldOld + L).add(s7q).intoArray(c, c0 + 7 * ldc + L);
    }

    /** {@link #TALL} rows of one vector. */
    private static void tallNarrow(float[] a, int a0, int rs, int ks, float[] b, int b0, int kc, float[] old, int old0,
            int ldOld, float[] c, int c0, int ldc) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector s0 = zero;
        FloatVector s1 = zero;
        FloatVector s2 = zero;
        FloatVector s3 = zero;
        FloatVector s4 = zero;
        FloatVector s5 = zero;
        FloatVector s6 = zero;
        FloatVector s7 = zero;
        FloatVector s8 = zero;
        FloatVector s9 = zero;
        FloatVector s10 = zero;
        FloatVector s11 = zero;
        int r2 = 2 * rs;
        int r3 = 3 * rs;
        int r4 = 4 * rs;
        int r5 = 5 * rs;
        int r6 = 6 * rs;
        int r7 = 7 * rs;
        int r8 = 8 * rs;
        int r9 = 9 * rs;
        int r10 = 10 * rs;
        int r11 = 11 * rs;
        int ak = a0;
        int bk = b0;
        int end = a0 + kc * ks;
        while (ak != end) {
            FloatVector w = FloatVector.fromArray(S, b, bk);
            FloatVector v0 = FloatVector.broadcast(S, a[ak]);
            s0 = v0.fma(w, s0);
            FloatVector v1 = FloatVector.broadcast(S, a[ak + rs]);
            s1 = v1.fma(w, s1);
            FloatVector v2 = FloatVector.broadcast(S, a[ak + r2]);
            s2 = v2.fma(w, s2);
            FloatVector v3 = FloatVector.broadcast(S, a[ak + r3]);
            s3 = v3.fma(w, s3);
            FloatVector v4 = FloatVector.broadcast(S, a[ak + r4]);
            s4 = v4.fma(w, s4);
            FloatVector v5 = FloatVector.broadcast(S, a[ak + r5]);
            s5 = v5.fma(w, s5);
            FloatVector v6 = FloatVector.broadcast(S, a[ak + r6]);
            s6 = v6.fma(w, s6);
            FloatVector v7 = FloatVector.broadcast(S, a[ak + r7]);
            s7 = v7.fma(w, s7);
            FloatVector v8 = FloatVector.broadcast(S, a[ak + r8]);
            s8 = v8.fma(w, s8);
            FloatVector v9 = FloatVector.broadcast(S, a[ak + r9]);
            s9 = v9.fma(w, s9);
            FloatVector v10 = FloatVector.broadcast(S, a[ak + r10]);
            s10 = v10.fma(w, s10);
            FloatVector v11 = FloatVector.broadcast(S, a[ak + r11]);
            s11 = v11.fma(w, s11);
            ak += ks;
            bk += L;
        }
        FloatVector.fromArray(S, old, old0).add(s0).intoArray(c, c0);
        FloatVector.fromArray(S, old, old0 + ldOld).add(s1).intoArray(c, c0 + ldc);
        FloatVector.fromArray(S, old, old0 + 2 * ldOld).add(s2).intoArray(c, c0 + 2 * ldc);
        FloatVector.fromArray(S, old, old0 + 3 * ldOld).add(s3).intoArray(c, c0 + 3 * ldc);
        FloatVector.fromArray(S, old, old0 + 4 * ldOld).add(s4).intoArray(c, c0 + 4 * ldc);
        FloatVector.fromArray(S, old, old0 + 5 * ldOld).add(s5).intoArray(c, c0 + 5 * ldc);
        FloatVector.fromArray(S, old, old0 + 6 * ldOld).add(s6).intoArray(c, c0 + 6 * ldc);
        FloatVector.fromArray(S, old, old0 + 7 * ldOld).add(s7).intoArray(c, c0 + 7 * ldc);
        FloatVector.fromArray(S, old, old0 + 8 * ldOld).add(s8).intoArray(c, c0 + 8 * ldc);
        FloatVector.fromArray(S, old, old0 + 9 * ldOld).add(s9).intoArray(c, c0 + 9 * ldc);
        FloatVector.fromArray(S, old, old0 + 10 * ldOld).add(s10).intoArray(c, c0 + 10 * ldc);
        FloatVector.fromArray(S, old, old0 + 11 * ldOld).add(s11).intoArray(c, c0 + 11 * ldc);
    }

    /** {@link #SHORT} rows of one vector. */
    private static void shortNarrow(float[] a, int a0, int rs, int ks, float[] b, int b0, int kc, float[] old, int old0,
            int ldOld, float[] c, int c0, int ldc) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector s0 = zero;
        FloatVector s1 = zero;
        FloatVector s2 = zero;
        FloatVector s3 = zero;
        FloatVector s4 = zero;
        FloatVector s5 = zero;
        FloatVector s6 = zero;
        FloatVector s7 = zero;
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
            FloatVector w = FloatVector.fromArray(S, b, bk);
            FloatVector v0 = FloatVector.broadcast(S, a[ak]);
            s0 = v0.fma(w, s0);
            FloatVector v1 = FloatVector.broadcast(S, a[ak + rs]);
            s1 = v1.fma(w, s1);
            FloatVector v2 = FloatVector.broadcast(S, a[ak + r2]);
            s2 = v2.fma(w, s2);
            FloatVector v3 = FloatVector.broadcast(S, a[ak + r3]);
            s3 = v3.fma(w, s3);
            FloatVector v4 = FloatVector.broadcast(S, a[ak + r4]);
            s4 = v4.fma(w, s4);
            FloatVector v5 = FloatVector.broadcast(S, a[ak + r5]);
            s5 = v5.fma(w, s5);
            FloatVector v6 = FloatVector.broadcast(S, a[ak + r6]);
            s6 = v6.fma(w, s6);
            FloatVector v7 = FloatVector.broadcast(S, a[ak + r7]);
            s7 = v7.fma(w, s7);
            ak += ks;
            bk += L;
        }
        FloatVector.fromArray(S, old, old0).add(s0).intoArray(c, c0);
        FloatVector.fromArray(S, old, old0 + ldOld).add(s1).intoArray(c, c0 + ldc);
        FloatVector.fromArray(S, old, old0 + 2 * ldOld).add(s2).intoArray(c, c0 + 2 * ldc);
        FloatVector.fromArray(S, old, old0 + 3 * ldOld).add(s3).intoArray(c, c0 + 3 * ldc);
        FloatVector.fromArray(S, old, old0 + 4 * ldOld).add(s4).intoArray(c, c0 + 4 * ldc);
        FloatVector.fromArray(S, old, old0 + 5 * ldOld).add(s5).intoArray(c, c0 + 5 * ldc);
        FloatVector.fromArray(S, old, old0 + 6 * ldOld).add(s6).intoArray(c, c0 + 6 * ldc);
        FloatVector.fromArray(S, old, old0 + 7 * ldOld).add(s7).intoArray(c, c0 + 7 * ldc);
    }
}
