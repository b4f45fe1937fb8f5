package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of products in 16 bits for a few neighbouring pixels. Each 32 bits of a vector hold two of them: an output channel of one image row, and of another
 * row. A number of the image is a pair as well, so that repeating it in all lanes costs a load. No sum may leave 16 bits.
 */
final class ShortTiles {
    static final VectorSpecies<Short> S16 = VectorSpecies.of(short.class,
            VectorShape.forBitSize(I32.vectorBitSize()));
    /** 16-bit numbers of a vector. */
    static final int LANES = S16.length();
    /** Numbers from pixel to pixel of 16 channels in three kernel rows. */
    static final int SIXTEEN = 48;

    private ShortTiles() {
    }

    /** 16 pixels, 1 vector, {@value #SIXTEEN} numbers from pixel to pixel: one check of bounds serves all. */
    static void sixteen(float[] image, int at0, short[] filter, int taps, int steps, short[] sums) {
        ShortVector s00 = ShortVector.fromArray(S16, sums, 0);
        ShortVector s10 = ShortVector.fromArray(S16, sums, LANES);
        ShortVector s20 = ShortVector.fromArray(S16, sums, 2 * LANES);
        ShortVector s30 = ShortVector.fromArray(S16, sums, 3 * LANES);
        ShortVector s40 = ShortVector.fromArray(S16, sums, 4 * LANES);
        ShortVector s50 = ShortVector.fromArray(S16, sums, 5 * LANES);
        ShortVector s60 = ShortVector.fromArray(S16, sums, 6 * LANES);
        ShortVector s70 = ShortVector.fromArray(S16, sums, 7 * LANES);
        ShortVector s80 = ShortVector.fromArray(S16, sums, 8 * LANES);
        ShortVector s90 = ShortVector.fromArray(S16, sums, 9 * LANES);
        ShortVector s100 = ShortVector.fromArray(S16, sums, 10 * LANES);
        ShortVector s110 = ShortVector.fromArray(S16, sums, 11 * LANES);
        ShortVector s120 = ShortVector.fromArray(S16, sums, 12 * LANES);
        ShortVector s130 = ShortVector.fromArray(S16, sums, 13 * LANES);
        ShortVector s140 = ShortVector.fromArray(S16, sums, 14 * LANES);
        ShortVector s150 = ShortVector.fromArray(S16, sums, 15 * LANES);
        for (int k = 0; k < steps; k++) {
            ShortVector w0 = ShortVector.fromArray(S16, filter, taps + LANES * k);
            ShortVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsShorts();
            s00 = s00.add(x0.mul(w0));
            ShortVector x1 = FloatVector.broadcast(F32, image[at0 + k + 1 * SIXTEEN]).reinterpretAsShorts();
            s10 = s10.add(x1.mul(w0));
            ShortVector x2 = FloatVector.broadcast(F32, image[at0 + k + 2 * SIXTEEN]).reinterpretAsShorts();
            s20 = s20.add(x2.mul(w0));
            ShortVector x3 = FloatVector.broadcast(F32, image[at0 + k + 3 * SIXTEEN]).reinterpretAsShorts();
            s30 = s30.add(x3.mul(w0));
            ShortVector x4 = FloatVector.broadcast(F32, image[at0 + k + 4 * SIXTEEN]).reinterpretAsShorts();
            s40 = s40.add(x4.mul(w0));
            ShortVector x5 = FloatVector.broadcast(F32, image[at0 + k + 5 * SIXTEEN]).reinterpretAsShorts();
            s50 = s50.add(x5.mul(w0));
            ShortVector x6 = FloatVector.broadcast(F32, image[at0 + k + 6 * SIXTEEN]).reinterpretAsShorts();
            s60 = s60.add(x6.mul(w0));
            ShortVector x7 = FloatVector.broadcast(F32, image[at0 + k + 7 * SIXTEEN]).reinterpretAsShorts();
            s70 = s70.add(x7.mul(w0));
            ShortVector x8 = FloatVector.broadcast(F32, image[at0 + k + 8 * SIXTEEN]).reinterpretAsShorts();
            s80 = s80.add(x8.mul(w0));
            ShortVector x9 = FloatVector.broadcast(F32, image[at0 + k + 9 * SIXTEEN]).reinterpretAsShorts();
            s90 = s90.add(x9.mul(w0));
            ShortVector x10 = FloatVector.broadcast(F32, image[at0 + k + 10 * SIXTEEN]).reinterpretAsShorts();
            s100 = s100.add(x10.mul(w0));
            ShortVector x11 = FloatVector.broadcast(F32, image[at0 + k + 11 * SIXTEEN]).reinterpretAsShorts();
            s110 = s110.add(x11.mul(w0));
            ShortVector x12 = FloatVector.broadcast(F32, image[at0 + k + 12 * SIXTEEN]).reinterpretAsShorts();
            s120 = s120.add(x12.mul(w0));
            ShortVector x13 = FloatVector.broadcast(F32, image[at0 + k + 13 * SIXTEEN]).reinterpretAsShorts();
            s130 = s130.add(x13.mul(w0));
            ShortVector x14 = FloatVector.broadcast(F32, image[at0 + k + 14 * SIXTEEN]).reinterpretAsShorts();
            s140 = s140.add(x14.mul(w0));
            ShortVector x15 = FloatVector.broadcast(F32, image[at0 + k + 15 * SIXTEEN]).reinterpretAsShorts();
            s150 = s150.add(x15.mul(w0));
        }
        s00.intoArray(sums, 0);
        s10.intoArray(sums, LANES);
        s20.intoArray(sums, 2 * LANES);
        s30.intoArray(sums, 3 * LANES);
        s40.intoArray(sums, 4 * LANES);
        s50.intoArray(sums, 5 * LANES);
        s60.intoArray(sums, 6 * LANES);
        s70.intoArray(sums, 7 * LANES);
        s80.intoArray(sums, 8 * LANES);
        s90.intoArray(sums, 9 * LANES);
        s100.intoArray(sums, 10 * LANES);
        s110.intoArray(sums, 11 * LANES);
        s120.intoArray(sums, 12 * LANES);
        s130.intoArray(sums, 13 * LANES);
        s140.intoArray(sums, 14 * LANES);
        s150.intoArray(sums, 15 * LANES);
    }

    /** 8 pixels, 2 vectors of output channels. */
    static void eightByTwo(float[] image, int at0, int pixel, short[] filter, int taps, int steps, short[] sums) {
        ShortVector s00 = ShortVector.fromArray(S16, sums, 0);
        ShortVector s01 = ShortVector.fromArray(S16, sums, LANES);
        ShortVector s10 = ShortVector.fromArray(S16, sums, 2 * LANES);
        ShortVector s11 = ShortVector.fromArray(S16, sums, 3 * LANES);
        ShortVector s20 = ShortVector.fromArray(S16, sums, 4 * LANES);
        ShortVector s21 = ShortVector.fromArray(S16, sums, 5 * LANES);
        ShortVector s30 = ShortVector.fromArray(S16, sums, 6 * LANES);
        ShortVector s31 = ShortVector.fromArray(S16, sums, 7 * LANES);
        ShortVector s40 = ShortVector.fromArray(S16, sums, 8 * LANES);
        ShortVector s41 = ShortVector.fromArray(S16, sums, 9 * LANES);
        ShortVector s50 = ShortVector.fromArray(S16, sums, 10 * LANES);
        ShortVector s51 = ShortVector.fromArray(S16, sums, 11 * LANES);
        ShortVector s60 = ShortVector.fromArray(S16, sums, 12 * LANES);
        ShortVector s61 = ShortVector.fromArray(S16, sums, 13 * LANES);
        ShortVector s70 = ShortVector.fromArray(S16, sums, 14 * LANES);
        ShortVector s71 = ShortVector.fromArray(S16, sums, 15 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        int at4 = at0 + 4 * pixel;
        int at5 = at0 + 5 * pixel;
        int at6 = at0 + 6 * pixel;
        int at7 = at0 + 7 * pixel;
        for (int k = 0; k < steps; k++) {
            ShortVector w0 = ShortVector.fromArray(S16, filter, taps + 2 * LANES * k);
            ShortVector w1 = ShortVector.fromArray(S16, filter, taps + 2 * LANES * k + LANES);
            ShortVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsShorts();
            s00 = s00.add(x0.mul(w0));
            s01 = s01.add(x0.mul(w1));
            ShortVector x1 = FloatVector.broadcast(F32, image[at1 + k]).reinterpretAsShorts();
            s10 = s10.add(x1.mul(w0));
            s11 = s11.add(x1.mul(w1));
            ShortVector x2 = FloatVector.broadcast(F32, image[at2 + k]).reinterpretAsShorts();
            s20 = s20.add(x2.mul(w0));
            s21 = s21.add(x2.mul(w1));
            ShortVector x3 = FloatVector.broadcast(F32, image[at3 + k]).reinterpretAsShorts();
            s30 = s30.add(x3.mul(w0));
            s31 = s31.add(x3.mul(w1));
            ShortVector x4 = FloatVector.broadcast(F32, image[at4 + k]).reinterpretAsShorts();
            s40 = s40.add(x4.mul(w0));
            s41 = s41.add(x4.mul(w1));
            ShortVector x5 = FloatVector.broadcast(F32, image[at5 + k]).reinterpretAsShorts();
            s50 = s50.add(x5.mul(w0));
            s51 = s51.add(x5.mul(w1));
            ShortVector x6 = FloatVector.broadcast(F32, image[at6 + k]).reinterpretAsShorts();
            s60 = s60.add(x6.mul(w0));
            s61 = s61.add(x6.mul(w1));
            ShortVector x7 = FloatVector.broadcast(F32, image[at7 + k]).reinterpretAsShorts();
            s70 = s70.add(x7.mul(w0));
            s71 = s71.add(x7.mul(w1));
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, LANES);
        s10.intoArray(sums, 2 * LANES);
        s11.intoArray(sums, 3 * LANES);
        s20.intoArray(sums, 4 * LANES);
        s21.intoArray(sums, 5 * LANES);
        s30.intoArray(sums, 6 * LANES);
        s31.intoArray(sums, 7 * LANES);
        s40.intoArray(sums, 8 * LANES);
        s41.intoArray(sums, 9 * LANES);
        s50.intoArray(sums, 10 * LANES);
        s51.intoArray(sums, 11 * LANES);
        s60.intoArray(sums, 12 * LANES);
        s61.intoArray(sums, 13 * LANES);
        s70.intoArray(sums, 14 * LANES);
        s71.intoArray(sums, 15 * LANES);
    }

    /** 7 pixels, 2 vectors. */
    static void sevenByTwo(float[] image, int at0, int pixel, short[] filter, int taps, int steps, short[] sums) {
        ShortVector s00 = ShortVector.fromArray(S16, sums, 0);
        ShortVector s01 = ShortVector.fromArray(S16, sums, LANES);
        ShortVector s10 = ShortVector.fromArray(S16, sums, 2 * LANES);
        ShortVector s11 = ShortVector.fromArray(S16, sums, 3 * LANES);
        ShortVector s20 = ShortVector.fromArray(S16, sums, 4 * LANES);
        ShortVector s21 = ShortVector.fromArray(S16, sums, 5 * LANES);
        ShortVector s30 = ShortVector.fromArray(S16, sums, 6 * LANES);
        ShortVector s31 = ShortVector.fromArray(S16, sums, 7 * LANES);
        ShortVector s40 = ShortVector.fromArray(S16, sums, 8 * LANES);
        ShortVector s41 = ShortVector.fromArray(S16, sums, 9 * LANES);
        ShortVector s50 = ShortVector.fromArray(S16, sums, 10 * LANES);
        ShortVector s51 = ShortVector.fromArray(S16, sums, 11 * LANES);
        ShortVector s60 = ShortVector.fromArray(S16, sums, 12 * LANES);
        ShortVector s61 = ShortVector.fromArray(S16, sums, 13 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        int at4 = at0 + 4 * pixel;
        int at5 = at0 + 5 * pixel;
        int at6 = at0 + 6 * pixel;
        for (int k = 0; k < steps; k++) {
            ShortVector w0 = ShortVector.fromArray(S16, filter, taps + 2 * LANES * k);
            ShortVector w1 = ShortVector.fromArray(S16, filter, taps + 2 * LANES * k + LANES);
            ShortVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsShorts();
            s00 = s00.add(x0.mul(w0));
            s01 = s01.add(x0.mul(w1));
            ShortVector x1 = FloatVector.broadcast(F32, image[at1 + k]).reinterpretAsShorts();
            s10 = s10.add(x1.mul(w0));
            s11 = s11.add(x1.mul(w1));
            ShortVector x2 = FloatVector.broadcast(F32, image[at2 + k]).reinterpretAsShorts();
            s20 = s20.add(x2.mul(w0));
            s21 = s21.add(x2.mul(w1));
            ShortVector x3 = FloatVector.broadcast(F32, image[at3 + k]).reinterpretAsShorts();
            s30 = s30.add(x3.mul(w0));
            s31 = s31.add(x3.mul(w1));
            ShortVector x4 = FloatVector.broadcast(F32, image[at4 + k]).reinterpretAsShorts();
            s40 = s40.add(x4.mul(w0));
            s41 = s41.add(x4.mul(w1));
            ShortVector x5 = FloatVector.broadcast(F32, image[at5 + k]).reinterpretAsShorts();
            s50 = s50.add(x5.mul(w0));
            s51 = s51.add(x5.mul(w1));
            ShortVector x6 = FloatVector.broadcast(F32, image[at6 + k]).reinterpretAsShorts();
            s60 = s60.add(x6.mul(w0));
            s61 = s61.add(x6.mul(w1));
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, LANES);
        s10.intoArray(sums, 2 * LANES);
        s11.intoArray(sums, 3 * LANES);
        s20.intoArray(sums, 4 * LANES);
        s21.intoArray(sums, 5 * LANES);
        s30.intoArray(sums, 6 * LANES);
        s31.intoArray(sums, 7 * LANES);
        s40.intoArray(sums, 8 * LANES);
        s41.intoArray(sums, 9 * LANES);
        s50.intoArray(sums, 10 * LANES);
        s51.intoArray(sums, 11 * LANES);
        s60.intoArray(sums, 12 * LANES);
        s61.intoArray(sums, 13 * LANES);
    }

    /** 4 pixels, 2 vectors. */
    static void fourByTwo(float[] image, int at0, int pixel, short[] filter, int taps, int steps, short[] sums) {
        ShortVector s00 = ShortVector.fromArray(S16, sums, 0);
        ShortVector s01 = ShortVector.fromArray(S16, sums, LANES);
        ShortVector s10 = ShortVector.fromArray(S16, sums, 2 * LANES);
        ShortVector s11 = ShortVector.fromArray(S16, sums, 3 * LANES);
        ShortVector s20 = ShortVector.fromArray(S16, sums, 4 * LANES);
        ShortVector s21 = ShortVector.fromArray(S16, sums, 5 * LANES);
        ShortVector s30 = ShortVector.fromArray(S16, sums, 6 * LANES);
        ShortVector s31 = ShortVector.fromArray(S16, sums, 7 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        for (int k = 0; k < steps; k++) {
            ShortVector w0 = ShortVector.fromArray(S16, filter, taps + 2 * LANES * k);
            ShortVector w1 = ShortVector.fromArray(S16, filter, taps + 2 * LANES * k + LANES);
            ShortVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsShorts();
            s00 = s00.add(x0.mul(w0));
            s01 = s01.add(x0.mul(w1));
            ShortVector x1 = FloatVector.broadcast(F32, image[at1 + k]).reinterpretAsShorts();
            s10 = s10.add(x1.mul(w0));
            s11 = s11.add(x1.mul(w1));
            ShortVector x2 = FloatVector.broadcast(F32, image[at2 + k]).reinterpretAsShorts();
            s20 = s20.add(x2.mul(w0));
            s21 = s21.add(x2.mul(w1));
            ShortVector x3 = FloatVector.broadcast(F32, image[at3 + k]).reinterpretAsShorts();
            s30 = s30.add(x3.mul(w0));
            s31 = s31.add(x3.mul(w1));
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, LANES);
        s10.intoArray(sums, 2 * LANES);
        s11.intoArray(sums, 3 * LANES);
        s20.intoArray(sums, 4 * LANES);
        s21.intoArray(sums, 5 * LANES);
        s30.intoArray(sums, 6 * LANES);
        s31.intoArray(sums, 7 * LANES);
    }

    /** A pixel, 2 vectors. */
    static void oneByTwo(float[] image, int at0, int pixel, short[] filter, int taps, int steps, short[] sums) {
        ShortVector s00 = ShortVector.fromArray(S16, sums, 0);
        ShortVector s01 = ShortVector.fromArray(S16, sums, LANES);
        for (int k = 0; k < steps; k++) {
            ShortVector w0 = ShortVector.fromArray(S16, filter, taps + 2 * LANES * k);
            ShortVector w1 = ShortVector.fromArray(S16, filter, taps + 2 * LANES * k + LANES);
            ShortVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsShorts();
            s00 = s00.add(x0.mul(w0));
            s01 = s01.add(x0.mul(w1));
        }
        s00.intoArray(sums, 0);
        s01.intoArray(sums, LANES);
    }

    /** 8 pixels, 1 vector. */
    static void eight(float[] image, int at0, int pixel, short[] filter, int taps, int steps, short[] sums) {
        ShortVector s00 = ShortVector.fromArray(S16, sums, 0);
        ShortVector s10 = ShortVector.fromArray(S16, sums, LANES);
        ShortVector s20 = ShortVector.fromArray(S16, sums, 2 * LANES);
        ShortVector s30 = ShortVector.fromArray(S16, sums, 3 * LANES);
        ShortVector s40 = ShortVector.fromArray(S16, sums, 4 * LANES);
        ShortVector s50 = ShortVector.fromArray(S16, sums, 5 * LANES);
        ShortVector s60 = ShortVector.fromArray(S16, sums, 6 * LANES);
        ShortVector s70 = ShortVector.fromArray(S16, sums, 7 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        int at4 = at0 + 4 * pixel;
        int at5 = at0 + 5 * pixel;
        int at6 = at0 + 6 * pixel;
        int at7 = at0 + 7 * pixel;
        for (int k = 0; k < steps; k++) {
            ShortVector w0 = ShortVector.fromArray(S16, filter, taps + LANES * k);
            ShortVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsShorts();
            s00 = s00.add(x0.mul(w0));
            ShortVector x1 = FloatVector.broadcast(F32, image[at1 + k]).reinterpretAsShorts();
            s10 = s10.add(x1.mul(w0));
            ShortVector x2 = FloatVector.broadcast(F32, image[at2 + k]).reinterpretAsShorts();
            s20 = s20.add(x2.mul(w0));
            ShortVector x3 = FloatVector.broadcast(F32, image[at3 + k]).reinterpretAsShorts();
            s30 = s30.add(x3.mul(w0));
            ShortVector x4 = FloatVector.broadcast(F32, image[at4 + k]).reinterpretAsShorts();
            s40 = s40.add(x4.mul(w0));
            ShortVector x5 = FloatVector.broadcast(F32, image[at5 + k]).reinterpretAsShorts();
            s50 = s50.add(x5.mul(w0));
            ShortVector x6 = FloatVector.broadcast(F32, image[at6 + k]).reinterpretAsShorts();
            s60 = s60.add(x6.mul(w0));
            ShortVector x7 = FloatVector.broadcast(F32, image[at7 + k]).reinterpretAsShorts();
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

    /** 7 pixels, 1 vector. */
    static void seven(float[] image, int at0, int pixel, short[] filter, int taps, int steps, short[] sums) {
        ShortVector s00 = ShortVector.fromArray(S16, sums, 0);
        ShortVector s10 = ShortVector.fromArray(S16, sums, LANES);
        ShortVector s20 = ShortVector.fromArray(S16, sums, 2 * LANES);
        ShortVector s30 = ShortVector.fromArray(S16, sums, 3 * LANES);
        ShortVector s40 = ShortVector.fromArray(S16, sums, 4 * LANES);
        ShortVector s50 = ShortVector.fromArray(S16, sums, 5 * LANES);
        ShortVector s60 = ShortVector.fromArray(S16, sums, 6 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        int at4 = at0 + 4 * pixel;
        int at5 = at0 + 5 * pixel;
        int at6 = at0 + 6 * pixel;
        for (int k = 0; k < steps; k++) {
            ShortVector w0 = ShortVector.fromArray(S16, filter, taps + LANES * k);
            ShortVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsShorts();
            s00 = s00.add(x0.mul(w0));
            ShortVector x1 = FloatVector.broadcast(F32, image[at1 + k]).reinterpretAsShorts();
            s10 = s10.add(x1.mul(w0));
            ShortVector x2 = FloatVector.broadcast(F32, image[at2 + k]).reinterpretAsShorts();
            s20 = s20.add(x2.mul(w0));
            ShortVector x3 = FloatVector.broadcast(F32, image[at3 + k]).reinterpretAsShorts();
            s30 = s30.add(x3.mul(w0));
            ShortVector x4 = FloatVector.broadcast(F32, image[at4 + k]).reinterpretAsShorts();
            s40 = s40.add(x4.mul(w0));
            ShortVector x5 = FloatVector.broadcast(F32, image[at5 + k]).reinterpretAsShorts();
            s50 = s50.add(x5.mul(w0));
            ShortVector x6 = FloatVector.broadcast(F32, image[at6 + k]).reinterpretAsShorts();
            s60 = s60.add(x6.mul(w0));
        }
        s00.intoArray(sums, 0);
        s10.intoArray(sums, LANES);
        s20.intoArray(sums, 2 * LANES);
        s30.intoArray(sums, 3 * LANES);
        s40.intoArray(sums, 4 * LANES);
        s50.intoArray(sums, 5 * LANES);
        s60.intoArray(sums, 6 * LANES);
    }

    /** A pixel, 1 vector. */
    static void one(float[] image, int at0, int pixel, short[] filter, int taps, int steps, short[] sums) {
        ShortVector s00 = ShortVector.fromArray(S16, sums, 0);
        for (int k = 0; k < steps; k++) {
            ShortVector w0 = ShortVector.fromArray(S16, filter, taps + LANES * k);
            ShortVector x0 = FloatVector.broadcast(F32, image[at0 + k]).reinterpretAsShorts();
            s00 = s00.add(x0.mul(w0));
        }
        s00.intoArray(sums, 0);
    }
}
