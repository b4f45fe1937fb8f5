package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

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
            s00 = s00.add(x0.mul(w0));
            IntVector x1 = FloatVector.broadcast(F32, image[at1 + k]).reinterpretAsInts();
            s10 = s10.add(x1.mul(w0));
            IntVector x2 = FloatVector.broadcast(F32, image[at2 + k]).reinterpretAsInts();
            s20 = s20.add(x2.mul(w0));
            IntVector x3 = FloatVector.broadcast(F32, image[at3 + k]).reinterpretAsInts();
            s30 = s30.add(x3.mul(w0));
            IntVector x4 = FloatVector.broadcast(F32, image[at4 + k]).reinterpretAsInts();
            s40 = s40.add(x4.mul(w0));
            IntVector x5 = FloatVector.broadcast(F32, image[at5 + k]).reinterpretAsInts();
            s50 = s50.add(x5.mul(w0));
            IntVector x6 = FloatVector.broadcast(F32, image[at6 + k]).reinterpretAsInts();
            s60 = s60.add(x6.mul(w0));
            IntVector x7 = FloatVector.broadcast(F32, image[at7 + k]).reinterpretAsInts();
            s70 = s70.add(x7.mul(w0));
        }
        s00.intoArray(sums, 0);
        s10.intoArray(sums, LANES);
        s20.intoArray(sums, 2 * LANES);
        s30.intoArray(sums, 3 * LANES);
        s40.intoArray(sums, 4 * LANES);
        s50.intoArray(sums, 5 * LANES);
        s60.intoArray(sums, 6 * LANES);
        s70.intoArray(sums, 7 * LANES);
    }

    /** A pixel. */
    static void one(float[] image, int at0, int pixel, int[] filter, int taps, int steps, int[] sums) {
        IntVector s00 = IntVector.fromArray(I32, sums, 0);
        for (int k = 0; k < steps; k++) {
            IntVector w0 = IntVector.fromArray(I32, filter, taps + LANES * k);
            IntVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsInts();
            s00 = s00.add(x0.mul(w0));
        }
        s00.intoArray(sums, 0);
    }
}
