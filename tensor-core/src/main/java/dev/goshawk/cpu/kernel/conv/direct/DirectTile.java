package dev.goshawk.cpu.kernel.conv.direct;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles of the direct convolution. Each method is one straight-line block of fused multiply-adds inside
 * one loop, with no branch on data, so that the compiler keeps all accumulators in registers. The start value of the
 * accumulators is read at {@code init} with its own stride: the output itself to accumulate, a block of zeros with
 * stride 0 to overwrite.
 */
public final class DirectTile {
    public static final VectorSpecies<Float> LANES = VectorSupport.F32;
    /** Floats in a vector. */
    public static final int L = VectorSupport.F32_LANES;
    /** Channels in a block of the staged image: one vector or several. */
    public static final int BLOCK = 16;
    /** Pixels in a tile, at most. */
    static final int PIXELS = 8;

    private DirectTile() {
    }

    /**
     * Eight neighboring pixels by one vector of channels: {@code out[p] = init[p] + sum over segments and k of x[start + k + 16
     * p] * w[k]}, where a segment is a run of contiguous reduction indices and {@code w} holds a vector for each of
     * them, in order.
     */
    static void pixels8x1(float[] x, int xOff, int[] segmentStart, int[] segmentLength, float[] w, int wOff,
            float[] init,
            int initOff, int initStride, float[] out, int outOff, int outStride) {
        FloatVector c0 = FloatVector.fromArray(LANES, init, initOff);
        FloatVector c1 = FloatVector.fromArray(LANES, init, initOff + initStride);
        FloatVector c2 = FloatVector.fromArray(LANES, init, initOff + 2 * initStride);
        FloatVector c3 = FloatVector.fromArray(LANES, init, initOff + 3 * initStride);
        FloatVector c4 = FloatVector.fromArray(LANES, init, initOff + 4 * initStride);
        FloatVector c5 = FloatVector.fromArray(LANES, init, initOff + 5 * initStride);
        FloatVector c6 = FloatVector.fromArray(LANES, init, initOff + 6 * initStride);
        FloatVector c7 = FloatVector.fromArray(LANES, init, initOff + 7 * initStride);
        int k = wOff;
        for (int s = 0; s < segmentStart.length; s++) {
            int begin = xOff + segmentStart[s];
            int end = begin + segmentLength[s];
            for (int i = begin; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(LANES, w, k);
                k += L;
                c0 = FloatVector.broadcast(LANES, x[i]).fma(w0, c0);
                c1 = FloatVector.broadcast(LANES, x[i + 16]).fma(w0, c1);
                c2 = FloatVector.broadcast(LANES, x[i + 32]).fma(w0, c2);
                c3 = FloatVector.broadcast(LANES, x[i + 48]).fma(w0, c3);
                c4 = FloatVector.broadcast(LANES, x[i + 64]).fma(w0, c4);
                c5 = FloatVector.broadcast(LANES, x[i + 80]).fma(w0, c5);
                c6 = FloatVector.broadcast(LANES, x[i + 96]).fma(w0, c6);
                c7 = FloatVector.broadcast(LANES, x[i + 112]).fma(w0, c7);
            }
        }
        F32_CLASS.cast(c0).intoArray(out, outOff);
        F32_CLASS.cast(c1).intoArray(out, outOff + outStride);
        F32_CLASS.cast(c2).intoArray(out, outOff + 2 * outStride);
        F32_CLASS.cast(c3).intoArray(out, outOff + 3 * outStride);
        F32_CLASS.cast(c4).intoArray(out, outOff + 4 * outStride);
        F32_CLASS.cast(c5).intoArray(out, outOff + 5 * outStride);
        F32_CLASS.cast(c6).intoArray(out, outOff + 6 * outStride);
        F32_CLASS.cast(c7).intoArray(out, outOff + 7 * outStride);
    }

    /** As {@link #pixels8x1} with two vectors of channels; {@code w} holds two vectors for each reduction index. */
    static void pixels8x2(float[] x, int xOff, int[] segmentStart, int[] segmentLength, float[] w, int wOff,
            float[] init,
            int initOff, int initStride, float[] out, int outOff, int outStride) {
        int init2 = initOff + 2 * initStride;
        int init4 = initOff + 4 * initStride;
        int init6 = initOff + 6 * initStride;
        FloatVector c0 = FloatVector.fromArray(LANES, init, initOff);
        FloatVector d0 = FloatVector.fromArray(LANES, init, initOff + L);
        FloatVector c1 = FloatVector.fromArray(LANES, init, initOff + initStride);
        FloatVector d1 = FloatVector.fromArray(LANES, init, initOff + initStride + L);
        FloatVector c2 = FloatVector.fromArray(LANES, init, init2);
        FloatVector d2 = FloatVector.fromArray(LANES, init, init2 + L);
        FloatVector c3 = FloatVector.fromArray(LANES, init, init2 + initStride);
        FloatVector d3 = FloatVector.fromArray(LANES, init, init2 + initStride + L);
        FloatVector c4 = FloatVector.fromArray(LANES, init, init4);
        FloatVector d4 = FloatVector.fromArray(LANES, init, init4 + L);
        FloatVector c5 = FloatVector.fromArray(LANES, init, init4 + initStride);
        FloatVector d5 = FloatVector.fromArray(LANES, init, init4 + initStride + L);
        FloatVector c6 = FloatVector.fromArray(LANES, init, init6);
        FloatVector d6 = FloatVector.fromArray(LANES, init, init6 + L);
        FloatVector c7 = FloatVector.fromArray(LANES, init, init6 + initStride);
        FloatVector d7 = FloatVector.fromArray(LANES, init, init6 + initStride + L);
        int k = wOff;
        for (int s = 0; s < segmentStart.length; s++) {
            int begin = xOff + segmentStart[s];
            int end = begin + segmentLength[s];
            for (int i = begin; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(LANES, w, k);
                FloatVector w1 = FloatVector.fromArray(LANES, w, k + L);
                k += 2 * L;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                c0 = p.fma(w0, c0);
                d0 = p.fma(w1, d0);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                c1 = p.fma(w0, c1);
                d1 = p.fma(w1, d1);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                c2 = p.fma(w0, c2);
                d2 = p.fma(w1, d2);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                c3 = p.fma(w0, c3);
                d3 = p.fma(w1, d3);
                p = FloatVector.broadcast(LANES, x[i + 64]);
                c4 = p.fma(w0, c4);
                d4 = p.fma(w1, d4);
                p = FloatVector.broadcast(LANES, x[i + 80]);
                c5 = p.fma(w0, c5);
                d5 = p.fma(w1, d5);
                p = FloatVector.broadcast(LANES, x[i + 96]);
                c6 = p.fma(w0, c6);
                d6 = p.fma(w1, d6);
                p = FloatVector.broadcast(LANES, x[i + 112]);
                c7 = p.fma(w0, c7);
                d7 = p.fma(w1, d7);
            }
        }
        int out2 = outOff + 2 * outStride;
        int out4 = outOff + 4 * outStride;
        int out6 = outOff + 6 * outStride;
        F32_CLASS.cast(c0).intoArray(out, outOff);
        F32_CLASS.cast(d0).intoArray(out, outOff + L);
        F32_CLASS.cast(c1).intoArray(out, outOff + outStride);
        F32_CLASS.cast(d1).intoArray(out, outOff + outStride + L);
        F32_CLASS.cast(c2).intoArray(out, out2);
        F32_CLASS.cast(d2).intoArray(out, out2 + L);
        F32_CLASS.cast(c3).intoArray(out, out2 + outStride);
        F32_CLASS.cast(d3).intoArray(out, out2 + outStride + L);
        F32_CLASS.cast(c4).intoArray(out, out4);
        F32_CLASS.cast(d4).intoArray(out, out4 + L);
        F32_CLASS.cast(c5).intoArray(out, out4 + outStride);
        F32_CLASS.cast(d5).intoArray(out, out4 + outStride + L);
        F32_CLASS.cast(c6).intoArray(out, out6);
        F32_CLASS.cast(d6).intoArray(out, out6 + L);
        F32_CLASS.cast(c7).intoArray(out, out6 + outStride);
        F32_CLASS.cast(d7).intoArray(out, out6 + outStride + L);
    }

    /** As {@link #pixels8x2} with seven pixels, for the widths that are a multiple of seven. */
    static void pixels7x2(float[] x, int xOff, int[] segmentStart, int[] segmentLength, float[] w, int wOff,
            float[] init,
            int initOff, int initStride, float[] out, int outOff, int outStride) {
        FloatVector c0 = FloatVector.fromArray(LANES, init, initOff);
        FloatVector d0 = FloatVector.fromArray(LANES, init, initOff + L);
        FloatVector c1 = FloatVector.fromArray(LANES, init, initOff + initStride);
        FloatVector d1 = FloatVector.fromArray(LANES, init, initOff + initStride + L);
        FloatVector c2 = FloatVector.fromArray(LANES, init, initOff + 2 * initStride);
        FloatVector d2 = FloatVector.fromArray(LANES, init, initOff + 2 * initStride + L);
        FloatVector c3 = FloatVector.fromArray(LANES, init, initOff + 3 * initStride);
        FloatVector d3 = FloatVector.fromArray(LANES, init, initOff + 3 * initStride + L);
        FloatVector c4 = FloatVector.fromArray(LANES, init, initOff + 4 * initStride);
        FloatVector d4 = FloatVector.fromArray(LANES, init, initOff + 4 * initStride + L);
        FloatVector c5 = FloatVector.fromArray(LANES, init, initOff + 5 * initStride);
        FloatVector d5 = FloatVector.fromArray(LANES, init, initOff + 5 * initStride + L);
        FloatVector c6 = FloatVector.fromArray(LANES, init, initOff + 6 * initStride);
        FloatVector d6 = FloatVector.fromArray(LANES, init, initOff + 6 * initStride + L);
        int k = wOff;
        for (int s = 0; s < segmentStart.length; s++) {
            int begin = xOff + segmentStart[s];
            int end = begin + segmentLength[s];
            for (int i = begin; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(LANES, w, k);
                FloatVector w1 = FloatVector.fromArray(LANES, w, k + L);
                k += 2 * L;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                c0 = p.fma(w0, c0);
                d0 = p.fma(w1, d0);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                c1 = p.fma(w0, c1);
                d1 = p.fma(w1, d1);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                c2 = p.fma(w0, c2);
                d2 = p.fma(w1, d2);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                c3 = p.fma(w0, c3);
                d3 = p.fma(w1, d3);
                p = FloatVector.broadcast(LANES, x[i + 64]);
                c4 = p.fma(w0, c4);
                d4 = p.fma(w1, d4);
                p = FloatVector.broadcast(LANES, x[i + 80]);
                c5 = p.fma(w0, c5);
                d5 = p.fma(w1, d5);
                p = FloatVector.broadcast(LANES, x[i + 96]);
                c6 = p.fma(w0, c6);
                d6 = p.fma(w1, d6);
            }
        }
        F32_CLASS.cast(c0).intoArray(out, outOff);
        F32_CLASS.cast(d0).intoArray(out, outOff + L);
        F32_CLASS.cast(c1).intoArray(out, outOff + outStride);
        F32_CLASS.cast(d1).intoArray(out, outOff + outStride + L);
        F32_CLASS.cast(c2).intoArray(out, outOff + 2 * outStride);
        F32_CLASS.cast(d2).intoArray(out, outOff + 2 * outStride + L);
        F32_CLASS.cast(c3).intoArray(out, outOff + 3 * outStride);
        F32_CLASS.cast(d3).intoArray(out, outOff + 3 * outStride + L);
        F32_CLASS.cast(c4).intoArray(out, outOff + 4 * outStride);
        F32_CLASS.cast(d4).intoArray(out, outOff + 4 * outStride + L);
        F32_CLASS.cast(c5).intoArray(out, outOff + 5 * outStride);
        F32_CLASS.cast(d5).intoArray(out, outOff + 5 * outStride + L);
        F32_CLASS.cast(c6).intoArray(out, outOff + 6 * outStride);
        F32_CLASS.cast(d6).intoArray(out, outOff + 6 * outStride + L);
    }

    /** As {@link #pixels8x2} with four pixels: what sixteen registers hold in whatever order the compiler puts the loads. */
    static void pixels4x2(float[] x, int xOff, int[] segmentStart, int[] segmentLength, float[] w, int wOff,
            float[] init, int initOff, int initStride, float[] out, int outOff, int outStride) {
        FloatVector c0 = FloatVector.fromArray(LANES, init, initOff);
        FloatVector d0 = FloatVector.fromArray(LANES, init, initOff + L);
        FloatVector c1 = FloatVector.fromArray(LANES, init, initOff + initStride);
        FloatVector d1 = FloatVector.fromArray(LANES, init, initOff + initStride + L);
        FloatVector c2 = FloatVector.fromArray(LANES, init, initOff + 2 * initStride);
        FloatVector d2 = FloatVector.fromArray(LANES, init, initOff + 2 * initStride + L);
        FloatVector c3 = FloatVector.fromArray(LANES, init, initOff + 3 * initStride);
        FloatVector d3 = FloatVector.fromArray(LANES, init, initOff + 3 * initStride + L);
        int k = wOff;
        for (int s = 0; s < segmentStart.length; s++) {
            int begin = xOff + segmentStart[s];
            int end = begin + segmentLength[s];
            for (int i = begin; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(LANES, w, k);
                FloatVector w1 = FloatVector.fromArray(LANES, w, k + L);
                k += 2 * L;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                c0 = p.fma(w0, c0);
                d0 = p.fma(w1, d0);
                p = FloatVector.broadcast(LANES, x[i + 16]);
                c1 = p.fma(w0, c1);
                d1 = p.fma(w1, d1);
                p = FloatVector.broadcast(LANES, x[i + 32]);
                c2 = p.fma(w0, c2);
                d2 = p.fma(w1, d2);
                p = FloatVector.broadcast(LANES, x[i + 48]);
                c3 = p.fma(w0, c3);
                d3 = p.fma(w1, d3);
            }
        }
        F32_CLASS.cast(c0).intoArray(out, outOff);
        F32_CLASS.cast(d0).intoArray(out, outOff + L);
        F32_CLASS.cast(c1).intoArray(out, outOff + outStride);
        F32_CLASS.cast(d1).intoArray(out, outOff + outStride + L);
        F32_CLASS.cast(c2).intoArray(out, outOff + 2 * outStride);
        F32_CLASS.cast(d2).intoArray(out, outOff + 2 * outStride + L);
        F32_CLASS.cast(c3).intoArray(out, outOff + 3 * outStride);
        F32_CLASS.cast(d3).intoArray(out, outOff + 3 * outStride + L);
    }

    /** As {@link #pixels8x2} with six pixels, which sixteen registers hold if each number is read when it is needed. The fences order nothing else; on x86 they are no instruction. */
    static void pixels6x2(float[] x, int xOff, int[] segmentStart, int[] segmentLength, float[] w, int wOff,
            float[] init, int initOff, int initStride, float[] out, int outOff, int outStride) {
        FloatVector c0 = FloatVector.fromArray(LANES, init, initOff);
        FloatVector d0 = FloatVector.fromArray(LANES, init, initOff + L);
        FloatVector c1 = FloatVector.fromArray(LANES, init, initOff + initStride);
        FloatVector d1 = FloatVector.fromArray(LANES, init, initOff + initStride + L);
        FloatVector c2 = FloatVector.fromArray(LANES, init, initOff + 2 * initStride);
        FloatVector d2 = FloatVector.fromArray(LANES, init, initOff + 2 * initStride + L);
        FloatVector c3 = FloatVector.fromArray(LANES, init, initOff + 3 * initStride);
        FloatVector d3 = FloatVector.fromArray(LANES, init, initOff + 3 * initStride + L);
        FloatVector c4 = FloatVector.fromArray(LANES, init, initOff + 4 * initStride);
        FloatVector d4 = FloatVector.fromArray(LANES, init, initOff + 4 * initStride + L);
        FloatVector c5 = FloatVector.fromArray(LANES, init, initOff + 5 * initStride);
        FloatVector d5 = FloatVector.fromArray(LANES, init, initOff + 5 * initStride + L);
        int k = wOff;
        for (int s = 0; s < segmentStart.length; s++) {
            int begin = xOff + segmentStart[s];
            int end = begin + segmentLength[s];
            for (int i = begin; i < end; i++) {
                FloatVector w0 = FloatVector.fromArray(LANES, w, k);
                FloatVector w1 = FloatVector.fromArray(LANES, w, k + L);
                k += 2 * L;
                FloatVector p = FloatVector.broadcast(LANES, x[i]);
                c0 = p.fma(w0, c0);
                d0 = p.fma(w1, d0);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 16]);
                c1 = p.fma(w0, c1);
                d1 = p.fma(w1, d1);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 32]);
                c2 = p.fma(w0, c2);
                d2 = p.fma(w1, d2);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 48]);
                c3 = p.fma(w0, c3);
                d3 = p.fma(w1, d3);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 64]);
                c4 = p.fma(w0, c4);
                d4 = p.fma(w1, d4);
                VarHandle.loadLoadFence();
                p = FloatVector.broadcast(LANES, x[i + 80]);
                c5 = p.fma(w0, c5);
                d5 = p.fma(w1, d5);
            }
        }
        F32_CLASS.cast(c0).intoArray(out, outOff);
        F32_CLASS.cast(d0).intoArray(out, outOff + L);
        F32_CLASS.cast(c1).intoArray(out, outOff + outStride);
        F32_CLASS.cast(d1).intoArray(out, outOff + outStride + L);
        F32_CLASS.cast(c2).intoArray(out, outOff + 2 * outStride);
        F32_CLASS.cast(d2).intoArray(out, outOff + 2 * outStride + L);
        F32_CLASS.cast(c3).intoArray(out, outOff + 3 * outStride);
        F32_CLASS.cast(d3).intoArray(out, outOff + 3 * outStride + L);
        F32_CLASS.cast(c4).intoArray(out, outOff + 4 * outStride);
        F32_CLASS.cast(d4).intoArray(out, outOff + 4 * outStride + L);
        F32_CLASS.cast(c5).intoArray(out, outOff + 5 * outStride);
        F32_CLASS.cast(d5).intoArray(out, outOff + 5 * outStride + L);
    }
}
