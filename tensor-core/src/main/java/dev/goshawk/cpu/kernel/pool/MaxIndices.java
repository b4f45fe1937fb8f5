package dev.goshawk.cpu.kernel.pool;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32_CLASS;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.PoolGeometry;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Positions of the largest elements of pooling windows: the first of equals, NaN above everything, padding never, -1 for
 * a window that holds nothing else.
 */
public final class MaxIndices {
    private static final VectorSpecies<Float> S = VectorSupport.F32;
    private static final VectorSpecies<Integer> I = VectorSupport.I32;
    private static final int L = VectorSupport.F32_LANES;

    private MaxIndices() {
    }

    /** One row of windows, counted through all images: {@code out[o0 + window*channels + channel]}. */
    public static void row(PoolGeometry g, int row, float[] x, int x0, int[] out, int o0) {
        int p = row % g.outHeight();
        int image = x0 + row / g.outHeight() * g.inHeight() * g.inWidth() * g.channels();
        int top = Math.max(p * g.strideHeight() - g.padTop(), 0);
        int bottom = Math.min(p * g.strideHeight() - g.padTop() + g.kernelHeight(), g.inHeight());
        int whole = g.channels() / L * L;
        for (int q = 0; q < g.outWidth(); q++) {
            int left = Math.max(q * g.strideWidth() - g.padLeft(), 0);
            int right = Math.min(q * g.strideWidth() - g.padLeft() + g.kernelWidth(), g.inWidth());
            int to = o0 + (row * g.outWidth() + q) * g.channels();
            for (int c = 0; c < whole; c += L) {
                vector(g, x, image + c, top, bottom, left, right, out, to + c);
            }
            for (int c = whole; c < g.channels(); c++) {
                scalar(g, x, image + c, top, bottom, left, right, out, to + c);
            }
        }
    }

    private static void vector(PoolGeometry g, float[] x, int x0, int top, int bottom, int left, int right, int[] out,
            int o0) {
        FloatVector best = FloatVector.zero(S);
        IntVector at = IntVector.broadcast(I, -1);
        for (int h = top; h < bottom; h++) {
            for (int w = left; w < right; w++) {
                int pixel = h * g.inWidth() + w;
                FloatVector v = FloatVector.fromArray(S, x, x0 + pixel * g.channels());
                VectorMask<Float> notNan = F32_CLASS.cast(best).compare(VectorOperators.EQ, best);
                VectorMask<Float> above = v.compare(VectorOperators.LE, best).not().and(notNan)
                        .or(I32_CLASS.cast(at).compare(VectorOperators.LT, 0).cast(S));
                best = F32_CLASS.cast(best).blend(v, above);
                at = I32_CLASS.cast(at).blend(pixel, above.cast(I));
            }
        }
        I32_CLASS.cast(at).intoArray(out, o0);
    }

    private static void scalar(PoolGeometry g, float[] x, int x0, int top, int bottom, int left, int right, int[] out,
            int o0) {
        float best = 0;
        int at = -1;
        for (int h = top; h < bottom; h++) {
            for (int w = left; w < right; w++) {
                int pixel = h * g.inWidth() + w;
                float v = x[x0 + pixel * g.channels()];
                if (at < 0 || v > best || (Float.isNaN(v) && !Float.isNaN(best))) {
                    best = v;
                    at = pixel;
                }
            }
        }
        out[o0] = at;
    }

    /** As {@link #row(PoolGeometry, int, float[], int, int[], int)}. */
    public static void row(PoolGeometry g, int row, double[] x, int x0, int[] out, int o0) {
        int p = row % g.outHeight();
        int image = x0 + row / g.outHeight() * g.inHeight() * g.inWidth() * g.channels();
        int top = Math.max(p * g.strideHeight() - g.padTop(), 0);
        int bottom = Math.min(p * g.strideHeight() - g.padTop() + g.kernelHeight(), g.inHeight());
        for (int q = 0; q < g.outWidth(); q++) {
            int left = Math.max(q * g.strideWidth() - g.padLeft(), 0);
            int right = Math.min(q * g.strideWidth() - g.padLeft() + g.kernelWidth(), g.inWidth());
            for (int c = 0; c < g.channels(); c++) {
                double best = 0;
                int at = -1;
                for (int h = top; h < bottom; h++) {
                    for (int w = left; w < right; w++) {
                        int pixel = h * g.inWidth() + w;
                        double v = x[image + pixel * g.channels() + c];
                        if (at < 0 || v > best || (Double.isNaN(v) && !Double.isNaN(best))) {
                            best = v;
                            at = pixel;
                        }
                    }
                }
                out[o0 + (row * g.outWidth() + q) * g.channels() + c] = at;
            }
        }
    }
}
