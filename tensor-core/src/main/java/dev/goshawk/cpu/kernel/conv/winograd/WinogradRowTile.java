package dev.goshawk.cpu.kernel.conv.winograd;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.LANES;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import jdk.incubator.vector.FloatVector;

/** The register tile of {@link WinogradConv} for sixteen registers: one transformed row after another. */
final class WinogradRowTile {
    private WinogradRowTile() {
    }

    /**
     * As {@link WinogradTile#rows2x4x2}, which the same packed filter serves; {@code buffer} has room for eight vectors.
     */
    static void rows2x4x2(float[] x, int xOff, int xRow, int xBlock, int blocks, int run, float[] w, int wOff,
            float[] init, int initOff, int initRow, int initCol, float[] out, int outOff, int outRow, int outCol,
            float[] buffer, int bufferOff) {

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
        c0x = FloatVector.zero(LANES);
        F32_CLASS.cast(c0y).intoArray(buffer, bufferOff + L);
        c0y = FloatVector.zero(LANES);
        F32_CLASS.cast(c1x).intoArray(buffer, bufferOff + 2 * L);
        c1x = FloatVector.zero(LANES);
        F32_CLASS.cast(c1y).intoArray(buffer, bufferOff + 3 * L);
        c1y = FloatVector.zero(LANES);
        F32_CLASS.cast(c2x).intoArray(buffer, bufferOff + 4 * L);
        c2x = FloatVector.zero(LANES);
        F32_CLASS.cast(c2y).intoArray(buffer, bufferOff + 5 * L);
        c2y = FloatVector.zero(LANES);
        F32_CLASS.cast(c3x).intoArray(buffer, bufferOff + 6 * L);
        c3x = FloatVector.zero(LANES);
        F32_CLASS.cast(c3y).intoArray(buffer, bufferOff + 7 * L);
        c3y = FloatVector.zero(LANES);
        k = wOff + 2 * L;
        for (int block = 0, start = xOff + xRow; block < blocks; block++, start += xBlock) {
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
        c0x = t0x.add(c0x).add(FloatVector.fromArray(LANES, init, initOff));
        FloatVector t0y = FloatVector.fromArray(LANES, buffer, bufferOff + L);
        t0y.sub(c0y).add(FloatVector.fromArray(LANES, init, initB + L)).intoArray(buffer, bufferOff + L);
        c0y = t0y.add(c0y).add(FloatVector.fromArray(LANES, init, initOff + L));
        FloatVector t1x = FloatVector.fromArray(LANES, buffer, bufferOff + 2 * L);
        t1x.sub(c1x).add(FloatVector.fromArray(LANES, init, initB + initCol)).intoArray(buffer, bufferOff + 2 * L);
        c1x = t1x.add(c1x).add(FloatVector.fromArray(LANES, init, initOff + initCol));
        FloatVector t1y = FloatVector.fromArray(LANES, buffer, bufferOff + 3 * L);
        t1y.sub(c1y).add(FloatVector.fromArray(LANES, init, initB + initCol + L)).intoArray(buffer, bufferOff + 3 * L);
        c1y = t1y.add(c1y).add(FloatVector.fromArray(LANES, init, initOff + initCol + L));
        FloatVector t2x = FloatVector.fromArray(LANES, buffer, bufferOff + 4 * L);
        t2x.sub(c2x).add(FloatVector.fromArray(LANES, init, initB + 2 * initCol)).intoArray(buffer, bufferOff + 4 * L);
        c2x = t2x.add(c2x).add(FloatVector.fromArray(LANES, init, initOff + 2 * initCol));
        FloatVector t2y = FloatVector.fromArray(LANES, buffer, bufferOff + 5 * L);
        t2y.sub(c2y).add(FloatVector.fromArray(LANES, init, initB + 2 * initCol + L)).intoArray(buffer,
                bufferOff + 5 * L);
        c2y = t2y.add(c2y).add(FloatVector.fromArray(LANES, init, initOff + 2 * initCol + L));
        FloatVector t3x = FloatVector.fromArray(LANES, buffer, bufferOff + 6 * L);
        t3x.sub(c3x).add(FloatVector.fromArray(LANES, init, initB + 3 * initCol)).intoArray(buffer, bufferOff + 6 * L);
        c3x = t3x.add(c3x).add(FloatVector.fromArray(LANES, init, initOff + 3 * initCol));
        FloatVector t3y = FloatVector.fromArray(LANES, buffer, bufferOff + 7 * L);
        t3y.sub(c3y).add(FloatVector.fromArray(LANES, init, initB + 3 * initCol + L)).intoArray(buffer,
                bufferOff + 7 * L);
        c3y = t3y.add(c3y).add(FloatVector.fromArray(LANES, init, initOff + 3 * initCol + L));
        int later = 4 * L * blocks * run;
        k = wOff + later;
        for (int block = 0, start = xOff + 2 * xRow; block < blocks; block++, start += xBlock) {
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
        F32_CLASS.cast(c0x).intoArray(out, outOff);
        c0x = FloatVector.fromArray(LANES, buffer, bufferOff);
        F32_CLASS.cast(c0y).intoArray(out, outOff + L);
        c0y = FloatVector.fromArray(LANES, buffer, bufferOff + L);
        F32_CLASS.cast(c1x).intoArray(out, outOff + outCol);
        c1x = FloatVector.fromArray(LANES, buffer, bufferOff + 2 * L);
        F32_CLASS.cast(c1y).intoArray(out, outOff + outCol + L);
        c1y = FloatVector.fromArray(LANES, buffer, bufferOff + 3 * L);
        F32_CLASS.cast(c2x).intoArray(out, outOff + 2 * outCol);
        c2x = FloatVector.fromArray(LANES, buffer, bufferOff + 4 * L);
        F32_CLASS.cast(c2y).intoArray(out, outOff + 2 * outCol + L);
        c2y = FloatVector.fromArray(LANES, buffer, bufferOff + 5 * L);
        F32_CLASS.cast(c3x).intoArray(out, outOff + 3 * outCol);
        c3x = FloatVector.fromArray(LANES, buffer, bufferOff + 6 * L);
        F32_CLASS.cast(c3y).intoArray(out, outOff + 3 * outCol + L);
        c3y = FloatVector.fromArray(LANES, buffer, bufferOff + 7 * L);
        k = wOff + later + 2 * L;
        for (int block = 0, start = xOff + 3 * xRow; block < blocks; block++, start += xBlock) {
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
        int outB = outOff + outRow;
        F32_CLASS.cast(c0x).intoArray(out, outB);
        F32_CLASS.cast(c0y).intoArray(out, outB + L);
        F32_CLASS.cast(c1x).intoArray(out, outB + outCol);
        F32_CLASS.cast(c1y).intoArray(out, outB + outCol + L);
        F32_CLASS.cast(c2x).intoArray(out, outB + 2 * outCol);
        F32_CLASS.cast(c2y).intoArray(out, outB + 2 * outCol + L);
        F32_CLASS.cast(c3x).intoArray(out, outB + 3 * outCol);
        F32_CLASS.cast(c3y).intoArray(out, outB + 3 * outCol + L);
    }
}
