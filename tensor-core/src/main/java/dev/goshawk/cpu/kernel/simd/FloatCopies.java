package dev.goshawk.cpu.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies and sums of short float32 runs, for which a call of System.arraycopy costs more than the run. */
public final class FloatCopies {
    private static final VectorSpecies<Float> S = VectorSupport.F32;
    private static final int L = VectorSupport.F32_LANES;

    private FloatCopies() {
    }

    /** Copies n elements. */
    public static void copy(float[] from, int f, float[] to, int t, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, from, f + i).intoArray(to, t + i);
        }
        for (; i < n; i++) {
            to[t + i] = from[f + i];
        }
    }

    /**
     * As {@link #copy}, in whole vectors wherever both arrays reach far enough: up to L - 1 elements past the end of
     * the copy may change.
     */
    public static void copyOver(float[] from, int f, float[] to, int t, int n) {
        int limit = Math.min(n, Math.min(from.length - f, to.length - t) - L + 1);
        int i = 0;
        for (; i < limit; i += L) {
            FloatVector.fromArray(S, from, f + i).intoArray(to, t + i);
        }
        for (; i < n; i++) {
            to[t + i] = from[f + i];
        }
    }

    /** Writes n zeros, in whole vectors as {@link #copyOver}. */
    public static void zeroOver(float[] to, int t, int n) {
        int limit = Math.min(n, to.length - t - L + 1);
        FloatVector zero = FloatVector.zero(S);
        int i = 0;
        for (; i < limit; i += L) {
            zero.intoArray(to, t + i);
        }
        for (; i < n; i++) {
            to[t + i] = 0;
        }
    }

    /** {@code to += from} over n elements. */
    public static void addInto(float[] from, int f, float[] to, int t, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(S, to, t + i).add(FloatVector.fromArray(S, from, f + i)).intoArray(to, t + i);
        }
        for (; i < n; i++) {
            to[t + i] += from[f + i];
        }
    }
}
