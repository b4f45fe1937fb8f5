package dev.goshawk.cpu.kernel.conv.winograd;

import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.BLOCK;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.L;
import static dev.goshawk.cpu.kernel.conv.direct.DirectTile.LANES;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32_CLASS;

import dev.goshawk.tensor.ConvGeometry;
import jdk.incubator.vector.FloatVector;

/**
 * The transforms of Winograd's minimal filtering F(2, 3) along image rows (Lavin and Gray, arXiv 1509.09308, section 4.1). Of four input
 * rows d, three filter rows w and the gradients g of two output rows y:
 *
 * <pre>{@code
 * row   input      filter             gradient   so that
 * 0     d1 + d2    (w0 + w1 + w2)/2   g0 + g1    y0  = s2 + s0 + s1          with s = input * filter
 * 1     d2 - d1    (w0 - w1 + w2)/2   g0 - g1    y1  = s3 + s0 - s1
 * 2     d0 - d2    w0                 g0         dw0 = t2 + (t0 + t1)/2      with t = input * gradient
 * 3     d3 - d1    w2                 g1         dw1 = (t0 - t1)/2
 *                                                dw2 = t3 + (t0 + t1)/2
 * }</pre>
 *
 * The last row has the opposite sign of the paper's on both sides.
 */
final class WinogradRows {
    /** Transformed rows of two output rows. */
    static final int ROWS = 4;

    /** A row of both sides, of which working memory holds several. */
    private static final long MOST_ROW_FLOATS = 1 << 22;

    private WinogradRows() {
    }

    /** Whether rows of this geometry can be transformed, in blocks of 16 channels, in little memory. */
    static boolean supports(ConvGeometry g) {
        return g.groups() == 1 && g.batch() > 0
                && g.kernelHeight() == 3 && g.strideHeight() == 1 && g.strideWidth() == 1
                && g.padTop() < g.kernelHeight() && g.padLeft() < g.kernelWidth()
                && g.inChannels() > 0 && g.inChannels() % BLOCK == 0
                && g.outChannels() > 0 && g.outChannels() % BLOCK == 0
                && Math.max(g.inWidth(), g.outWidth()) * ((long) g.inChannels() + g.outChannels()) <= MOST_ROW_FLOATS;
    }

    /**
     * Four input rows of 16 channels, from {@code row} on; those outside the image are zeros.
     *
     * @param src the image, {@code stride} floats a pixel
     * @param zeros a row of zeros, as long as one of the image
     * @param toRow floats from one transformed row to the next
     */
    static void input(float[] src, int srcOff, int rows, int cols, int stride, int row, float[] zeros, int zerosOff,
            float[] to,
            int toOff, int toRow) {
        int next = cols * stride;
        int r = srcOff + row * next;
        if (row >= 0 && row + 3 < rows) {
            input(src, r, src, r + next, src, r + 2 * next, src, r + 3 * next, cols, stride, to, toOff, toRow);
            return;
        }
        boolean in0 = row >= 0 && row < rows;
        boolean in1 = row + 1 >= 0 && row + 1 < rows;
        boolean in2 = row + 2 >= 0 && row + 2 < rows;
        boolean in3 = row + 3 >= 0 && row + 3 < rows;
        input(in0 ? src : zeros, in0 ? r : zerosOff, in1 ? src : zeros, in1 ? r + next : zerosOff,
                in2 ? src : zeros, in2 ? r + 2 * next : zerosOff, in3 ? src : zeros, in3 ? r + 3 * next : zerosOff,
                cols,
                stride, to, toOff, toRow);
    }

    private static void input(float[] x0, int o0, float[] x1, int o1, float[] x2, int o2, float[] x3, int o3, int cols,
            int stride, float[] to, int toOff, int toRow) {
        for (int c = 0; c < cols; c++) {
            for (int l = 0; l < BLOCK; l += L) {
                int i = c * stride + l;
                FloatVector d0 = FloatVector.fromArray(LANES, x0, o0 + i);
                FloatVector d1 = FloatVector.fromArray(LANES, x1, o1 + i);
                FloatVector d2 = FloatVector.fromArray(LANES, x2, o2 + i);
                FloatVector d3 = FloatVector.fromArray(LANES, x3, o3 + i);
                int t = toOff + c * BLOCK + l;
                d1.add(d2).intoArray(to, t);
                d2.sub(d1).intoArray(to, t + toRow);
                d0.sub(d2).intoArray(to, t + 2 * toRow);
                d3.sub(d1).intoArray(to, t + 3 * toRow);
            }
        }
    }

    /** The gradients of two output rows, of 16 channels. */
    static void gradient(float[] upper, int upperOff, float[] lower, int lowerOff, int cols, int stride, float[] to,
            int toOff,
            int toRow) {
        for (int c = 0; c < cols; c++) {
            for (int l = 0; l < BLOCK; l += L) {
                FloatVector g0 = FloatVector.fromArray(LANES, upper, upperOff + c * stride + l);
                FloatVector g1 = FloatVector.fromArray(LANES, lower, lowerOff + c * stride + l);
                int t = toOff + c * BLOCK + l;
                g0.add(g1).intoArray(to, t);
                g0.sub(g1).intoArray(to, t + toRow);
                F32_CLASS.cast(g0).intoArray(to, t + 2 * toRow);
                F32_CLASS.cast(g1).intoArray(to, t + 3 * toRow);
            }
        }
    }

    /**
     * The filter's columns from {@code filterOff} on, {@code width} of its {@code lanes}, in the order in which {@link WinogradTile} reads
     * them: rows 0 and 1 side by side for every channel of every tap, block by block of 16 channels, then rows 2 and 3.
     */
    static void filter(float[] filter, int filterOff, int kernelWidth, int depth, int lanes, int width, float[] to,
            int toOff) {
        int row = kernelWidth * depth * lanes;
        int later = 2 * kernelWidth * depth * width;
        int t = toOff;
        for (int block = 0; block < depth; block += BLOCK) {
            for (int tap = 0; tap < kernelWidth; tap++) {
                int from = filterOff + (tap * depth + block) * lanes;
                for (int channel = 0; channel < BLOCK; channel++, from += lanes, t += 2 * width) {
                    for (int l = 0; l < width; l += L) {
                        FloatVector w0 = FloatVector.fromArray(LANES, filter, from + l);
                        FloatVector w1 = FloatVector.fromArray(LANES, filter, from + l + row);
                        FloatVector w2 = FloatVector.fromArray(LANES, filter, from + l + 2 * row);
                        FloatVector outer = w0.add(w2);
                        outer.add(w1).mul(0.5f).intoArray(to, t + l);
                        outer.sub(w1).mul(0.5f).intoArray(to, t + width + l);
                        F32_CLASS.cast(w0).intoArray(to, t + later + l);
                        F32_CLASS.cast(w2).intoArray(to, t + later + width + l);
                    }
                }
            }
        }
    }

    /** A piece of the gradient's three filter rows, {@code row} floats apart, from the sums of the four products, as far apart. */
    static void filterGradient(float[] sums, int sumsOff, int row, int count, float[] out, int outOff,
            boolean accumulate) {
        for (int i = 0; i < count; i += L) {
            FloatVector t0 = FloatVector.fromArray(LANES, sums, sumsOff + i);
            FloatVector t1 = FloatVector.fromArray(LANES, sums, sumsOff + i + row);
            FloatVector half = t0.add(t1).mul(0.5f);
            FloatVector w0 = half.add(FloatVector.fromArray(LANES, sums, sumsOff + i + 2 * row));
            FloatVector w1 = t0.sub(t1).mul(0.5f);
            FloatVector w2 = half.add(FloatVector.fromArray(LANES, sums, sumsOff + i + 3 * row));
            int to = outOff + i;
            if (accumulate) {
                w0 = w0.add(FloatVector.fromArray(LANES, out, to));
                w1 = w1.add(FloatVector.fromArray(LANES, out, to + row));
                w2 = w2.add(FloatVector.fromArray(LANES, out, to + 2 * row));
            }
            F32_CLASS.cast(w0).intoArray(out, to);
            F32_CLASS.cast(w1).intoArray(out, to + row);
            F32_CLASS.cast(w2).intoArray(out, to + 2 * row);
        }
    }
}
