package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;

/**
 * The tiles of {@link FloatTiles} with two vectors, for 16 registers: pixels are a constant number of elements apart, and fences, which are no
 * instructions on x86, keep loads where they are.
 */
final class FewRegisterTiles {
    private static final int L = FloatTiles.LANES;
    /** Elements from pixel to pixel. */
    private static final int D = FloatTiles.SIXTEEN;

    private FewRegisterTiles() {
    }

    /** 6 pixels from {@code pixel} on; taps are in runs, see {@link FloatBand#runs}. */
    static void six(float[] image, int pixel, int[] runs, float[] filter, int first, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s01 = FloatVector.fromArray(F32, sums, L);
        FloatVector s10 = FloatVector.fromArray(F32, sums, 2 * L);
        FloatVector s11 = FloatVector.fromArray(F32, sums, 3 * L);
        FloatVector s20 = FloatVector.fromArray(F32, sums, 4 * L);
        FloatVector s21 = FloatVector.fromArray(F32, sums, 5 * L);
        FloatVector s30 = FloatVector.fromArray(F32, sums, 6 * L);
        FloatVector s31 = FloatVector.fromArray(F32, sums, 7 * L);
        FloatVector s40 = FloatVector.fromArray(F32, sums, 8 * L);
        FloatVector s41 = FloatVector.fromArray(F32, sums, 9 * L);
        FloatVector s50 = FloatVector.fromArray(F32, sums, 10 * L);
        FloatVector s51 = FloatVector.fromArray(F32, sums, 11 * L);
        int tap = first;
        for (int r = 0; r < runs.length; r += 2) {
            int end = pixel + runs[r] + runs[r + 1];
            for (int i = pixel + runs[r]; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(F32, filter, tap);
                FloatVector w1 = FloatVector.fromArray(F32, filter, tap + L);
                tap += 2 * L;
                FloatVector x = FloatVector.broadcast(F32, image[i]);
                s00 = x.fma(w0, s00);
                s01 = x.fma(w1, s01);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + D]);
                s10 = x.fma(w0, s10);
                s11 = x.fma(w1, s11);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + 2 * D]);
                s20 = x.fma(w0, s20);
                s21 = x.fma(w1, s21);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + 3 * D]);
                s30 = x.fma(w0, s30);
                s31 = x.fma(w1, s31);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + 4 * D]);
                s40 = x.fma(w0, s40);
                s41 = x.fma(w1, s41);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + 5 * D]);
                s50 = x.fma(w0, s50);
                s51 = x.fma(w1, s51);
            }
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s01).intoArray(sums, L);
        F32_CLASS.cast(s10).intoArray(sums, 2 * L);
        F32_CLASS.cast(s11).intoArray(sums, 3 * L);
        F32_CLASS.cast(s20).intoArray(sums, 4 * L);
        F32_CLASS.cast(s21).intoArray(sums, 5 * L);
        F32_CLASS.cast(s30).intoArray(sums, 6 * L);
        F32_CLASS.cast(s31).intoArray(sums, 7 * L);
        F32_CLASS.cast(s40).intoArray(sums, 8 * L);
        F32_CLASS.cast(s41).intoArray(sums, 9 * L);
        F32_CLASS.cast(s50).intoArray(sums, 10 * L);
        F32_CLASS.cast(s51).intoArray(sums, 11 * L);
    }

    /** 4 pixels. */
    static void four(float[] image, int pixel, int[] runs, float[] filter, int first, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s01 = FloatVector.fromArray(F32, sums, L);
        FloatVector s10 = FloatVector.fromArray(F32, sums, 2 * L);
        FloatVector s11 = FloatVector.fromArray(F32, sums, 3 * L);
        FloatVector s20 = FloatVector.fromArray(F32, sums, 4 * L);
        FloatVector s21 = FloatVector.fromArray(F32, sums, 5 * L);
        FloatVector s30 = FloatVector.fromArray(F32, sums, 6 * L);
        FloatVector s31 = FloatVector.fromArray(F32, sums, 7 * L);
        int tap = first;
        for (int r = 0; r < runs.length; r += 2) {
            int end = pixel + runs[r] + runs[r + 1];
            for (int i = pixel + runs[r]; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(F32, filter, tap);
                FloatVector w1 = FloatVector.fromArray(F32, filter, tap + L);
                tap += 2 * L;
                FloatVector x = FloatVector.broadcast(F32, image[i]);
                s00 = x.fma(w0, s00);
                s01 = x.fma(w1, s01);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + D]);
                s10 = x.fma(w0, s10);
                s11 = x.fma(w1, s11);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + 2 * D]);
                s20 = x.fma(w0, s20);
                s21 = x.fma(w1, s21);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + 3 * D]);
                s30 = x.fma(w0, s30);
                s31 = x.fma(w1, s31);
            }
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s01).intoArray(sums, L);
        F32_CLASS.cast(s10).intoArray(sums, 2 * L);
        F32_CLASS.cast(s11).intoArray(sums, 3 * L);
        F32_CLASS.cast(s20).intoArray(sums, 4 * L);
        F32_CLASS.cast(s21).intoArray(sums, 5 * L);
        F32_CLASS.cast(s30).intoArray(sums, 6 * L);
        F32_CLASS.cast(s31).intoArray(sums, 7 * L);
    }

    /** 3 pixels. */
    static void three(float[] image, int pixel, int[] runs, float[] filter, int first, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s01 = FloatVector.fromArray(F32, sums, L);
        FloatVector s10 = FloatVector.fromArray(F32, sums, 2 * L);
        FloatVector s11 = FloatVector.fromArray(F32, sums, 3 * L);
        FloatVector s20 = FloatVector.fromArray(F32, sums, 4 * L);
        FloatVector s21 = FloatVector.fromArray(F32, sums, 5 * L);
        int tap = first;
        for (int r = 0; r < runs.length; r += 2) {
            int end = pixel + runs[r] + runs[r + 1];
            for (int i = pixel + runs[r]; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(F32, filter, tap);
                FloatVector w1 = FloatVector.fromArray(F32, filter, tap + L);
                tap += 2 * L;
                FloatVector x = FloatVector.broadcast(F32, image[i]);
                s00 = x.fma(w0, s00);
                s01 = x.fma(w1, s01);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + D]);
                s10 = x.fma(w0, s10);
                s11 = x.fma(w1, s11);
                VarHandle.loadLoadFence();
                x = FloatVector.broadcast(F32, image[i + 2 * D]);
                s20 = x.fma(w0, s20);
                s21 = x.fma(w1, s21);
            }
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s01).intoArray(sums, L);
        F32_CLASS.cast(s10).intoArray(sums, 2 * L);
        F32_CLASS.cast(s11).intoArray(sums, 3 * L);
        F32_CLASS.cast(s20).intoArray(sums, 4 * L);
        F32_CLASS.cast(s21).intoArray(sums, 5 * L);
    }

    /** A pixel. */
    static void one(float[] image, int pixel, int[] runs, float[] filter, int first, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s01 = FloatVector.fromArray(F32, sums, L);
        int tap = first;
        for (int r = 0; r < runs.length; r += 2) {
            int end = pixel + runs[r] + runs[r + 1];
            for (int i = pixel + runs[r]; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(F32, filter, tap);
                FloatVector w1 = FloatVector.fromArray(F32, filter, tap + L);
                tap += 2 * L;
                FloatVector x = FloatVector.broadcast(F32, image[i]);
                s00 = x.fma(w0, s00);
                s01 = x.fma(w1, s01);
            }
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s01).intoArray(sums, L);
    }
}
