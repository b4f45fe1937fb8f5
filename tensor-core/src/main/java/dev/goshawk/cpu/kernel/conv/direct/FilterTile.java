package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.LANES;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;

/**
 * The register tiles of filter gradients on vectors of up to eight lanes: the pixels are the reduction. Sums begin at zero and are added at
 * the end: shorter chains round less.
 */
public final class FilterTile {
    /** Output channels of a tile. */
    public static final int WIDTH = 2 * L;

    private FilterTile() {
    }

    /**
     * A block of input channels by {@link #WIDTH} output channels over {@code rows * cols} pixels: {@code out[outStride j + l] += sum over rows
     * and cols of x[xOff + xRow row + 16 col + j] * g[gOff + gStride (cols row + col) + l]} for j below 16.
     */
    public static void add(float[] x, int xOff, int xRow, float[] g, int gOff, int gStride, int rows, int cols,
            float[] out, int outOff, int outStride) {
        if (VectorSupport.MANY_REGISTERS) {
            add8x2(x, xOff, xRow, g, gOff, gStride, rows, cols, out, outOff, outStride);
            add8x2(x, xOff + 8, xRow, g, gOff, gStride, rows, cols, out, outOff + 8 * outStride, outStride);
        } else {
            add6x2(x, xOff, xRow, g, gOff, gStride, rows, cols, out, outOff, outStride);
            add6x2(x, xOff + 6, xRow, g, gOff, gStride, rows, cols, out, outOff + 6 * outStride, outStride);
            add4x2(x, xOff + 12, xRow, g, gOff, gStride, rows, cols, out, outOff + 12 * outStride, outStride);
        }
    }

    /** Eight input channels. */
    private static void add8x2(float[] x, int xOff, int xRow, float[] g, int gOff, int gStride, int rows, int cols,
            float[] out, int outOff, int outStride) {
        FloatVector c0 = FloatVector.zero(LANES);
        FloatVector d0 = FloatVector.zero(LANES);
        FloatVector c1 = FloatVector.zero(LANES);
        FloatVector d1 = FloatVector.zero(LANES);
        FloatVector c2 = FloatVector.zero(LANES);
        FloatVector d2 = FloatVector.zero(LANES);
        FloatVector c3 = FloatVector.zero(LANES);
        FloatVector d3 = FloatVector.zero(LANES);
        FloatVector c4 = FloatVector.zero(LANES);
        FloatVector d4 = FloatVector.zero(LANES);
        FloatVector c5 = FloatVector.zero(LANES);
        FloatVector d5 = FloatVector.zero(LANES);
        FloatVector c6 = FloatVector.zero(LANES);
        FloatVector d6 = FloatVector.zero(LANES);
        FloatVector c7 = FloatVector.zero(LANES);
        FloatVector d7 = FloatVector.zero(LANES);
        int k = gOff;
        for (int row = 0, start = xOff; row < rows; row++, start += xRow) {
            for (int i = start; i < start + BLOCK * cols; i += BLOCK) {
                FloatVector g0 = FloatVector.fromArray(LANES, g, k);
                FloatVector g1 = FloatVector.fromArray(LANES, g, k + L);
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
        FloatVector.fromArray(LANES, out, outOff).add(c0).intoArray(out, outOff);
        FloatVector.fromArray(LANES, out, outOff + L).add(d0).intoArray(out, outOff + L);
        FloatVector.fromArray(LANES, out, outOff + outStride).add(c1).intoArray(out, outOff + outStride);
        FloatVector.fromArray(LANES, out, outOff + outStride + L).add(d1).intoArray(out, outOff + outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 2 * outStride).add(c2).intoArray(out, outOff + 2 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 2 * outStride + L).add(d2).intoArray(out,
                outOff + 2 * outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 3 * outStride).add(c3).intoArray(out, outOff + 3 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 3 * outStride + L).add(d3).intoArray(out,
                outOff + 3 * outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 4 * outStride).add(c4).intoArray(out, outOff + 4 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 4 * outStride + L).add(d4).intoArray(out,
                outOff + 4 * outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 5 * outStride).add(c5).intoArray(out, outOff + 5 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 5 * outStride + L).add(d5).intoArray(out,
                outOff + 5 * outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 6 * outStride).add(c6).intoArray(out, outOff + 6 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 6 * outStride + L).add(d6).intoArray(out,
                outOff + 6 * outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 7 * outStride).add(c7).intoArray(out, outOff + 7 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 7 * outStride + L).add(d7).intoArray(out,
                outOff + 7 * outStride + L);
    }

    /** Six: the fences keep the compiler from reading ahead, for which it would have to put sums out of their registers. */
    private static void add6x2(float[] x, int xOff, int xRow, float[] g, int gOff, int gStride, int rows, int cols,
            float[] out, int outOff, int outStride) {
        FloatVector c0 = FloatVector.zero(LANES);
        FloatVector d0 = FloatVector.zero(LANES);
        FloatVector c1 = FloatVector.zero(LANES);
        FloatVector d1 = FloatVector.zero(LANES);
        FloatVector c2 = FloatVector.zero(LANES);
        FloatVector d2 = FloatVector.zero(LANES);
        FloatVector c3 = FloatVector.zero(LANES);
        FloatVector d3 = FloatVector.zero(LANES);
        FloatVector c4 = FloatVector.zero(LANES);
        FloatVector d4 = FloatVector.zero(LANES);
        FloatVector c5 = FloatVector.zero(LANES);
        FloatVector d5 = FloatVector.zero(LANES);
        int k = gOff;
        for (int row = 0, start = xOff; row < rows; row++, start += xRow) {
            for (int i = start; i < start + BLOCK * cols; i += BLOCK) {
                FloatVector g0 = FloatVector.fromArray(LANES, g, k);
                FloatVector g1 = FloatVector.fromArray(LANES, g, k + L);
                k += gStride;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                c0 = p.fma(g0, c0);
                d0 = p.fma(g1, d0);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 1]);
                c1 = p.fma(g0, c1);
                d1 = p.fma(g1, d1);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 2]);
                c2 = p.fma(g0, c2);
                d2 = p.fma(g1, d2);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 3]);
                c3 = p.fma(g0, c3);
                d3 = p.fma(g1, d3);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 4]);
                c4 = p.fma(g0, c4);
                d4 = p.fma(g1, d4);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 5]);
                c5 = p.fma(g0, c5);
                d5 = p.fma(g1, d5);
            }
        }
        FloatVector.fromArray(LANES, out, outOff).add(c0).intoArray(out, outOff);
        FloatVector.fromArray(LANES, out, outOff + L).add(d0).intoArray(out, outOff + L);
        FloatVector.fromArray(LANES, out, outOff + outStride).add(c1).intoArray(out, outOff + outStride);
        FloatVector.fromArray(LANES, out, outOff + outStride + L).add(d1).intoArray(out, outOff + outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 2 * outStride).add(c2).intoArray(out, outOff + 2 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 2 * outStride + L).add(d2).intoArray(out,
                outOff + 2 * outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 3 * outStride).add(c3).intoArray(out, outOff + 3 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 3 * outStride + L).add(d3).intoArray(out,
                outOff + 3 * outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 4 * outStride).add(c4).intoArray(out, outOff + 4 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 4 * outStride + L).add(d4).intoArray(out,
                outOff + 4 * outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 5 * outStride).add(c5).intoArray(out, outOff + 5 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 5 * outStride + L).add(d5).intoArray(out,
                outOff + 5 * outStride + L);
    }

    /** Four. */
    private static void add4x2(float[] x, int xOff, int xRow, float[] g, int gOff, int gStride, int rows, int cols,
            float[] out, int outOff, int outStride) {
        FloatVector c0 = FloatVector.zero(LANES);
        FloatVector d0 = FloatVector.zero(LANES);
        FloatVector c1 = FloatVector.zero(LANES);
        FloatVector d1 = FloatVector.zero(LANES);
        FloatVector c2 = FloatVector.zero(LANES);
        FloatVector d2 = FloatVector.zero(LANES);
        FloatVector c3 = FloatVector.zero(LANES);
        FloatVector d3 = FloatVector.zero(LANES);
        int k = gOff;
        for (int row = 0, start = xOff; row < rows; row++, start += xRow) {
            for (int i = start; i < start + BLOCK * cols; i += BLOCK) {
                FloatVector g0 = FloatVector.fromArray(LANES, g, k);
                FloatVector g1 = FloatVector.fromArray(LANES, g, k + L);
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
            }
        }
        FloatVector.fromArray(LANES, out, outOff).add(c0).intoArray(out, outOff);
        FloatVector.fromArray(LANES, out, outOff + L).add(d0).intoArray(out, outOff + L);
        FloatVector.fromArray(LANES, out, outOff + outStride).add(c1).intoArray(out, outOff + outStride);
        FloatVector.fromArray(LANES, out, outOff + outStride + L).add(d1).intoArray(out, outOff + outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 2 * outStride).add(c2).intoArray(out, outOff + 2 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 2 * outStride + L).add(d2).intoArray(out,
                outOff + 2 * outStride + L);
        FloatVector.fromArray(LANES, out, outOff + 3 * outStride).add(c3).intoArray(out, outOff + 3 * outStride);
        FloatVector.fromArray(LANES, out, outOff + 3 * outStride + L).add(d3).intoArray(out,
                outOff + 3 * outStride + L);
    }
}
