package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.LANES;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;

/**
 * Register tiles over two output rows at a stride of 1 and three filter rows, for vectors of 16 lanes: with narrower ones loads are no bottleneck. Four input rows feed them, each number read once for up
 * to three multiply-adds, and sixteen accumulators keep the multipliers busy whatever their latency. Along a segment, the taps of a
 * filter row with their channels, everything moves by one float a step: one flat loop whose bounds are checked before it starts.
 *
 * <p>The fences order nothing that matters. They keep the compiler from reading all four rows first, for which it would have to put
 * accumulators out of their registers; on x86 they are no instruction.
 */
public final class DirectRowTile {
    /** Pixels of a row in a 16-channel tile, and in a 32-channel tile. */
    public static final int PIXELS = 8;

    public static final int PIXELS_OF_PAIR = 4;

    private DirectRowTile() {
    }

    /**
     * Eight neighboring pixels of two rows by 16 channels: {@code out[outRow r + 16 p] = sum over segments, i and t < 3 of x[start + i +
     * 16 p + xRow (r + t)] * w[i][t]}, where {@code w} holds three times 16 lanes for each reduction index, in order.
     */
    static void rows2x8x1(float[] x, int xOff, int xRow, int[] segmentStart, int[] segmentLength, float[] w, int wOff,
            float[] out, int outOff, int outRow) {
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
        for (int s = 0; s < segmentStart.length; s++) {
            int begin = xOff + segmentStart[s];
            int end = begin + segmentLength[s];
            for (int i = begin; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(LANES, w, k);
                FloatVector w1 = FloatVector.fromArray(LANES, w, k + 16);
                FloatVector w2 = FloatVector.fromArray(LANES, w, k + 32);
                k += 48;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                a0 = p.fma(w0, a0);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                a1 = p.fma(w0, a1);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                a2 = p.fma(w0, a2);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                a3 = p.fma(w0, a3);
                p = FloatVector.broadcast(LANES, x[i + 64]);
                a4 = p.fma(w0, a4);
                p = FloatVector.broadcast(LANES, x[i + 80]);
                a5 = p.fma(w0, a5);
                p = FloatVector.broadcast(LANES, x[i + 96]);
                a6 = p.fma(w0, a6);
                p = FloatVector.broadcast(LANES, x[i + 112]);
                a7 = p.fma(w0, a7);
                VarHandle.loadLoadFence();
                int j = i + xRow;
                p = FloatVector.broadcast(LANES, x[j]);
                a0 = p.fma(w1, a0);
                b0 = p.fma(w0, b0);
                p = FloatVector.broadcast(LANES, x[j + 16]);
                a1 = p.fma(w1, a1);
                b1 = p.fma(w0, b1);
                p = FloatVector.broadcast(LANES, x[j + 32]);
                a2 = p.fma(w1, a2);
                b2 = p.fma(w0, b2);
                p = FloatVector.broadcast(LANES, x[j + 48]);
                a3 = p.fma(w1, a3);
                b3 = p.fma(w0, b3);
                p = FloatVector.broadcast(LANES, x[j + 64]);
                a4 = p.fma(w1, a4);
                b4 = p.fma(w0, b4);
                p = FloatVector.broadcast(LANES, x[j + 80]);
                a5 = p.fma(w1, a5);
                b5 = p.fma(w0, b5);
                p = FloatVector.broadcast(LANES, x[j + 96]);
                a6 = p.fma(w1, a6);
                b6 = p.fma(w0, b6);
                p = FloatVector.broadcast(LANES, x[j + 112]);
                a7 = p.fma(w1, a7);
                b7 = p.fma(w0, b7);
                VarHandle.loadLoadFence();
                j += xRow;
                p = FloatVector.broadcast(LANES, x[j]);
                a0 = p.fma(w2, a0);
                b0 = p.fma(w1, b0);
                p = FloatVector.broadcast(LANES, x[j + 16]);
                a1 = p.fma(w2, a1);
                b1 = p.fma(w1, b1);
                p = FloatVector.broadcast(LANES, x[j + 32]);
                a2 = p.fma(w2, a2);
                b2 = p.fma(w1, b2);
                p = FloatVector.broadcast(LANES, x[j + 48]);
                a3 = p.fma(w2, a3);
                b3 = p.fma(w1, b3);
                p = FloatVector.broadcast(LANES, x[j + 64]);
                a4 = p.fma(w2, a4);
                b4 = p.fma(w1, b4);
                p = FloatVector.broadcast(LANES, x[j + 80]);
                a5 = p.fma(w2, a5);
                b5 = p.fma(w1, b5);
                p = FloatVector.broadcast(LANES, x[j + 96]);
                a6 = p.fma(w2, a6);
                b6 = p.fma(w1, b6);
                p = FloatVector.broadcast(LANES, x[j + 112]);
                a7 = p.fma(w2, a7);
                b7 = p.fma(w1, b7);
                VarHandle.loadLoadFence();
                j += xRow;
                p = FloatVector.broadcast(LANES, x[j]);
                b0 = p.fma(w2, b0);
                p = FloatVector.broadcast(LANES, x[j + 16]);
                b1 = p.fma(w2, b1);
                p = FloatVector.broadcast(LANES, x[j + 32]);
                b2 = p.fma(w2, b2);
                p = FloatVector.broadcast(LANES, x[j + 48]);
                b3 = p.fma(w2, b3);
                p = FloatVector.broadcast(LANES, x[j + 64]);
                b4 = p.fma(w2, b4);
                p = FloatVector.broadcast(LANES, x[j + 80]);
                b5 = p.fma(w2, b5);
                p = FloatVector.broadcast(LANES, x[j + 96]);
                b6 = p.fma(w2, b6);
                p = FloatVector.broadcast(LANES, x[j + 112]);
                b7 = p.fma(w2, b7);
            }
        }
        F32_CLASS.cast(a0).intoArray(out, outOff);
        F32_CLASS.cast(a1).intoArray(out, outOff + 16);
        F32_CLASS.cast(a2).intoArray(out, outOff + 32);
        F32_CLASS.cast(a3).intoArray(out, outOff + 48);
        F32_CLASS.cast(a4).intoArray(out, outOff + 64);
        F32_CLASS.cast(a5).intoArray(out, outOff + 80);
        F32_CLASS.cast(a6).intoArray(out, outOff + 96);
        F32_CLASS.cast(a7).intoArray(out, outOff + 112);
        int out1 = outOff + outRow;
        F32_CLASS.cast(b0).intoArray(out, out1);
        F32_CLASS.cast(b1).intoArray(out, out1 + 16);
        F32_CLASS.cast(b2).intoArray(out, out1 + 32);
        F32_CLASS.cast(b3).intoArray(out, out1 + 48);
        F32_CLASS.cast(b4).intoArray(out, out1 + 64);
        F32_CLASS.cast(b5).intoArray(out, out1 + 80);
        F32_CLASS.cast(b6).intoArray(out, out1 + 96);
        F32_CLASS.cast(b7).intoArray(out, out1 + 112);
    }

    /** As {@link #rows2x8x1} with four pixels and 32 channels; {@code w} holds three times 32 lanes for each reduction index. */
    static void rows2x4x2(float[] x, int xOff, int xRow, int[] segmentStart, int[] segmentLength, float[] w, int wOff,
            float[] out, int outOff, int outRow) {
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
        for (int s = 0; s < segmentStart.length; s++) {
            int begin = xOff + segmentStart[s];
            int end = begin + segmentLength[s];
            for (int i = begin; i < end; i++) {
                FloatVector w0x = FloatVector.fromArray(LANES, w, k);
                FloatVector w0y = FloatVector.fromArray(LANES, w, k + 16);
                FloatVector w1x = FloatVector.fromArray(LANES, w, k + 32);
                FloatVector w1y = FloatVector.fromArray(LANES, w, k + 48);
                FloatVector w2x = FloatVector.fromArray(LANES, w, k + 64);
                FloatVector w2y = FloatVector.fromArray(LANES, w, k + 80);
                k += 96;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                a0x = p.fma(w0x, a0x);
                a0y = p.fma(w0y, a0y);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                a1x = p.fma(w0x, a1x);
                a1y = p.fma(w0y, a1y);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                a2x = p.fma(w0x, a2x);
                a2y = p.fma(w0y, a2y);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                a3x = p.fma(w0x, a3x);
                a3y = p.fma(w0y, a3y);
                VarHandle.loadLoadFence();
                int j = i + xRow;
                p = FloatVector.broadcast(LANES, x[j]);
                a0x = p.fma(w1x, a0x);
                a0y = p.fma(w1y, a0y);
                b0x = p.fma(w0x, b0x);
                b0y = p.fma(w0y, b0y);
                p = FloatVector.broadcast(LANES, x[j + 16]);
                a1x = p.fma(w1x, a1x);
                a1y = p.fma(w1y, a1y);
                b1x = p.fma(w0x, b1x);
                b1y = p.fma(w0y, b1y);
                p = FloatVector.broadcast(LANES, x[j + 32]);
                a2x = p.fma(w1x, a2x);
                a2y = p.fma(w1y, a2y);
                b2x = p.fma(w0x, b2x);
                b2y = p.fma(w0y, b2y);
                p = FloatVector.broadcast(LANES, x[j + 48]);
                a3x = p.fma(w1x, a3x);
                a3y = p.fma(w1y, a3y);
                b3x = p.fma(w0x, b3x);
                b3y = p.fma(w0y, b3y);
                VarHandle.loadLoadFence();
                j += xRow;
                p = FloatVector.broadcast(LANES, x[j]);
                a0x = p.fma(w2x, a0x);
                a0y = p.fma(w2y, a0y);
                b0x = p.fma(w1x, b0x);
                b0y = p.fma(w1y, b0y);
                p = FloatVector.broadcast(LANES, x[j + 16]);
                a1x = p.fma(w2x, a1x);
                a1y = p.fma(w2y, a1y);
                b1x = p.fma(w1x, b1x);
                b1y = p.fma(w1y, b1y);
                p = FloatVector.broadcast(LANES, x[j + 32]);
                a2x = p.fma(w2x, a2x);
                a2y = p.fma(w2y, a2y);
                b2x = p.fma(w1x, b2x);
                b2y = p.fma(w1y, b2y);
                p = FloatVector.broadcast(LANES, x[j + 48]);
                a3x = p.fma(w2x, a3x);
                a3y = p.fma(w2y, a3y);
                b3x = p.fma(w1x, b3x);
                b3y = p.fma(w1y, b3y);
                VarHandle.loadLoadFence();
                j += xRow;
                p = FloatVector.broadcast(LANES, x[j]);
                b0x = p.fma(w2x, b0x);
                b0y = p.fma(w2y, b0y);
                p = FloatVector.broadcast(LANES, x[j + 16]);
                b1x = p.fma(w2x, b1x);
                b1y = p.fma(w2y, b1y);
                p = FloatVector.broadcast(LANES, x[j + 32]);
                b2x = p.fma(w2x, b2x);
                b2y = p.fma(w2y, b2y);
                p = FloatVector.broadcast(LANES, x[j + 48]);
                b3x = p.fma(w2x, b3x);
                b3y = p.fma(w2y, b3y);
            }
        }
        F32_CLASS.cast(a0x).intoArray(out, outOff);
        F32_CLASS.cast(a0y).intoArray(out, outOff + 16);
        F32_CLASS.cast(a1x).intoArray(out, outOff + 32);
        F32_CLASS.cast(a1y).intoArray(out, outOff + 48);
        F32_CLASS.cast(a2x).intoArray(out, outOff + 64);
        F32_CLASS.cast(a2y).intoArray(out, outOff + 80);
        F32_CLASS.cast(a3x).intoArray(out, outOff + 96);
        F32_CLASS.cast(a3y).intoArray(out, outOff + 112);
        int out1 = outOff + outRow;
        F32_CLASS.cast(b0x).intoArray(out, out1);
        F32_CLASS.cast(b0y).intoArray(out, out1 + 16);
        F32_CLASS.cast(b1x).intoArray(out, out1 + 32);
        F32_CLASS.cast(b1y).intoArray(out, out1 + 48);
        F32_CLASS.cast(b2x).intoArray(out, out1 + 64);
        F32_CLASS.cast(b2y).intoArray(out, out1 + 80);
        F32_CLASS.cast(b3x).intoArray(out, out1 + 96);
        F32_CLASS.cast(b3y).intoArray(out, out1 + 112);
    }
}
