package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32_CLASS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Sums of products in 32 bits for a few neighboring pixels; a lane is an output channel.
 */
final class IntTiles {
    /** Numbers of a vector. */
    static final int LANES = I32.length();

    private IntTiles() {
    }

    /** 8 pixels. */
    static void eight(float[] image, int at0, int pixel, int[] filter, int taps, int steps, int[] sums) {
        IntVector s00 = IntVector.fromArray(I32, sums, 0);
        IntVector s10 = IntVector.fromArray(I32, sums, LANES);
        IntVector s20 = IntVector.fromArray(I32, sums, 2 * LANES);
        IntVector s30 = IntVector.fromArray(I32, sums, 3 * LANES);
        IntVector s40 = IntVector.fromArray(I32, sums, 4 * LANES);
        IntVector s50 = IntVector.fromArray(I32, sums, 5 * LANES);
        IntVector s60 = IntVector.fromArray(I32, sums, 6 * LANES);
        IntVector s70 = IntVector.fromArray(I32, sums, 7 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        int at4 = at0 + 4 * pixel;
        int at5 = at0 + 5 * pixel;
        int at6 = at0 + 6 * pixel;
        int at7 = at0 + 7 * pixel;
        for (int k = 0; k < steps; k++) {
            IntVector w0 = IntVector.fromArray(I32, filter, taps + LANES * k);
            IntVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsInts();
            s00 = x0.mul(w0).add(s00);
            IntVector x1 = FloatVector.broadcast(F32, image[at1 + k]).reinterpretAsInts();
            s10 = x1.mul(w0).add(s10);
            IntVector x2 = FloatVector.broadcast(F32, image[at2 + k]).reinterpretAsInts();
            s20 = x2.mul(w0).add(s20);
            IntVector x3 = FloatVector.broadcast(F32, image[at3 + k]).reinterpretAsInts();
            s30 = x3.mul(w0).add(s30);
            IntVector x4 = FloatVector.broadcast(F32, image[at4 + k]).reinterpretAsInts();
            s40 = x4.mul(w0).add(s40);
            IntVector x5 = FloatVector.broadcast(F32, image[at5 + k]).reinterpretAsInts();
            s50 = x5.mul(w0).add(s50);
            IntVector x6 = FloatVector.broadcast(F32, image[at6 + k]).reinterpretAsInts();
            s60 = x6.mul(w0).add(s60);
            IntVector x7 = FloatVector.broadcast(F32, image[at7 + k]).reinterpretAsInts();
            s70 = x7.mul(w0).add(s70);
        }
        I32_CLASS.cast(s00).intoArray(sums, 0);
        I32_CLASS.cast(s10).intoArray(sums, LANES);
        I32_CLASS.cast(s20).intoArray(sums, 2 * LANES);
        I32_CLASS.cast(s30).intoArray(sums, 3 * LANES);
        I32_CLASS.cast(s40).intoArray(sums, 4 * LANES);
        I32_CLASS.cast(s50).intoArray(sums, 5 * LANES);
        I32_CLASS.cast(s60).intoArray(sums, 6 * LANES);
        I32_CLASS.cast(s70).intoArray(sums, 7 * LANES);
    }

    /** A pixel. */
    static void one(float[] image, int at0, int pixel, int[] filter, int taps, int steps, int[] sums) {
        IntVector s00 = IntVector.fromArray(I32, sums, 0);
        for (int k = 0; k < steps; k++) {
            IntVector w0 = IntVector.fromArray(I32, filter, taps + LANES * k);
            IntVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsInts();
            s00 = x0.mul(w0).add(s00);
        }
        I32_CLASS.cast(s00).intoArray(sums, 0);
    }
}
