package dev.goshawk.cpu.kernel.conv.winograd;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.LANES;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import jdk.incubator.vector.FloatVector;

/**
 * The register tile of {@link WinogradConv} for sixteen registers: one transformed row after another. Each has its own
 * method, since a single one for all four has more variables than the JVM's first compiler can take.
 */
final class WinogradRowTile {
    private WinogradRowTile() {
    }

    /**
     * As {@link WinogradTile#rows2x4x2}, which the same packed filter serves. {@code init} is {@code out} with the same places, or does not
     * overlap it; {@code buffer} has room for eight vectors.
     */
    static void rows2x4x2(float[] x, int xOff, int xRow, int xBlock, int blocks, int run, float[] w, int wOff,
            float[] init, int initOff, int initRow, int initCol, float[] out, int outOff, int outRow, int outCol,
            float[] buffer, int bufferOff) {
        first(x, xOff, xBlock, blocks, run, w, wOff, buffer, bufferOff);
        second(x, xOff + xRow, xBlock, blocks, run, w, wOff + 2 * L, init, initOff, initRow, initCol, out, outOff,
                outCol,
                buffer, bufferOff);
        int k = wOff + 4 * L * blocks * run;
        more(x, xOff + 2 * xRow, xBlock, blocks, run, w, k, out, outOff, outCol, out, outOff, outCol);
        more(x, xOff + 3 * xRow, xBlock, blocks, run, w, k + 2 * L, buffer, bufferOff, 2 * L, out, outOff + outRow,
                outCol);
    }

    /** The products of the first row, to the buffer. */
    private static void first(float[] x, int xOff, int xBlock, int blocks, int run, float[] w, int wOff, float[] buffer,
            int bufferOff) {
        FloatVector c0x = FloatVector.zero(LANES);
        FloatVector c0y = FloatVector.zero(LANES);
        FloatVector c1x = FloatVector.zero(LANES);
        FloatVector c1y = FloatVector.zero(LANES);
        FloatVector c2x = FloatVector.zero(LANES);
        FloatVector c2y = FloatVector.zero(LANES);
        FloatVector c3x = FloatVector.zero(LANES);
        FloatVector c3y = FloatVector.zero(LANES);
        int k = wOff;
        for (int block = 0, start = xOff; block < blocks; block++, start += xBlock) {
            int end = start + run;
            for (int i = start; i < end; i++) {
                FloatVector vx = FloatVector.fromArray(LANES, w, k);
                FloatVector vy = FloatVector.fromArray(LANES, w, k + L);
                k += 4 * L;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                c0x = p.fma(vx, c0x);
                c0y = p.fma(vy, c0y);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                c1x = p.fma(vx, c1x);
                c1y = p.fma(vy, c1y);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                c2x = p.fma(vx, c2x);
                c2y = p.fma(vy, c2y);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                c3x = p.fma(vx, c3x);
                c3y = p.fma(vy, c3y);
            }
        }
        F32_CLASS.cast(c0x).intoArray(buffer, bufferOff);
        F32_CLASS.cast(c0y).intoArray(buffer, bufferOff + L);
        F32_CLASS.cast(c1x).intoArray(buffer, bufferOff + 2 * L);
        F32_CLASS.cast(c1y).intoArray(buffer, bufferOff + 3 * L);
        F32_CLASS.cast(c2x).intoArray(buffer, bufferOff + 4 * L);
        F32_CLASS.cast(c2y).intoArray(buffer, bufferOff + 5 * L);
        F32_CLASS.cast(c3x).intoArray(buffer, bufferOff + 6 * L);
        F32_CLASS.cast(c3y).intoArray(buffer, bufferOff + 7 * L);
    }

    /** The products of the second row: their sum with the first, on top of the start, to the output, and the difference to the buffer. */
    private static void second(float[] x, int xOff, int xBlock, int blocks, int run, float[] w, int wOff, float[] init,
            int initOff, int initRow, int initCol, float[] out, int outOff, int outCol, float[] buffer,
            int bufferOff) {
        FloatVector c0x = FloatVector.zero(LANES);
        FloatVector c0y = FloatVector.zero(LANES);
        FloatVector c1x = FloatVector.zero(LANES);
        FloatVector c1y = FloatVector.zero(LANES);
        FloatVector c2x = FloatVector.zero(LANES);
        FloatVector c2y = FloatVector.zero(LANES);
        FloatVector c3x = FloatVector.zero(LANES);
        FloatVector c3y = FloatVector.zero(LANES);
        int k = wOff;
        for (int block = 0, start = xOff; block < blocks; block++, start += xBlock) {
            int end = start + run;
            for (int i = start; i < end; i++) {
                FloatVector vx = FloatVector.fromArray(LANES, w, k);
                FloatVector vy = FloatVector.fromArray(LANES, w, k + L);
                k += 4 * L;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                c0x = p.fma(vx, c0x);
                c0y = p.fma(vy, c0y);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                c1x = p.fma(vx, c1x);
                c1y = p.fma(vy, c1y);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                c2x = p.fma(vx, c2x);
                c2y = p.fma(vy, c2y);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                c3x = p.fma(vx, c3x);
                c3y = p.fma(vy, c3y);
            }
        }
        int initB = initOff + initRow;
        FloatVector t0x = FloatVector.fromArray(LANES, buffer, bufferOff);
        t0x.sub(c0x).add(FloatVector.fromArray(LANES, init, initB)).intoArray(buffer, bufferOff);
        t0x.add(c0x).add(FloatVector.fromArray(LANES, init, initOff)).intoArray(out, outOff);
        FloatVector t0y = FloatVector.fromArray(LANES, buffer, bufferOff + L);
        t0y.sub(c0y).add(FloatVector.fromArray(LANES, init, initB + L)).intoArray(buffer, bufferOff + L);
        t0y.add(c0y).add(FloatVector.fromArray(LANES, init, initOff + L)).intoArray(out, outOff + L);
        FloatVector t1x = FloatVector.fromArray(LANES, buffer, bufferOff + 2 * L);
        t1x.sub(c1x).add(FloatVector.fromArray(LANES, init, initB + initCol)).intoArray(buffer, bufferOff + 2 * L);
        t1x.add(c1x).add(FloatVector.fromArray(LANES, init, initOff + initCol)).intoArray(out, outOff + outCol);
        FloatVector t1y = FloatVector.fromArray(LANES, buffer, bufferOff + 3 * L);
        t1y.sub(c1y).add(FloatVector.fromArray(LANES, init, initB + initCol + L)).intoArray(buffer, bufferOff + 3 * L);
        t1y.add(c1y).add(FloatVector.fromArray(LANES, init, initOff + initCol + L)).intoArray(out, outOff + outCol + L);
        FloatVector t2x = FloatVector.fromArray(LANES, buffer, bufferOff + 4 * L);
        t2x.sub(c2x).add(FloatVector.fromArray(LANES, init, initB + 2 * initCol)).intoArray(buffer, bufferOff + 4 * L);
        t2x.add(c2x).add(FloatVector.fromArray(LANES, init, initOff + 2 * initCol)).intoArray(out, outOff + 2 * outCol);
        FloatVector t2y = FloatVector.fromArray(LANES, buffer, bufferOff + 5 * L);
        t2y.sub(c2y).add(FloatVector.fromArray(LANES, init, initB + 2 * initCol + L)).intoArray(buffer,
                bufferOff + 5 * L);
        t2y.add(c2y).add(FloatVector.fromArray(LANES, init, initOff + 2 * initCol + L)).intoArray(out,
                outOff + 2 * outCol + L);
        FloatVector t3x = FloatVector.fromArray(LANES, buffer, bufferOff + 6 * L);
        t3x.sub(c3x).add(FloatVector.fromArray(LANES, init, initB + 3 * initCol)).intoArray(buffer, bufferOff + 6 * L);
        t3x.add(c3x).add(FloatVector.fromArray(LANES, init, initOff + 3 * initCol)).intoArray(out, outOff + 3 * outCol);
        FloatVector t3y = FloatVector.fromArray(LANES, buffer, bufferOff + 7 * L);
        t3y.sub(c3y).add(FloatVector.fromArray(LANES, init, initB + 3 * initCol + L)).intoArray(buffer,
                bufferOff + 7 * L);
        t3y.add(c3y).add(FloatVector.fromArray(LANES, init, initOff + 3 * initCol + L)).intoArray(out,
                outOff + 3 * outCol + L);
    }

    /** The products of one more row, added to what is in {@code from}. */
    private static void more(float[] x, int xOff, int xBlock, int blocks, int run, float[] w, int wOff, float[] from,
            int fromOff, int fromCol, float[] to, int toOff, int toCol) {
        FloatVector c0x = FloatVector.fromArray(LANES, from, fromOff);
        FloatVector c0y = FloatVector.fromArray(LANES, from, fromOff + L);
        FloatVector c1x = FloatVector.fromArray(LANES, from, fromOff + fromCol);
        FloatVector c1y = FloatVector.fromArray(LANES, from, fromOff + fromCol + L);
        FloatVector c2x = FloatVector.fromArray(LANES, from, fromOff + 2 * fromCol);
        FloatVector c2y = FloatVector.fromArray(LANES, from, fromOff + 2 * fromCol + L);
        FloatVector c3x = FloatVector.fromArray(LANES, from, fromOff + 3 * fromCol);
        FloatVector c3y = FloatVector.fromArray(LANES, from, fromOff + 3 * fromCol + L);
        int k = wOff;
        for (int block = 0, start = xOff; block < blocks; block++, start += xBlock) {
            int end = start + run;
            for (int i = start; i < end; i++) {
                FloatVector vx = FloatVector.fromArray(LANES, w, k);
                FloatVector vy = FloatVector.fromArray(LANES, w, k + L);
                k += 4 * L;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                c0x = p.fma(vx, c0x);
                c0y = p.fma(vy, c0y);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                c1x = p.fma(vx, c1x);
                c1y = p.fma(vy, c1y);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                c2x = p.fma(vx, c2x);
                c2y = p.fma(vy, c2y);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                c3x = p.fma(vx, c3x);
                c3y = p.fma(vy, c3y);
            }
        }
        F32_CLASS.cast(c0x).intoArray(to, toOff);
        F32_CLASS.cast(c0y).intoArray(to, toOff + L);
        F32_CLASS.cast(c1x).intoArray(to, toOff + toCol);
        F32_CLASS.cast(c1y).intoArray(to, toOff + toCol + L);
        F32_CLASS.cast(c2x).intoArray(to, toOff + 2 * toCol);
        F32_CLASS.cast(c2y).intoArray(to, toOff + 2 * toCol + L);
        F32_CLASS.cast(c3x).intoArray(to, toOff + 3 * toCol);
        F32_CLASS.cast(c3y).intoArray(to, toOff + 3 * toCol + L);
    }
}
