package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import jdk.incubator.vector.FloatVector;

/**
 * Sums of products for a few neighboring pixels; a lane is an output channel. All numbers are whole and all sums at most 2^24 in magnitude, so nothing
 * is rounded.
 */
final class FloatTiles {
    /** Numbers of a vector. */
    static final int LANES = F32.length();
    /** Numbers from pixel to pixel of 16 channels in three kernel rows. */
    static final int SIXTEEN = 48;

    private FloatTiles() {
    }

    /** 16 pixels, 1 vector, {@value #SIXTEEN} numbers from pixel to pixel: one check of bounds serves all. */
    static void sixteen(float[] image, int at0, float[] filter, int taps, int steps, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s10 = FloatVector.fromArray(F32, sums, LANES);
        FloatVector s20 = FloatVector.fromArray(F32, sums, 2 * LANES);
        FloatVector s30 = FloatVector.fromArray(F32, sums, 3 * LANES);
        FloatVector s40 = FloatVector.fromArray(F32, sums, 4 * LANES);
        FloatVector s50 = FloatVector.fromArray(F32, sums, 5 * LANES);
        FloatVector s60 = FloatVector.fromArray(F32, sums, 6 * LANES);
        FloatVector s70 = FloatVector.fromArray(F32, sums, 7 * LANES);
        FloatVector s80 = FloatVector.fromArray(F32, sums, 8 * LANES);
        FloatVector s90 = FloatVector.fromArray(F32, sums, 9 * LANES);
        FloatVector s100 = FloatVector.fromArray(F32, sums, 10 * LANES);
        FloatVector s110 = FloatVector.fromArray(F32, sums, 11 * LANES);
        FloatVector s120 = FloatVector.fromArray(F32, sums, 12 * LANES);
        FloatVector s130 = FloatVector.fromArray(F32, sums, 13 * LANES);
        FloatVector s140 = FloatVector.fromArray(F32, sums, 14 * LANES);
        FloatVector s150 = FloatVector.fromArray(F32, sums, 15 * LANES);
        for (int k = 0; k < steps; k++) {
            FloatVector w0 = FloatVector.fromArray(F32, filter, taps + LANES * k);
            FloatVector x0 = FloatVector.broadcast(F32, image[at0 + k]);
            s00 = x0.fma(w0, s00);
            FloatVector x1 = FloatVector.broadcast(F32, image[at0 + k + 1 * SIXTEEN]);
            s10 = x1.fma(w0, s10);
            FloatVector x2 = FloatVector.broadcast(F32, image[at0 + k + 2 * SIXTEEN]);
            s20 = x2.fma(w0, s20);
            FloatVector x3 = FloatVector.broadcast(F32, image[at0 + k + 3 * SIXTEEN]);
            s30 = x3.fma(w0, s30);
            FloatVector x4 = FloatVector.broadcast(F32, image[at0 + k + 4 * SIXTEEN]);
            s40 = x4.fma(w0, s40);
            FloatVector x5 = FloatVector.broadcast(F32, image[at0 + k + 5 * SIXTEEN]);
            s50 = x5.fma(w0, s50);
            FloatVector x6 = FloatVector.broadcast(F32, image[at0 + k + 6 * SIXTEEN]);
            s60 = x6.fma(w0, s60);
            FloatVector x7 = FloatVector.broadcast(F32, image[at0 + k + 7 * SIXTEEN]);
            s70 = x7.fma(w0, s70);
            FloatVector x8 = FloatVector.broadcast(F32, image[at0 + k + 8 * SIXTEEN]);
            s80 = x8.fma(w0, s80);
            FloatVector x9 = FloatVector.broadcast(F32, image[at0 + k + 9 * SIXTEEN]);
            s90 = x9.fma(w0, s90);
            FloatVector x10 = FloatVector.broadcast(F32, image[at0 + k + 10 * SIXTEEN]);
            s100 = x10.fma(w0, s100);
            FloatVector x11 = FloatVector.broadcast(F32, image[at0 + k + 11 * SIXTEEN]);
            s110 = x11.fma(w0, s110);
            FloatVector x12 = FloatVector.broadcast(F32, image[at0 + k + 12 * SIXTEEN]);
            s120 = x12.fma(w0, s120);
            FloatVector x13 = FloatVector.broadcast(F32, image[at0 + k + 13 * SIXTEEN]);
            s130 = x13.fma(w0, s130);
            FloatVector x14 = FloatVector.broadcast(F32, image[at0 + k + 14 * SIXTEEN]);
            s140 = x14.fma(w0, s140);
            FloatVector x15 = FloatVector.broadcast(F32, image[at0 + k + 15 * SIXTEEN]);
            s150 = x15.fma(w0, s150);
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s10).intoArray(sums, LANES);
        F32_CLASS.cast(s20).intoArray(sums, 2 * LANES);
        F32_CLASS.cast(s30).intoArray(sums, 3 * LANES);
        F32_CLASS.cast(s40).intoArray(sums, 4 * LANES);
        F32_CLASS.cast(s50).intoArray(sums, 5 * LANES);
        F32_CLASS.cast(s60).intoArray(sums, 6 * LANES);
        F32_CLASS.cast(s70).intoArray(sums, 7 * LANES);
        F32_CLASS.cast(s80).intoArray(sums, 8 * LANES);
        F32_CLASS.cast(s90).intoArray(sums, 9 * LANES);
        F32_CLASS.cast(s100).intoArray(sums, 10 * LANES);
        F32_CLASS.cast(s110).intoArray(sums, 11 * LANES);
        F32_CLASS.cast(s120).intoArray(sums, 12 * LANES);
        F32_CLASS.cast(s130).intoArray(sums, 13 * LANES);
        F32_CLASS.cast(s140).intoArray(sums, 14 * LANES);
        F32_CLASS.cast(s150).intoArray(sums, 15 * LANES);
    }

    /** 8 pixels, 2 vectors of output channels. */
    static void eightByTwo(float[] image, int at0, int pixel, float[] filter, int taps, int steps, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s01 = FloatVector.fromArray(F32, sums, LANES);
        FloatVector s10 = FloatVector.fromArray(F32, sums, 2 * LANES);
        FloatVector s11 = FloatVector.fromArray(F32, sums, 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(F32, sums, 4 * LANES);
        FloatVector s21 = FloatVector.fromArray(F32, sums, 5 * LANES);
        FloatVector s30 = FloatVector.fromArray(F32, sums, 6 * LANES);
        FloatVector s31 = FloatVector.fromArray(F32, sums, 7 * LANES);
        FloatVector s40 = FloatVector.fromArray(F32, sums, 8 * LANES);
        FloatVector s41 = FloatVector.fromArray(F32, sums, 9 * LANES);
        FloatVector s50 = FloatVector.fromArray(F32, sums, 10 * LANES);
        FloatVector s51 = FloatVector.fromArray(F32, sums, 11 * LANES);
        FloatVector s60 = FloatVector.fromArray(F32, sums, 12 * LANES);
        FloatVector s61 = FloatVector.fromArray(F32, sums, 13 * LANES);
        FloatVector s70 = FloatVector.fromArray(F32, sums, 14 * LANES);
        FloatVector s71 = FloatVector.fromArray(F32, sums, 15 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        int at4 = at0 + 4 * pixel;
        int at5 = at0 + 5 * pixel;
        int at6 = at0 + 6 * pixel;
        int at7 = at0 + 7 * pixel;
        for (int k = 0; k < steps; k++) {
            FloatVector w0 = FloatVector.fromArray(F32, filter, taps + 2 * LANES * k);
            FloatVector w1 = FloatVector.fromArray(F32, filter, taps + 2 * LANES * k + LANES);
            FloatVector x0 = FloatVector.broadcast(F32, image[at0 + k]);
            s00 = x0.fma(w0, s00);
            s01 = x0.fma(w1, s01);
            FloatVector x1 = FloatVector.broadcast(F32, image[at1 + k]);
            s10 = x1.fma(w0, s10);
            s11 = x1.fma(w1, s11);
            FloatVector x2 = FloatVector.broadcast(F32, image[at2 + k]);
            s20 = x2.fma(w0, s20);
            s21 = x2.fma(w1, s21);
            FloatVector x3 = FloatVector.broadcast(F32, image[at3 + k]);
            s30 = x3.fma(w0, s30);
            s31 = x3.fma(w1, s31);
            FloatVector x4 = FloatVector.broadcast(F32, image[at4 + k]);
            s40 = x4.fma(w0, s40);
            s41 = x4.fma(w1, s41);
            FloatVector x5 = FloatVector.broadcast(F32, image[at5 + k]);
            s50 = x5.fma(w0, s50);
            s51 = x5.fma(w1, s51);
            FloatVector x6 = FloatVector.broadcast(F32, image[at6 + k]);
            s60 = x6.fma(w0, s60);
            s61 = x6.fma(w1, s61);
            FloatVector x7 = FloatVector.broadcast(F32, image[at7 + k]);
            s70 = x7.fma(w0, s70);
            s71 = x7.fma(w1, s71);
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s01).intoArray(sums, LANES);
        F32_CLASS.cast(s10).intoArray(sums, 2 * LANES);
        F32_CLASS.cast(s11).intoArray(sums, 3 * LANES);
        F32_CLASS.cast(s20).intoArray(sums, 4 * LANES);
        F32_CLASS.cast(s21).intoArray(sums, 5 * LANES);
        F32_CLASS.cast(s30).intoArray(sums, 6 * LANES);
        F32_CLASS.cast(s31).intoArray(sums, 7 * LANES);
        F32_CLASS.cast(s40).intoArray(sums, 8 * LANES);
        F32_CLASS.cast(s41).intoArray(sums, 9 * LANES);
        F32_CLASS.cast(s50).intoArray(sums, 10 * LANES);
        F32_CLASS.cast(s51).intoArray(sums, 11 * LANES);
        F32_CLASS.cast(s60).intoArray(sums, 12 * LANES);
        F32_CLASS.cast(s61).intoArray(sums, 13 * LANES);
        F32_CLASS.cast(s70).intoArray(sums, 14 * LANES);
        F32_CLASS.cast(s71).intoArray(sums, 15 * LANES);
    }

    /** 7 pixels, 2 vectors. */
    static void sevenByTwo(float[] image, int at0, int pixel, float[] filter, int taps, int steps, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s01 = FloatVector.fromArray(F32, sums, LANES);
        FloatVector s10 = FloatVector.fromArray(F32, sums, 2 * LANES);
        FloatVector s11 = FloatVector.fromArray(F32, sums, 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(F32, sums, 4 * LANES);
        FloatVector s21 = FloatVector.fromArray(F32, sums, 5 * LANES);
        FloatVector s30 = FloatVector.fromArray(F32, sums, 6 * LANES);
        FloatVector s31 = FloatVector.fromArray(F32, sums, 7 * LANES);
        FloatVector s40 = FloatVector.fromArray(F32, sums, 8 * LANES);
        FloatVector s41 = FloatVector.fromArray(F32, sums, 9 * LANES);
        FloatVector s50 = FloatVector.fromArray(F32, sums, 10 * LANES);
        FloatVector s51 = FloatVector.fromArray(F32, sums, 11 * LANES);
        FloatVector s60 = FloatVector.fromArray(F32, sums, 12 * LANES);
        FloatVector s61 = FloatVector.fromArray(F32, sums, 13 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        int at4 = at0 + 4 * pixel;
        int at5 = at0 + 5 * pixel;
        int at6 = at0 + 6 * pixel;
        for (int k = 0; k < steps; k++) {
            FloatVector w0 = FloatVector.fromArray(F32, filter, taps + 2 * LANES * k);
            FloatVector w1 = FloatVector.fromArray(F32, filter, taps + 2 * LANES * k + LANES);
            FloatVector x0 = FloatVector.broadcast(F32, image[at0 + k]);
            s00 = x0.fma(w0, s00);
            s01 = x0.fma(w1, s01);
            FloatVector x1 = FloatVector.broadcast(F32, image[at1 + k]);
            s10 = x1.fma(w0, s10);
            s11 = x1.fma(w1, s11);
            FloatVector x2 = FloatVector.broadcast(F32, image[at2 + k]);
            s20 = x2.fma(w0, s20);
            s21 = x2.fma(w1, s21);
            FloatVector x3 = FloatVector.broadcast(F32, image[at3 + k]);
            s30 = x3.fma(w0, s30);
            s31 = x3.fma(w1, s31);
            FloatVector x4 = FloatVector.broadcast(F32, image[at4 + k]);
            s40 = x4.fma(w0, s40);
            s41 = x4.fma(w1, s41);
            FloatVector x5 = FloatVector.broadcast(F32, image[at5 + k]);
            s50 = x5.fma(w0, s50);
            s51 = x5.fma(w1, s51);
            FloatVector x6 = FloatVector.broadcast(F32, image[at6 + k]);
            s60 = x6.fma(w0, s60);
            s61 = x6.fma(w1, s61);
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s01).intoArray(sums, LANES);
        F32_CLASS.cast(s10).intoArray(sums, 2 * LANES);
        F32_CLASS.cast(s11).intoArray(sums, 3 * LANES);
        F32_CLASS.cast(s20).intoArray(sums, 4 * LANES);
        F32_CLASS.cast(s21).intoArray(sums, 5 * LANES);
        F32_CLASS.cast(s30).intoArray(sums, 6 * LANES);
        F32_CLASS.cast(s31).intoArray(sums, 7 * LANES);
        F32_CLASS.cast(s40).intoArray(sums, 8 * LANES);
        F32_CLASS.cast(s41).intoArray(sums, 9 * LANES);
        F32_CLASS.cast(s50).intoArray(sums, 10 * LANES);
        F32_CLASS.cast(s51).intoArray(sums, 11 * LANES);
        F32_CLASS.cast(s60).intoArray(sums, 12 * LANES);
        F32_CLASS.cast(s61).intoArray(sums, 13 * LANES);
    }

    /** 4 pixels, 2 vectors. */
    static void fourByTwo(float[] image, int at0, int pixel, float[] filter, int taps, int steps, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s01 = FloatVector.fromArray(F32, sums, LANES);
        FloatVector s10 = FloatVector.fromArray(F32, sums, 2 * LANES);
        FloatVector s11 = FloatVector.fromArray(F32, sums, 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(F32, sums, 4 * LANES);
        FloatVector s21 = FloatVector.fromArray(F32, sums, 5 * LANES);
        FloatVector s30 = FloatVector.fromArray(F32, sums, 6 * LANES);
        FloatVector s31 = FloatVector.fromArray(F32, sums, 7 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        for (int k = 0; k < steps; k++) {
            FloatVector w0 = FloatVector.fromArray(F32, filter, taps + 2 * LANES * k);
            FloatVector w1 = FloatVector.fromArray(F32, filter, taps + 2 * LANES * k + LANES);
            FloatVector x0 = FloatVector.broadcast(F32, image[at0 + k]);
            s00 = x0.fma(w0, s00);
            s01 = x0.fma(w1, s01);
            FloatVector x1 = FloatVector.broadcast(F32, image[at1 + k]);
            s10 = x1.fma(w0, s10);
            s11 = x1.fma(w1, s11);
            FloatVector x2 = FloatVector.broadcast(F32, image[at2 + k]);
            s20 = x2.fma(w0, s20);
            s21 = x2.fma(w1, s21);
            FloatVector x3 = FloatVector.broadcast(F32, image[at3 + k]);
            s30 = x3.fma(w0, s30);
            s31 = x3.fma(w1, s31);
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s01).intoArray(sums, LANES);
        F32_CLASS.cast(s10).intoArray(sums, 2 * LANES);
        F32_CLASS.cast(s11).intoArray(sums, 3 * LANES);
        F32_CLASS.cast(s20).intoArray(sums, 4 * LANES);
        F32_CLASS.cast(s21).intoArray(sums, 5 * LANES);
        F32_CLASS.cast(s30).intoArray(sums, 6 * LANES);
        F32_CLASS.cast(s31).intoArray(sums, 7 * LANES);
    }

    /** A pixel, 2 vectors. */
    static void oneByTwo(float[] image, int at0, int pixel, float[] filter, int taps, int steps, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s01 = FloatVector.fromArray(F32, sums, LANES);
        for (int k = 0; k < steps; k++) {
            FloatVector w0 = FloatVector.fromArray(F32, filter, taps + 2 * LANES * k);
            FloatVector w1 = FloatVector.fromArray(F32, filter, taps + 2 * LANES * k + LANES);
            FloatVector x0 = FloatVector.broadcast(F32, image[at0 + k]);
            s00 = x0.fma(w0, s00);
            s01 = x0.fma(w1, s01);
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s01).intoArray(sums, LANES);
    }

    /** 8 pixels, 1 vector. */
    static void eight(float[] image, int at0, int pixel, float[] filter, int taps, int steps, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s10 = FloatVector.fromArray(F32, sums, LANES);
        FloatVector s20 = FloatVector.fromArray(F32, sums, 2 * LANES);
        FloatVector s30 = FloatVector.fromArray(F32, sums, 3 * LANES);
        FloatVector s40 = FloatVector.fromArray(F32, sums, 4 * LANES);
        FloatVector s50 = FloatVector.fromArray(F32, sums, 5 * LANES);
        FloatVector s60 = FloatVector.fromArray(F32, sums, 6 * LANES);
        FloatVector s70 = FloatVector.fromArray(F32, sums, 7 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        int at4 = at0 + 4 * pixel;
        int at5 = at0 + 5 * pixel;
        int at6 = at0 + 6 * pixel;
        int at7 = at0 + 7 * pixel;
        for (int k = 0; k < steps; k++) {
            FloatVector w0 = FloatVector.fromArray(F32, filter, taps + LANES * k);
            FloatVector x0 = FloatVector.broadcast(F32, image[at0 + k]);
            s00 = x0.fma(w0, s00);
            FloatVector x1 = FloatVector.broadcast(F32, image[at1 + k]);
            s10 = x1.fma(w0, s10);
            FloatVector x2 = FloatVector.broadcast(F32, image[at2 + k]);
            s20 = x2.fma(w0, s20);
            FloatVector x3 = FloatVector.broadcast(F32, image[at3 + k]);
            s30 = x3.fma(w0, s30);
            FloatVector x4 = FloatVector.broadcast(F32, image[at4 + k]);
            s40 = x4.fma(w0, s40);
            FloatVector x5 = FloatVector.broadcast(F32, image[at5 + k]);
            s50 = x5.fma(w0, s50);
            FloatVector x6 = FloatVector.broadcast(F32, image[at6 + k]);
            s60 = x6.fma(w0, s60);
            FloatVector x7 = FloatVector.broadcast(F32, image[at7 + k]);
            s70 = x7.fma(w0, s70);
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s10).intoArray(sums, LANES);
        F32_CLASS.cast(s20).intoArray(sums, 2 * LANES);
        F32_CLASS.cast(s30).intoArray(sums, 3 * LANES);
        F32_CLASS.cast(s40).intoArray(sums, 4 * LANES);
        F32_CLASS.cast(s50).intoArray(sums, 5 * LANES);
        F32_CLASS.cast(s60).intoArray(sums, 6 * LANES);
        F32_CLASS.cast(s70).intoArray(sums, 7 * LANES);
    }

    /** 7 pixels, 1 vector. */
    static void seven(float[] image, int at0, int pixel, float[] filter, int taps, int steps, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        FloatVector s10 = FloatVector.fromArray(F32, sums, LANES);
        FloatVector s20 = FloatVector.fromArray(F32, sums, 2 * LANES);
        FloatVector s30 = FloatVector.fromArray(F32, sums, 3 * LANES);
        FloatVector s40 = FloatVector.fromArray(F32, sums, 4 * LANES);
        FloatVector s50 = FloatVector.fromArray(F32, sums, 5 * LANES);
        FloatVector s60 = FloatVector.fromArray(F32, sums, 6 * LANES);
        int at1 = at0 + pixel;
        int at2 = at0 + 2 * pixel;
        int at3 = at0 + 3 * pixel;
        int at4 = at0 + 4 * pixel;
        int at5 = at0 + 5 * pixel;
        int at6 = at0 + 6 * pixel;
        for (int k = 0; k < steps; k++) {
            FloatVector w0 = FloatVector.fromArray(F32, filter, taps + LANES * k);
            FloatVector x0 = FloatVector.broadcast(F32, image[at0 + k]);
            s00 = x0.fma(w0, s00);
            FloatVector x1 = FloatVector.broadcast(F32, image[at1 + k]);
            s10 = x1.fma(w0, s10);
            FloatVector x2 = FloatVector.broadcast(F32, image[at2 + k]);
            s20 = x2.fma(w0, s20);
            FloatVector x3 = FloatVector.broadcast(F32, image[at3 + k]);
            s30 = x3.fma(w0, s30);
            FloatVector x4 = FloatVector.broadcast(F32, image[at4 + k]);
            s40 = x4.fma(w0, s40);
            FloatVector x5 = FloatVector.broadcast(F32, image[at5 + k]);
            s50 = x5.fma(w0, s50);
            FloatVector x6 = FloatVector.broadcast(F32, image[at6 + k]);
            s60 = x6.fma(w0, s60);
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
        F32_CLASS.cast(s10).intoArray(sums, LANES);
        F32_CLASS.cast(s20).intoArray(sums, 2 * LANES);
        F32_CLASS.cast(s30).intoArray(sums, 3 * LANES);
        F32_CLASS.cast(s40).intoArray(sums, 4 * LANES);
        F32_CLASS.cast(s50).intoArray(sums, 5 * LANES);
        F32_CLASS.cast(s60).intoArray(sums, 6 * LANES);
    }

    /** A pixel, 1 vector. */
    static void one(float[] image, int at0, int pixel, float[] filter, int taps, int steps, float[] sums) {
        FloatVector s00 = FloatVector.fromArray(F32, sums, 0);
        for (int k = 0; k < steps; k++) {
            FloatVector w0 = FloatVector.fromArray(F32, filter, taps + LANES * k);
            FloatVector x0 = FloatVector.broadcast(F32, image[at0 + k]);
            s00 = x0.fma(w0, s00);
        }
        F32_CLASS.cast(s00).intoArray(sums, 0);
    }
}
