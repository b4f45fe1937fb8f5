package dev.goshawk.cpu.kernel.gemm;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tiles of {@link GemmFloatKernel} for sixteen vector registers. */
final class GemmFloatSmallTiles {
    private static final VectorSpecies<Float> S = VectorSupport.F32;
    private static final int L = VectorSupport.F32_LANES;

    private GemmFloatSmallTiles() {
    }

    /** Six rows of two vectors, each number read when it is needed: the fences, no instruction on x86, keep the compiler from reading ahead. */
    static void tallWide(float[] a, int a0, int rs, int ks, float[] b, int b0, int kc, float[] old, int old0, int ldOld,
            float[] c, int c0, int ldc) {
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
        int r2 = 2 * rs;
        int r3 = 3 * rs;
        int r4 = 4 * rs;
        int r5 = 5 * rs;
        int ak = a0;
        int bk = b0;
        int end = a0 + kc * ks;
        while (ak != end) {
            FloatVector wp = FloatVector.fromArray(S, b, bk);
            FloatVector wq = FloatVector.fromArray(S, b, bk + L);
            FloatVector v0 = FloatVector.broadcast(S, a[ak]);
            s0p = v0.fma(wp, s0p);
            s0q = v0.fma(wq, s0q);
            VarHandle.loadLoadFence();
            FloatVector v1 = FloatVector.broadcast(S, a[ak + rs]);
            s1p = v1.fma(wp, s1p);
            s1q = v1.fma(wq, s1q);
            VarHandle.loadLoadFence();
            FloatVector v2 = FloatVector.broadcast(S, a[ak + r2]);
            s2p = v2.fma(wp, s2p);
            s2q = v2.fma(wq, s2q);
            VarHandle.loadLoadFence();
            FloatVector v3 = FloatVector.broadcast(S, a[ak + r3]);
            s3p = v3.fma(wp, s3p);
            s3q = v3.fma(wq, s3q);
            VarHandle.loadLoadFence();
            FloatVector v4 = FloatVector.broadcast(S, a[ak + r4]);
            s4p = v4.fma(wp, s4p);
            s4q = v4.fma(wq, s4q);
            VarHandle.loadLoadFence();
            FloatVector v5 = FloatVector.broadcast(S, a[ak + r5]);
            s5p = v5.fma(wp, s5p);
            s5q = v5.fma(wq, s5q);
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
    }

    /** Four rows of two vectors. */
    static void shortWide(float[] a, int a0, int rs, int ks, float[] b, int b0, int kc, float[] old, int old0,
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
        int r2 = 2 * rs;
        int r3 = 3 * rs;
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
    }

    /** Six rows of one vector. */
    static void tallNarrow(float[] a, int a0, int rs, int ks, float[] b, int b0, int kc, float[] old, int old0,
            int ldOld, float[] c, int c0, int ldc) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector s0 = zero;
        FloatVector s1 = zero;
        FloatVector s2 = zero;
        FloatVector s3 = zero;
        FloatVector s4 = zero;
        FloatVector s5 = zero;
        int r2 = 2 * rs;
        int r3 = 3 * rs;
        int r4 = 4 * rs;
        int r5 = 5 * rs;
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
            ak += ks;
            bk += L;
        }
        FloatVector.fromArray(S, old, old0).add(s0).intoArray(c, c0);
        FloatVector.fromArray(S, old, old0 + ldOld).add(s1).intoArray(c, c0 + ldc);
        FloatVector.fromArray(S, old, old0 + 2 * ldOld).add(s2).intoArray(c, c0 + 2 * ldc);
        FloatVector.fromArray(S, old, old0 + 3 * ldOld).add(s3).intoArray(c, c0 + 3 * ldc);
        FloatVector.fromArray(S, old, old0 + 4 * ldOld).add(s4).intoArray(c, c0 + 4 * ldc);
        FloatVector.fromArray(S, old, old0 + 5 * ldOld).add(s5).intoArray(c, c0 + 5 * ldc);
    }

    /** Four rows of one vector. */
    static void shortNarrow(float[] a, int a0, int rs, int ks, float[] b, int b0, int kc, float[] old, int old0,
            int ldOld, float[] c, int c0, int ldc) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector s0 = zero;
        FloatVector s1 = zero;
        FloatVector s2 = zero;
        FloatVector s3 = zero;
        int r2 = 2 * rs;
        int r3 = 3 * rs;
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
            ak += ks;
            bk += L;
        }
        FloatVector.fromArray(S, old, old0).add(s0).intoArray(c, c0);
        FloatVector.fromArray(S, old, old0 + ldOld).add(s1).intoArray(c, c0 + ldc);
        FloatVector.fromArray(S, old, old0 + 2 * ldOld).add(s2).intoArray(c, c0 + 2 * ldc);
        FloatVector.fromArray(S, old, old0 + 3 * ldOld).add(s3).intoArray(c, c0 + 3 * ldc);
    }
}
