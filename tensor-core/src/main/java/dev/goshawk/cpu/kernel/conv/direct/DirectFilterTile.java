package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.LANES;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import jdk.incubator.vector.FloatVector;

/**
 * The register tiles of the direct filter gradient: as {@link DirectTile}, with the pixels of an image as the
 * reduction.
 */
final class DirectFilterTile {
    private DirectFilterTile() {
    }

    /**
     * Eight filter rows by 32 output channels over {@code rows * cols} pixels: {@code out[j] = init[j] + sum over rows
     * and cols of x[xOff + xRow row + 16 col + j] * g[gOff + gStride (cols row + col)]}.
     */
    static void rows8x2(float[] x, int xOff, int xRow, float[] g, int gOff, int gStride, int rows, int cols,
            float[] init, int initOff,
            int initStride, float[] out, int outOff, int outStride) {
        int init2 = initOff + 2 * initStride;
        int init4 = initOff + 4 * initStride;
        int init6 = initOff + 6 * initStride;
        FloatVector c0 = FloatVector.fromArray(LANES, init, initOff);
        FloatVector d0 = FloatVector.fromArray(LANES, init, initOff + 16);
        FloatVector c1 = FloatVector.fromArray(LANES, init, initOff + initStride);
        FloatVector d1 = FloatVector.fromArray(LANES, init, initOff + initStride + 16);
        FloatVector c2 = FloatVector.fromArray(LANES, init, init2);
        FloatVector d2 = FloatVector.fromArray(LANES, init, init2 + 16);
        FloatVector c3 = FloatVector.fromArray(LANES, init, init2 + initStride);
        FloatVector d3 = FloatVector.fromArray(LANES, init, init2 + initStride + 16);
        FloatVector c4 = FloatVector.fromArray(LANES, init, init4);
        FloatVector d4 = FloatVector.fromArray(LANES, init, init4 + 16);
        FloatVector c5 = FloatVector.fromArray(LANES, init, init4 + initStride);
        FloatVector d5 = FloatVector.fromArray(LANES, init, init4 + initStride + 16);
        FloatVector c6 = FloatVector.fromArray(LANES, init, init6);
        FloatVector d6 = FloatVector.fromArray(LANES, init, init6 + 16);
        FloatVector c7 = FloatVector.fromArray(LANES, init, init6 + initStride);
        FloatVector d7 = FloatVector.fromArray(LANES, init, init6 + initStride + 16);
        int k = gOff;
        for (int row = 0, start = xOff; row < rows; row++, start += xRow) {
            for (int i = start; i < start + BLOCK * cols; i += BLOCK) {
                FloatVector g0 = FloatVector.fromArray(LANES, g, k);
                FloatVector g1 = FloatVector.fromArray(LANES, g, k + 16);
                k += gStride;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                c0 = p.fma(g0, c0);
                d0 = p.fma(g1, d0);
                p = FloatVector.broadcast(LANES, x[i + 1]);
                c1 = p.fma(g0, c1);
                d1 = p.fma(g1, d1);
                p = FloatVector.broadcast(LANES, x[i + 2]);
                c2 = p.fma(g0, c2);
                d2 = p.fma(g1, d2);
                p = FloatVector.broadcast(LANES, x[i + 3]);
                c3 = p.fma(g0, c3);
                d3 = p.fma(g1, d3);
                p = FloatVector.broadcast(LANES, x[i + 4]);
                c4 = p.fma(g0, c4);
                d4 = p.fma(g1, d4);
                p = FloatVector.broadcast(LANES, x[i + 5]);
                c5 = p.fma(g0, c5);
                d5 = p.fma(g1, d5);
                p = FloatVector.broadcast(LANES, x[i + 6]);
                c6 = p.fma(g0, c6);
                d6 = p.fma(g1, d6);
                p = FloatVector.broadcast(LANES, x[i + 7]);
                c7 = p.fma(g0, c7);
                d7 = p.fma(g1, d7);
            }
        }
        int out2 = outOff + 2 * outStride;
        int out4 = outOff + 4 * outStride;
        int out6 = outOff + 6 * outStride;
        F32_CLASS.cast(c0).intoArray(out, outOff);
        F32_CLASS.cast(d0).intoArray(out, outOff + 16);
        F32_CLASS.cast(c1).intoArray(out, outOff + outStride);
        F32_CLASS.cast(d1).intoArray(out, outOff + outStride + 16);
        F32_CLASS.cast(c2).intoArray(out, out2);
        F32_CLASS.cast(d2).intoArray(out, out2 + 16);
        F32_CLASS.cast(c3).intoArray(out, out2 + outStride);
        F32_CLASS.cast(d3).intoArray(out, out2 + outStride + 16);
        F32_CLASS.cast(c4).intoArray(out, out4);
        F32_CLASS.cast(d4).intoArray(out, out4 + 16);
        F32_CLASS.cast(c5).intoArray(out, out4 + outStride);
        F32_CLASS.cast(d5).intoArray(out, out4 + outStride + 16);
        F32_CLASS.cast(c6).intoArray(out, out6);
        F32_CLASS.cast(d6).intoArray(out, out6 + 16);
        F32_CLASS.cast(c7).intoArray(out, out6 + outStride);
        F32_CLASS.cast(d7).intoArray(out, out6 + outStride + 16);
    }

    /** As {@link #rows8x2} with sixteen filter rows by 16 output channels. */
    static void rows16x1(float[] x, int xOff, int xRow, float[] g, int gOff, int gStride, int rows, int cols,
            float[] init, int initOff,
            int initStride, float[] out, int outOff, int outStride) {
        int init4 = initOff + 4 * initStride;
        int init8 = initOff + 8 * initStride;
        int init12 = initOff + 12 * initStride;
        FloatVector c0 = FloatVector.fromArray(LANES, init, initOff);
        FloatVector c1 = FloatVector.fromArray(LANES, init, initOff + initStride);
        FloatVector c2 = FloatVector.fromArray(LANES, init, initOff + 2 * initStride);
        FloatVector c3 = FloatVector.fromArray(LANES, init, initOff + 3 * initStride);
        FloatVector c4 = FloatVector.fromArray(LANES, init, init4);
        FloatVector c5 = FloatVector.fromArray(LANES, init, init4 + initStride);
        FloatVector c6 = FloatVector.fromArray(LANES, init, init4 + 2 * initStride);
        FloatVector c7 = FloatVector.fromArray(LANES, init, init4 + 3 * initStride);
        FloatVector c8 = FloatVector.fromArray(LANES, init, init8);
        FloatVector c9 = FloatVector.fromArray(LANES, init, init8 + initStride);
        FloatVector c10 = FloatVector.fromArray(LANES, init, init8 + 2 * initStride);
        FloatVector c11 = FloatVector.fromArray(LANES, init, init8 + 3 * initStride);
        FloatVector c12 = FloatVector.fromArray(LANES, init, init12);
        FloatVector c13 = FloatVector.fromArray(LANES, init, init12 + initStride);
        FloatVector c14 = FloatVector.fromArray(LANES, init, init12 + 2 * initStride);
        FloatVector c15 = FloatVector.fromArray(LANES, init, init12 + 3 * initStride);
        int k = gOff;
        for (int row = 0, start = xOff; row < rows; row++, start += xRow) {
            for (int i = start; i < start + BLOCK * cols; i += BLOCK) {
                FloatVector g0 = FloatVector.fromArray(LANES, g, k);
                k += gStride;
                c0 = FloatVector.broadcast(LANES, x[i]).fma(g0, c0);
                c1 = FloatVector.broadcast(LANES, x[i + 1]).fma(g0, c1);
                c2 = FloatVector.broadcast(LANES, x[i + 2]).fma(g0, c2);
                c3 = FloatVector.broadcast(LANES, x[i + 3]).fma(g0, c3);
                c4 = FloatVector.broadcast(LANES, x[i + 4]).fma(g0, c4);
                c5 = FloatVector.broadcast(LANES, x[i + 5]).fma(g0, c5);
                c6 = FloatVector.broadcast(LANES, x[i + 6]).fma(g0, c6);
                c7 = FloatVector.broadcast(LANES, x[i + 7]).fma(g0, c7);
                c8 = FloatVector.broadcast(LANES, x[i + 8]).fma(g0, c8);
                c9 = FloatVector.broadcast(LANES, x[i + 9]).fma(g0, c9);
                c10 = FloatVector.broadcast(LANES, x[i + 10]).fma(g0, c10);
                c11 = FloatVector.broadcast(LANES, x[i + 11]).fma(g0, c11);
                c12 = FloatVector.broadcast(LANES, x[i + 12]).fma(g0, c12);
                c13 = FloatVector.broadcast(LANES, x[i + 13]).fma(g0, c13);
                c14 = FloatVector.broadcast(LANES, x[i + 14]).fma(g0, c14);
                c15 = FloatVector.broadcast(LANES, x[i + 15]).fma(g0, c15);
            }
        }
        int out4 = outOff + 4 * outStride;
        int out8 = outOff + 8 * outStride;
        int out12 = outOff + 12 * outStride;
        F32_CLASS.cast(c0).intoArray(out, outOff);
        F32_CLASS.cast(c1).intoArray(out, outOff + outStride);
        F32_CLASS.cast(c2).intoArray(out, outOff + 2 * outStride);
        F32_CLASS.cast(c3).intoArray(out, outOff + 3 * outStride);
        F32_CLASS.cast(c4).intoArray(out, out4);
        F32_CLASS.cast(c5).intoArray(out, out4 + outStride);
        F32_CLASS.cast(c6).intoArray(out, out4 + 2 * outStride);
        F32_CLASS.cast(c7).intoArray(out, out4 + 3 * outStride);
        F32_CLASS.cast(c8).intoArray(out, out8);
        F32_CLASS.cast(c9).intoArray(out, out8 + outStride);
        F32_CLASS.cast(c10).intoArray(out, out8 + 2 * outStride);
        F32_CLASS.cast(c11).intoArray(out, out8 + 3 * outStride);
        F32_CLASS.cast(c12).intoArray(out, out12);
        F32_CLASS.cast(c13).intoArray(out, out12 + outStride);
        F32_CLASS.cast(c14).intoArray(out, out12 + 2 * outStride);
        F32_CLASS.cast(c15).intoArray(out, out12 + 3 * outStride);
    }

    /**
     * Eight filter rows by 16 output channels for three vertically neighboring taps: one load of an input value serves all three,
     * {@code out[t][j] += sum over rows and cols of x[xOff + xRow row + 16 col + j] * g[gOff + (2 - t) gRow + (16 cols + gSkip) row + 16
     * col]}. Tap t is found at {@code t * outTap}.
     */
    static void threeTaps8x1(float[] x, int xOff, int xRow, float[] g, int gOff, int gRow, int gSkip, int rows,
            int cols, float[] out, int outOff, int outTap, int outStride) {
        int outB = outOff + outTap;
        int outC = outOff + 2 * outTap;
        FloatVector a0 = FloatVector.fromArray(LANES, out, outOff);
        FloatVector a1 = FloatVector.fromArray(LANES, out, outOff + outStride);
        FloatVector a2 = FloatVector.fromArray(LANES, out, outOff + 2 * outStride);
        FloatVector a3 = FloatVector.fromArray(LANES, out, outOff + 3 * outStride);
        FloatVector a4 = FloatVector.fromArray(LANES, out, outOff + 4 * outStride);
        FloatVector a5 = FloatVector.fromArray(LANES, out, outOff + 5 * outStride);
        FloatVector a6 = FloatVector.fromArray(LANES, out, outOff + 6 * outStride);
        FloatVector a7 = FloatVector.fromArray(LANES, out, outOff + 7 * outStride);
        FloatVector b0 = FloatVector.fromArray(LANES, out, outB);
        FloatVector b1 = FloatVector.fromArray(LANES, out, outB + outStride);
        FloatVector b2 = FloatVector.fromArray(LANES, out, outB + 2 * outStride);
        FloatVector b3 = FloatVector.fromArray(LANES, out, outB + 3 * outStride);
        FloatVector b4 = FloatVector.fromArray(LANES, out, outB + 4 * outStride);
        FloatVector b5 = FloatVector.fromArray(LANES, out, outB + 5 * outStride);
        FloatVector b6 = FloatVector.fromArray(LANES, out, outB + 6 * outStride);
        FloatVector b7 = FloatVector.fromArray(LANES, out, outB + 7 * outStride);
        FloatVector c0 = FloatVector.fromArray(LANES, out, outC);
        FloatVector c1 = FloatVector.fromArray(LANES, out, outC + outStride);
        FloatVector c2 = FloatVector.fromArray(LANES, out, outC + 2 * outStride);
        FloatVector c3 = FloatVector.fromArray(LANES, out, outC + 3 * outStride);
        FloatVector c4 = FloatVector.fromArray(LANES, out, outC + 4 * outStride);
        FloatVector c5 = FloatVector.fromArray(LANES, out, outC + 5 * outStride);
        FloatVector c6 = FloatVector.fromArray(LANES, out, outC + 6 * outStride);
        FloatVector c7 = FloatVector.fromArray(LANES, out, outC + 7 * outStride);
        int k = gOff;
        for (int row = 0, start = xOff; row < rows; row++, start += xRow, k += gSkip) {
            for (int i = start; i < start + BLOCK * cols; i += BLOCK) {
                FloatVector g2 = FloatVector.fromArray(LANES, g, k);
                FloatVector g1 = FloatVector.fromArray(LANES, g, k + gRow);
                FloatVector g0 = FloatVector.fromArray(LANES, g, k + 2 * gRow);
                k += BLOCK;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                a0 = p.fma(g0, a0);
                b0 = p.fma(g1, b0);
                c0 = p.fma(g2, c0);
                p = FloatVector.broadcast(LANES, x[i + 1]);
                a1 = p.fma(g0, a1);
                b1 = p.fma(g1, b1);
                c1 = p.fma(g2, c1);
                p = FloatVector.broadcast(LANES, x[i + 2]);
                a2 = p.fma(g0, a2);
                b2 = p.fma(g1, b2);
                c2 = p.fma(g2, c2);
                p = FloatVector.broadcast(LANES, x[i + 3]);
                a3 = p.fma(g0, a3);
                b3 = p.fma(g1, b3);
                c3 = p.fma(g2, c3);
                p = FloatVector.broadcast(LANES, x[i + 4]);
                a4 = p.fma(g0, a4);
                b4 = p.fma(g1, b4);
                c4 = p.fma(g2, c4);
                p = FloatVector.broadcast(LANES, x[i + 5]);
                a5 = p.fma(g0, a5);
                b5 = p.fma(g1, b5);
                c5 = p.fma(g2, c5);
                p = FloatVector.broadcast(LANES, x[i + 6]);
                a6 = p.fma(g0, a6);
                b6 = p.fma(g1, b6);
                c6 = p.fma(g2, c6);
                p = FloatVector.broadcast(LANES, x[i + 7]);
                a7 = p.fma(g0, a7);
                b7 = p.fma(g1, b7);
                c7 = p.fma(g2, c7);
            }
        }
        F32_CLASS.cast(a0).intoArray(out, outOff);
        F32_CLASS.cast(a1).intoArray(out, outOff + outStride);
        F32_CLASS.cast(a2).intoArray(out, outOff + 2 * outStride);
        F32_CLASS.cast(a3).intoArray(out, outOff + 3 * outStride);
        F32_CLASS.cast(a4).intoArray(out, outOff + 4 * outStride);
        F32_CLASS.cast(a5).intoArray(out, outOff + 5 * outStride);
        F32_CLASS.cast(a6).intoArray(out, outOff + 6 * outStride);
        F32_CLASS.cast(a7).intoArray(out, outOff + 7 * outStride);
        F32_CLASS.cast(b0).intoArray(out, outB);
        F32_CLASS.cast(b1).intoArray(out, outB + outStride);
        F32_CLASS.cast(b2).intoArray(out, outB + 2 * outStride);
        F32_CLASS.cast(b3).intoArray(out, outB + 3 * outStride);
        F32_CLASS.cast(b4).intoArray(out, outB + 4 * outStride);
        F32_CLASS.cast(b5).intoArray(out, outB + 5 * outStride);
        F32_CLASS.cast(b6).intoArray(out, outB + 6 * outStride);
        F32_CLASS.cast(b7).intoArray(out, outB + 7 * outStride);
        F32_CLASS.cast(c0).intoArray(out, outC);
        F32_CLASS.cast(c1).intoArray(out, outC + outStride);
        F32_CLASS.cast(c2).intoArray(out, outC + 2 * outStride);
        F32_CLASS.cast(c3).intoArray(out, outC + 3 * outStride);
        F32_CLASS.cast(c4).intoArray(out, outC + 4 * outStride);
        F32_CLASS.cast(c5).intoArray(out, outC + 5 * outStride);
        F32_CLASS.cast(c6).intoArray(out, outC + 6 * outStride);
        F32_CLASS.cast(c7).intoArray(out, outC + 7 * outStride);
    }
}
