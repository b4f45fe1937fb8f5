package dev.goshawk.cpu.kernel.conv.winograd;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.LANES;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import jdk.incubator.vector.FloatVector;

/**
 * Register tiles of {@link WinogradConv}. Two transformed rows at a time: the sums of the first two are turned into what they give the
 * two output rows without leaving the registers, and the others add to those: in a method of their own, since the compiler gives up assumptions
 * in one that has too many operations (docs/adr/0019-vector-classes.md).
 */
final class WinogradTile {
    private WinogradTile() {
    }

    /**
     * Eight neighboring pixels of two output rows by one vector of channels. {@code x} holds four transformed rows {@code xRow} apart in each block
     * of channels, blocks {@code xBlock} apart; {@code w} two vectors for each reduction index, first those of the first two
     * rows, then of the others. {@code init} is added: the output itself, or zeros with strides of 0.
     */
    static void rows2x8x1(float[] x, int xOff, int xRow, int xBlock, int blocks, int run, float[] w, int wOff,
            float[] init,
            int initOff, int initRow, int initCol, float[] out, int outOff, int outRow, int outCol) {
        rows2x8x1First(x, xOff, xRow, xBlock, blocks, run, w, wOff, init, initOff, initRow, initCol, out, outOff,
                outRow, outCol);
        rows2x8x1Others(x, xOff + 2 * xRow, xRow, xBlock, blocks, run, w, wOff + 2 * L * blocks * run, out, outOff,
                outRow, outCol);
    }

    /** The first two transformed rows, and what they are to both output rows. */
    private static void rows2x8x1First(float[] x, int xOff, int xRow, int xBlock, int blocks, int run, float[] w,
            int wOff,
            float[] init,
            int initOff, int initRow, int initCol, float[] out, int outOff, int outRow, int outCol) {
        FloatVector a0 = FloatVector.zero(LANES);
        FloatVector a1 = FloatVector.zero(LANES);
        FloatVector a2 = FloatVector.zero(LANES);
        FloatVector a3 = FloatVector.zero(LANES);
        FloatVector a4 = FloatVector.zero(LANES);
        FloatVector a5 = FloatVector.zero(LANES);
        FloatVector a6 = FloatVector.zero(LANES);
        FloatVector a7 = FloatVector.zero(LANES);
        FloatVector b0 = FloatVector.zero(LANES);
        FloatVector b1 = FloatVector.zero(LANES);
        FloatVector b2 = FloatVector.zero(LANES);
        FloatVector b3 = FloatVector.zero(LANES);
        FloatVector b4 = FloatVector.zero(LANES);
        FloatVector b5 = FloatVector.zero(LANES);
        FloatVector b6 = FloatVector.zero(LANES);
        FloatVector b7 = FloatVector.zero(LANES);
        int k = wOff;
        for (int block = 0, start = xOff; block < blocks; block++, start += xBlock) {
            int end = start + run;
            for (int i = start; i < end; i++) {
                FloatVector v = FloatVector.fromArray(LANES, w, k);
                FloatVector u = FloatVector.fromArray(LANES, w, k + L);
                k += 2 * L;
                int j = i + xRow;
                a0 = FloatVector.broadcast(LANES, x[i]).fma(v, a0);
                a1 = FloatVector.broadcast(LANES, x[i + 16]).fma(v, a1);
                a2 = FloatVector.broadcast(LANES, x[i + 32]).fma(v, a2);
                a3 = FloatVector.broadcast(LANES, x[i + 48]).fma(v, a3);
                a4 = FloatVector.broadcast(LANES, x[i + 64]).fma(v, a4);
                a5 = FloatVector.broadcast(LANES, x[i + 80]).fma(v, a5);
                a6 = FloatVector.broadcast(LANES, x[i + 96]).fma(v, a6);
                a7 = FloatVector.broadcast(LANES, x[i + 112]).fma(v, a7);
                b0 = FloatVector.broadcast(LANES, x[j]).fma(u, b0);
                b1 = FloatVector.broadcast(LANES, x[j + 16]).fma(u, b1);
                b2 = FloatVector.broadcast(LANES, x[j + 32]).fma(u, b2);
                b3 = FloatVector.broadcast(LANES, x[j + 48]).fma(u, b3);
                b4 = FloatVector.broadcast(LANES, x[j + 64]).fma(u, b4);
                b5 = FloatVector.broadcast(LANES, x[j + 80]).fma(u, b5);
                b6 = FloatVector.broadcast(LANES, x[j + 96]).fma(u, b6);
                b7 = FloatVector.broadcast(LANES, x[j + 112]).fma(u, b7);
            }
        }
        int initB = initOff + initRow;
        FloatVector t0 = F32_CLASS.cast(a0).sub(b0).add(FloatVector.fromArray(LANES, init, initB));
        a0 = F32_CLASS.cast(a0).add(b0).add(FloatVector.fromArray(LANES, init, initOff));
        b0 = t0;
        FloatVector t1 = F32_CLASS.cast(a1).sub(b1).add(FloatVector.fromArray(LANES, init, initB + initCol));
        a1 = F32_CLASS.cast(a1).add(b1).add(FloatVector.fromArray(LANES, init, initOff + initCol));
        b1 = t1;
        FloatVector t2 = F32_CLASS.cast(a2).sub(b2).add(FloatVector.fromArray(LANES, init, initB + 2 * initCol));
        a2 = F32_CLASS.cast(a2).add(b2).add(FloatVector.fromArray(LANES, init, initOff + 2 * initCol));
        b2 = t2;
        FloatVector t3 = F32_CLASS.cast(a3).sub(b3).add(FloatVector.fromArray(LANES, init, initB + 3 * initCol));
        a3 = F32_CLASS.cast(a3).add(b3).add(FloatVector.fromArray(LANES, init, initOff + 3 * initCol));
        b3 = t3;
        FloatVector t4 = F32_CLASS.cast(a4).sub(b4).add(FloatVector.fromArray(LANES, init, initB + 4 * initCol));
        a4 = F32_CLASS.cast(a4).add(b4).add(FloatVector.fromArray(LANES, init, initOff + 4 * initCol));
        b4 = t4;
        FloatVector t5 = F32_CLASS.cast(a5).sub(b5).add(FloatVector.fromArray(LANES, init, initB + 5 * initCol));
        a5 = F32_CLASS.cast(a5).add(b5).add(FloatVector.fromArray(LANES, init, initOff + 5 * initCol));
        b5 = t5;
        FloatVector t6 = F32_CLASS.cast(a6).sub(b6).add(FloatVector.fromArray(LANES, init, initB + 6 * initCol));
        a6 = F32_CLASS.cast(a6).add(b6).add(FloatVector.fromArray(LANES, init, initOff + 6 * initCol));
        b6 = t6;
        FloatVector t7 = F32_CLASS.cast(a7).sub(b7).add(FloatVector.fromArray(LANES, init, initB + 7 * initCol));
        a7 = F32_CLASS.cast(a7).add(b7).add(FloatVector.fromArray(LANES, init, initOff + 7 * initCol));
        b7 = t7;
        F32_CLASS.cast(a0).intoArray(out, outOff);
        F32_CLASS.cast(a1).intoArray(out, outOff + outCol);
        F32_CLASS.cast(a2).intoArray(out, outOff + 2 * outCol);
        F32_CLASS.cast(a3).intoArray(out, outOff + 3 * outCol);
        F32_CLASS.cast(a4).intoArray(out, outOff + 4 * outCol);
        F32_CLASS.cast(a5).intoArray(out, outOff + 5 * outCol);
        F32_CLASS.cast(a6).intoArray(out, outOff + 6 * outCol);
        F32_CLASS.cast(a7).intoArray(out, outOff + 7 * outCol);
        int outB = outOff + outRow;
        F32_CLASS.cast(b0).intoArray(out, outB);
        F32_CLASS.cast(b1).intoArray(out, outB + outCol);
        F32_CLASS.cast(b2).intoArray(out, outB + 2 * outCol);
        F32_CLASS.cast(b3).intoArray(out, outB + 3 * outCol);
        F32_CLASS.cast(b4).intoArray(out, outB + 4 * outCol);
        F32_CLASS.cast(b5).intoArray(out, outB + 5 * outCol);
        F32_CLASS.cast(b6).intoArray(out, outB + 6 * outCol);
        F32_CLASS.cast(b7).intoArray(out, outB + 7 * outCol);
    }

    /** The other two, added. */
    private static void rows2x8x1Others(float[] x, int xOff, int xRow, int xBlock, int blocks, int run, float[] w,
            int wOff,
            float[] out, int outOff, int outRow, int outCol) {
        FloatVector a0 = FloatVector.fromArray(LANES, out, outOff);
        FloatVector a1 = FloatVector.fromArray(LANES, out, outOff + outCol);
        FloatVector a2 = FloatVector.fromArray(LANES, out, outOff + 2 * outCol);
        FloatVector a3 = FloatVector.fromArray(LANES, out, outOff + 3 * outCol);
        FloatVector a4 = FloatVector.fromArray(LANES, out, outOff + 4 * outCol);
        FloatVector a5 = FloatVector.fromArray(LANES, out, outOff + 5 * outCol);
        FloatVector a6 = FloatVector.fromArray(LANES, out, outOff + 6 * outCol);
        FloatVector a7 = FloatVector.fromArray(LANES, out, outOff + 7 * outCol);
        int outB = outOff + outRow;
        FloatVector b0 = FloatVector.fromArray(LANES, out, outB);
        FloatVector b1 = FloatVector.fromArray(LANES, out, outB + outCol);
        FloatVector b2 = FloatVector.fromArray(LANES, out, outB + 2 * outCol);
        FloatVector b3 = FloatVector.fromArray(LANES, out, outB + 3 * outCol);
        FloatVector b4 = FloatVector.fromArray(LANES, out, outB + 4 * outCol);
        FloatVector b5 = FloatVector.fromArray(LANES, out, outB + 5 * outCol);
        FloatVector b6 = FloatVector.fromArray(LANES, out, outB + 6 * outCol);
        FloatVector b7 = FloatVector.fromArray(LANES, out, outB + 7 * outCol);
        int k = wOff;
        for (int block = 0, start = xOff; block < blocks; block++, start += xBlock) {
            int end = start + run;
            for (int i = start; i < end; i++) {
                FloatVector v = FloatVector.fromArray(LANES, w, k);
                FloatVector u = FloatVector.fromArray(LANES, w, k + L);
                k += 2 * L;
                int j = i + xRow;
                a0 = FloatVector.broadcast(LANES, x[i]).fma(v, a0);
                a1 = FloatVector.broadcast(LANES, x[i + 16]).fma(v, a1);
                a2 = FloatVector.broadcast(LANES, x[i + 32]).fma(v, a2);
                a3 = FloatVector.broadcast(LANES, x[i + 48]).fma(v, a3);
                a4 = FloatVector.broadcast(LANES, x[i + 64]).fma(v, a4);
                a5 = FloatVector.broadcast(LANES, x[i + 80]).fma(v, a5);
                a6 = FloatVector.broadcast(LANES, x[i + 96]).fma(v, a6);
                a7 = FloatVector.broadcast(LANES, x[i + 112]).fma(v, a7);
                b0 = FloatVector.broadcast(LANES, x[j]).fma(u, b0);
                b1 = FloatVector.broadcast(LANES, x[j + 16]).fma(u, b1);
                b2 = FloatVector.broadcast(LANES, x[j + 32]).fma(u, b2);
                b3 = FloatVector.broadcast(LANES, x[j + 48]).fma(u, b3);
                b4 = FloatVector.broadcast(LANES, x[j + 64]).fma(u, b4);
                b5 = FloatVector.broadcast(LANES, x[j + 80]).fma(u, b5);
                b6 = FloatVector.broadcast(LANES, x[j + 96]).fma(u, b6);
                b7 = FloatVector.broadcast(LANES, x[j + 112]).fma(u, b7);
            }
        }
        F32_CLASS.cast(a0).intoArray(out, outOff);
        F32_CLASS.cast(a1).intoArray(out, outOff + outCol);
        F32_CLASS.cast(a2).intoArray(out, outOff + 2 * outCol);
        F32_CLASS.cast(a3).intoArray(out, outOff + 3 * outCol);
        F32_CLASS.cast(a4).intoArray(out, outOff + 4 * outCol);
        F32_CLASS.cast(a5).intoArray(out, outOff + 5 * outCol);
        F32_CLASS.cast(a6).intoArray(out, outOff + 6 * outCol);
        F32_CLASS.cast(a7).intoArray(out, outOff + 7 * outCol);
        F32_CLASS.cast(b0).intoArray(out, outB);
        F32_CLASS.cast(b1).intoArray(out, outB + outCol);
        F32_CLASS.cast(b2).intoArray(out, outB + 2 * outCol);
        F32_CLASS.cast(b3).intoArray(out, outB + 3 * outCol);
        F32_CLASS.cast(b4).intoArray(out, outB + 4 * outCol);
        F32_CLASS.cast(b5).intoArray(out, outB + 5 * outCol);
        F32_CLASS.cast(b6).intoArray(out, outB + 6 * outCol);
        F32_CLASS.cast(b7).intoArray(out, outB + 7 * outCol);
    }

    /** As {@link #rows2x8x1} with four pixels and two vectors of channels; {@code w} holds four vectors for each reduction index. */
    static void rows2x4x2(float[] x, int xOff, int xRow, int xBlock, int blocks, int run, float[] w, int wOff,
            float[] init,
            int initOff, int initRow, int initCol, float[] out, int outOff, int outRow, int outCol) {
        rows2x4x2First(x, xOff, xRow, xBlock, blocks, run, w, wOff, init, initOff, initRow, initCol, out, outOff,
                outRow, outCol);
        rows2x4x2Others(x, xOff + 2 * xRow, xRow, xBlock, blocks, run, w, wOff + 4 * L * blocks * run, out, outOff,
                outRow, outCol);
    }

    /** The first two transformed rows, and what they are to both output rows. */
    private static void rows2x4x2First(float[] x, int xOff, int xRow, int xBlock, int blocks, int run, float[] w,
            int wOff,
            float[] init,
            int initOff, int initRow, int initCol, float[] out, int outOff, int outRow, int outCol) {
        FloatVector a0x = FloatVector.zero(LANES);
        FloatVector a0y = FloatVector.zero(LANES);
        FloatVector a1x = FloatVector.zero(LANES);
        FloatVector a1y = FloatVector.zero(LANES);
        FloatVector a2x = FloatVector.zero(LANES);
        FloatVector a2y = FloatVector.zero(LANES);
        FloatVector a3x = FloatVector.zero(LANES);
        FloatVector a3y = FloatVector.zero(LANES);
        FloatVector b0x = FloatVector.zero(LANES);
        FloatVector b0y = FloatVector.zero(LANES);
        FloatVector b1x = FloatVector.zero(LANES);
        FloatVector b1y = FloatVector.zero(LANES);
        FloatVector b2x = FloatVector.zero(LANES);
        FloatVector b2y = FloatVector.zero(LANES);
        FloatVector b3x = FloatVector.zero(LANES);
        FloatVector b3y = FloatVector.zero(LANES);
        int k = wOff;
        for (int block = 0, start = xOff; block < blocks; block++, start += xBlock) {
            int end = start + run;
            for (int i = start; i < end; i++) {
                FloatVector vx = FloatVector.fromArray(LANES, w, k);
                FloatVector vy = FloatVector.fromArray(LANES, w, k + L);
                FloatVector ux = FloatVector.fromArray(LANES, w, k + 2 * L);
                FloatVector uy = FloatVector.fromArray(LANES, w, k + 3 * L);
                k += 4 * L;
                int j = i + xRow;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                a0x = p.fma(vx, a0x);
                a0y = p.fma(vy, a0y);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                a1x = p.fma(vx, a1x);
                a1y = p.fma(vy, a1y);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                a2x = p.fma(vx, a2x);
                a2y = p.fma(vy, a2y);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                a3x = p.fma(vx, a3x);
                a3y = p.fma(vy, a3y);
                p = FloatVector.broadcast(LANES, x[j]);
                b0x = p.fma(ux, b0x);
                b0y = p.fma(uy, b0y);
                p = FloatVector.broadcast(LANES, x[j + 16]);
                b1x = p.fma(ux, b1x);
                b1y = p.fma(uy, b1y);
                p = FloatVector.broadcast(LANES, x[j + 32]);
                b2x = p.fma(ux, b2x);
                b2y = p.fma(uy, b2y);
                p = FloatVector.broadcast(LANES, x[j + 48]);
                b3x = p.fma(ux, b3x);
                b3y = p.fma(uy, b3y);
            }
        }
        int initB = initOff + initRow;
        FloatVector t0x = F32_CLASS.cast(a0x).sub(b0x).add(FloatVector.fromArray(LANES, init, initB));
        a0x = F32_CLASS.cast(a0x).add(b0x).add(FloatVector.fromArray(LANES, init, initOff));
        b0x = t0x;
        FloatVector t0y = F32_CLASS.cast(a0y).sub(b0y).add(FloatVector.fromArray(LANES, init, initB + L));
        a0y = F32_CLASS.cast(a0y).add(b0y).add(FloatVector.fromArray(LANES, init, initOff + L));
        b0y = t0y;
        FloatVector t1x = F32_CLASS.cast(a1x).sub(b1x).add(FloatVector.fromArray(LANES, init, initB + initCol));
        a1x = F32_CLASS.cast(a1x).add(b1x).add(FloatVector.fromArray(LANES, init, initOff + initCol));
        b1x = t1x;
        FloatVector t1y = F32_CLASS.cast(a1y).sub(b1y).add(FloatVector.fromArray(LANES, init, initB + initCol + L));
        a1y = F32_CLASS.cast(a1y).add(b1y).add(FloatVector.fromArray(LANES, init, initOff + initCol + L));
        b1y = t1y;
        FloatVector t2x = F32_CLASS.cast(a2x).sub(b2x).add(FloatVector.fromArray(LANES, init, initB + 2 * initCol));
        a2x = F32_CLASS.cast(a2x).add(b2x).add(FloatVector.fromArray(LANES, init, initOff + 2 * initCol));
        b2x = t2x;
        FloatVector t2y = F32_CLASS.cast(a2y).sub(b2y).add(FloatVector.fromArray(LANES, init, initB + 2 * initCol + L));
        a2y = F32_CLASS.cast(a2y).add(b2y).add(FloatVector.fromArray(LANES, init, initOff + 2 * initCol + L));
        b2y = t2y;
        FloatVector t3x = F32_CLASS.cast(a3x).sub(b3x).add(FloatVector.fromArray(LANES, init, initB + 3 * initCol));
        a3x = F32_CLASS.cast(a3x).add(b3x).add(FloatVector.fromArray(LANES, init, initOff + 3 * initCol));
        b3x = t3x;
        FloatVector t3y = F32_CLASS.cast(a3y).sub(b3y).add(FloatVector.fromArray(LANES, init, initB + 3 * initCol + L));
        a3y = F32_CLASS.cast(a3y).add(b3y).add(FloatVector.fromArray(LANES, init, initOff + 3 * initCol + L));
        b3y = t3y;
        F32_CLASS.cast(a0x).intoArray(out, outOff);
        F32_CLASS.cast(a0y).intoArray(out, outOff + L);
        F32_CLASS.cast(a1x).intoArray(out, outOff + outCol);
        F32_CLASS.cast(a1y).intoArray(out, outOff + outCol + L);
        F32_CLASS.cast(a2x).intoArray(out, outOff + 2 * outCol);
        F32_CLASS.cast(a2y).intoArray(out, outOff + 2 * outCol + L);
        F32_CLASS.cast(a3x).intoArray(out, outOff + 3 * outCol);
        F32_CLASS.cast(a3y).intoArray(out, outOff + 3 * outCol + L);
        int outB = outOff + outRow;
        F32_CLASS.cast(b0x).intoArray(out, outB);
        F32_CLASS.cast(b0y).intoArray(out, outB + L);
        F32_CLASS.cast(b1x).intoArray(out, outB + outCol);
        F32_CLASS.cast(b1y).intoArray(out, outB + outCol + L);
        F32_CLASS.cast(b2x).intoArray(out, outB + 2 * outCol);
        F32_CLASS.cast(b2y).intoArray(out, outB + 2 * outCol + L);
        F32_CLASS.cast(b3x).intoArray(out, outB + 3 * outCol);
        F32_CLASS.cast(b3y).intoArray(out, outB + 3 * outCol + L);
    }

    /** The other two, added. */
    private static void rows2x4x2Others(float[] x, int xOff, int xRow, int xBlock, int blocks, int run, float[] w,
            int wOff,
            float[] out, int outOff, int outRow, int outCol) {
        FloatVector a0x = FloatVector.fromArray(LANES, out, outOff);
        FloatVector a0y = FloatVector.fromArray(LANES, out, outOff + L);
        FloatVector a1x = FloatVector.fromArray(LANES, out, outOff + outCol);
        FloatVector a1y = FloatVector.fromArray(LANES, out, outOff + outCol + L);
        FloatVector a2x = FloatVector.fromArray(LANES, out, outOff + 2 * outCol);
        FloatVector a2y = FloatVector.fromArray(LANES, out, outOff + 2 * outCol + L);
        FloatVector a3x = FloatVector.fromArray(LANES, out, outOff + 3 * outCol);
        FloatVector a3y = FloatVector.fromArray(LANES, out, outOff + 3 * outCol + L);
        int outB = outOff + outRow;
        FloatVector b0x = FloatVector.fromArray(LANES, out, outB);
        FloatVector b0y = FloatVector.fromArray(LANES, out, outB + L);
        FloatVector b1x = FloatVector.fromArray(LANES, out, outB + outCol);
        FloatVector b1y = FloatVector.fromArray(LANES, out, outB + outCol + L);
        FloatVector b2x = FloatVector.fromArray(LANES, out, outB + 2 * outCol);
        FloatVector b2y = FloatVector.fromArray(LANES, out, outB + 2 * outCol + L);
        FloatVector b3x = FloatVector.fromArray(LANES, out, outB + 3 * outCol);
        FloatVector b3y = FloatVector.fromArray(LANES, out, outB + 3 * outCol + L);
        int k = wOff;
        for (int block = 0, start = xOff; block < blocks; block++, start += xBlock) {
            int end = start + run;
            for (int i = start; i < end; i++) {
                FloatVector vx = FloatVector.fromArray(LANES, w, k);
                FloatVector vy = FloatVector.fromArray(LANES, w, k + L);
                FloatVector ux = FloatVector.fromArray(LANES, w, k + 2 * L);
                FloatVector uy = FloatVector.fromArray(LANES, w, k + 3 * L);
                k += 4 * L;
                int j = i + xRow;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                a0x = p.fma(vx, a0x);
                a0y = p.fma(vy, a0y);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                a1x = p.fma(vx, a1x);
                a1y = p.fma(vy, a1y);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                a2x = p.fma(vx, a2x);
                a2y = p.fma(vy, a2y);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                a3x = p.fma(vx, a3x);
                a3y = p.fma(vy, a3y);
                p = FloatVector.broadcast(LANES, x[j]);
                b0x = p.fma(ux, b0x);
                b0y = p.fma(uy, b0y);
                p = FloatVector.broadcast(LANES, x[j + 16]);
                b1x = p.fma(ux, b1x);
                b1y = p.fma(uy, b1y);
                p = FloatVector.broadcast(LANES, x[j + 32]);
                b2x = p.fma(ux, b2x);
                b2y = p.fma(uy, b2y);
                p = FloatVector.broadcast(LANES, x[j + 48]);
                b3x = p.fma(ux, b3x);
                b3y = p.fma(uy, b3y);
            }
        }
        F32_CLASS.cast(a0x).intoArray(out, outOff);
        F32_CLASS.cast(a0y).intoArray(out, outOff + L);
        F32_CLASS.cast(a1x).intoArray(out, outOff + outCol);
        F32_CLASS.cast(a1y).intoArray(out, outOff + outCol + L);
        F32_CLASS.cast(a2x).intoArray(out, outOff + 2 * outCol);
        F32_CLASS.cast(a2y).intoArray(out, outOff + 2 * outCol + L);
        F32_CLASS.cast(a3x).intoArray(out, outOff + 3 * outCol);
        F32_CLASS.cast(a3y).intoArray(out, outOff + 3 * outCol + L);
        F32_CLASS.cast(b0x).intoArray(out, outB);
        F32_CLASS.cast(b0y).intoArray(out, outB + L);
        F32_CLASS.cast(b1x).intoArray(out, outB + outCol);
        F32_CLASS.cast(b1y).intoArray(out, outB + outCol + L);
        F32_CLASS.cast(b2x).intoArray(out, outB + 2 * outCol);
        F32_CLASS.cast(b2y).intoArray(out, outB + 2 * outCol + L);
        F32_CLASS.cast(b3x).intoArray(out, outB + 3 * outCol);
        F32_CLASS.cast(b3y).intoArray(out, outB + 3 * outCol + L);
    }

    /**
     * Sixteen input channels by 16 output channels of the product of one transformed row: {@code out[c] += sum over pixels of x[16 pixel +
     * c] * g[16 pixel]}. The sum begins at zero and is added at the end: shorter chains round less.
     */
    static void pixels16x1(float[] x, int xOff, float[] g, int gOff, int pixels, float[] out, int outOff, int outRow) {
        FloatVector c0 = FloatVector.zero(LANES);
        FloatVector c1 = FloatVector.zero(LANES);
        FloatVector c2 = FloatVector.zero(LANES);
        FloatVector c3 = FloatVector.zero(LANES);
        FloatVector c4 = FloatVector.zero(LANES);
        FloatVector c5 = FloatVector.zero(LANES);
        FloatVector c6 = FloatVector.zero(LANES);
        FloatVector c7 = FloatVector.zero(LANES);
        FloatVector c8 = FloatVector.zero(LANES);
        FloatVector c9 = FloatVector.zero(LANES);
        FloatVector c10 = FloatVector.zero(LANES);
        FloatVector c11 = FloatVector.zero(LANES);
        FloatVector c12 = FloatVector.zero(LANES);
        FloatVector c13 = FloatVector.zero(LANES);
        FloatVector c14 = FloatVector.zero(LANES);
        FloatVector c15 = FloatVector.zero(LANES);
        int k = gOff;
        for (int i = xOff; i < xOff + BLOCK * pixels; i += BLOCK) {
            FloatVector v = FloatVector.fromArray(LANES, g, k);
            k += BLOCK;
            c0 = FloatVector.broadcast(LANES, x[i]).fma(v, c0);
            c1 = FloatVector.broadcast(LANES, x[i + 1]).fma(v, c1);
            c2 = FloatVector.broadcast(LANES, x[i + 2]).fma(v, c2);
            c3 = FloatVector.broadcast(LANES, x[i + 3]).fma(v, c3);
            c4 = FloatVector.broadcast(LANES, x[i + 4]).fma(v, c4);
            c5 = FloatVector.broadcast(LANES, x[i + 5]).fma(v, c5);
            c6 = FloatVector.broadcast(LANES, x[i + 6]).fma(v, c6);
            c7 = FloatVector.broadcast(LANES, x[i + 7]).fma(v, c7);
            c8 = FloatVector.broadcast(LANES, x[i + 8]).fma(v, c8);
            c9 = FloatVector.broadcast(LANES, x[i + 9]).fma(v, c9);
            c10 = FloatVector.broadcast(LANES, x[i + 10]).fma(v, c10);
            c11 = FloatVector.broadcast(LANES, x[i + 11]).fma(v, c11);
            c12 = FloatVector.broadcast(LANES, x[i + 12]).fma(v, c12);
            c13 = FloatVector.broadcast(LANES, x[i + 13]).fma(v, c13);
            c14 = FloatVector.broadcast(LANES, x[i + 14]).fma(v, c14);
            c15 = FloatVector.broadcast(LANES, x[i + 15]).fma(v, c15);
        }
        FloatVector.fromArray(LANES, out, outOff).add(c0).intoArray(out, outOff);
        FloatVector.fromArray(LANES, out, outOff + outRow).add(c1).intoArray(out, outOff + outRow);
        FloatVector.fromArray(LANES, out, outOff + 2 * outRow).add(c2).intoArray(out, outOff + 2 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 3 * outRow).add(c3).intoArray(out, outOff + 3 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 4 * outRow).add(c4).intoArray(out, outOff + 4 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 5 * outRow).add(c5).intoArray(out, outOff + 5 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 6 * outRow).add(c6).intoArray(out, outOff + 6 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 7 * outRow).add(c7).intoArray(out, outOff + 7 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 8 * outRow).add(c8).intoArray(out, outOff + 8 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 9 * outRow).add(c9).intoArray(out, outOff + 9 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 10 * outRow).add(c10).intoArray(out, outOff + 10 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 11 * outRow).add(c11).intoArray(out, outOff + 11 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 12 * outRow).add(c12).intoArray(out, outOff + 12 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 13 * outRow).add(c13).intoArray(out, outOff + 13 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 14 * outRow).add(c14).intoArray(out, outOff + 14 * outRow);
        FloatVector.fromArray(LANES, out, outOff + 15 * outRow).add(c15).intoArray(out, outOff + 15 * outRow);
    }
}
