package dev.goshawk.cpu.vector;

import static dev.goshawk.cpu.vector.DirectTile.BLOCK;
import static dev.goshawk.cpu.vector.DirectTile.LANES;

import dev.goshawk.tensor.ConvGeometry;
import jdk.incubator.vector.FloatVector;

/** The transforms of Winograd's F(2, 3) along image rows. */
final class WinogradRows {
    /** Transformed rows of two output rows. */
    static final int ROWS = 4;

    private WinogradRows() {
    }

    static boolean supports(ConvGeometry g) {
        return FloatVector.SPECIES_PREFERRED.length() == BLOCK && g.groups() == 1 && g.batch() > 0 && g.kernelHeight() == 3
                && g.strideHeight() == 1 && g.strideWidth() == 1 && g.inChannels() > 0 && g.outChannels() > 0
                && g.inChannels() % BLOCK == 0 && g.outChannels() % BLOCK == 0 && g.padTop() <= 2
                && g.padLeft() < g.kernelWidth() && g.inWidth() > 0 && g.outWidth() > 0;
    }

    /** Source rows {@code row} to {@code row + 3}, of which some may lie outside, in 16 channels. */
    static void transform(float[] src, int srcOff, int srcRows, int cols, int stride, int row, float[] zeros, int zerosOff,
            float[] to, int toOff, int toRow) {
        int r = srcOff + row * cols * stride;
        int next = cols * stride;
        if (row >= 0 && row + 3 < srcRows) {
            transform(src, r, src, r + next, src, r + 2 * next, src, r + 3 * next, cols, stride, to, toOff, toRow);
            return;
        }
        boolean in0 = row >= 0 && row < srcRows;
        boolean in1 = row + 1 >= 0 && row + 1 < srcRows;
        boolean in2 = row + 2 >= 0 && row + 2 < srcRows;
        boolean in3 = row + 3 >= 0 && row + 3 < srcRows;
        transform(in0 ? src : zeros, in0 ? r : zerosOff, in1 ? src : zeros, in1 ? r + next : zerosOff, in2 ? src : zeros,
                in2 ? r + 2 * next : zerosOff, in3 ? src : zeros, in3 ? r + 3 * next : zerosOff, cols, stride, to, toOff, toRow);
    }

    private static void transform(float[] x0, int o0, float[] x1, int o1, float[] x2, int o2, float[] x3, int o3, int cols, int stride,
            float[] to, int toOff, int toRow) {
        for (int c = 0; c < cols; c++) {
            int i = c * stride;
            FloatVector d0 = FloatVector.fromArray(LANES, x0, o0 + i);
            FloatVector d1 = FloatVector.fromArray(LANES, x1, o1 + i);
            FloatVector d2 = FloatVector.fromArray(LANES, x2, o2 + i);
            FloatVector d3 = FloatVector.fromArray(LANES, x3, o3 + i);
            int t = toOff + c * BLOCK;
            d1.add(d2).intoArray(to, t);
            d2.sub(d1).intoArray(to, t + toRow);
            d0.sub(d2).intoArray(to, t + 2 * toRow);
            d3.sub(d1).intoArray(to, t + 3 * toRow);
        }
    }

    static void packFilter(float[] filter, int filterOff, int kernelWidth, int depth, int lanes, int width, float[] packed, int packedOff) {
        int row = kernelWidth * depth * lanes;
        int half = 2 * kernelWidth * depth * width;
        int to = packedOff;
        for (int block = 0; block < depth; block += BLOCK) {
            for (int s = 0; s < kernelWidth; s++) {
                int from = filterOff + (s * depth + block) * lanes;
                for (int c = 0; c < BLOCK; c++, from += lanes, to += 2 * width) {
                    for (int l = 0; l < width; l += BLOCK) {
                        FloatVector g0 = FloatVector.fromArray(LANES, filter, from + l);
                        FloatVector g1 = FloatVector.fromArray(LANES, filter, from + l + row);
                        FloatVector g2 = FloatVector.fromArray(LANES, filter, from + l + 2 * row);
                        FloatVector outer = g0.add(g2);
                        outer.add(g1).mul(0.5f).intoArray(packed, to + l);
                        outer.sub(g1).mul(0.5f).intoArray(packed, to + width + l);
                        g0.intoArray(packed, to + l + half);
                        g2.intoArray(packed, to + width + l + half);
                    }
                }
            }
        }
    }

    /** The transforms of two rows of the output's gradient. */
    static void transformGrad(float[] g0, int o0, float[] g1, int o1, int cols, int stride, float[] to, int toOff, int toRow) {
        for (int c = 0; c < cols; c++) {
            FloatVector upper = FloatVector.fromArray(LANES, g0, o0 + c * stride);
            FloatVector lower = FloatVector.fromArray(LANES, g1, o1 + c * stride);
            int t = toOff + c * BLOCK;
            upper.add(lower).intoArray(to, t);
            upper.sub(lower).intoArray(to, t + toRow);
            upper.intoArray(to, t + 2 * toRow);
            lower.intoArray(to, t + 3 * toRow);
        }
    }

    /** Three filter rows' gradients from the sums of four products. */
    static void filterGrad(float[] sums, int sumsOff, int row, int count, float[] out, int outOff, boolean accumulate) {
        for (int i = 0; i < count; i += BLOCK) {
            FloatVector s0 = FloatVector.fromArray(LANES, sums, sumsOff + i);
            FloatVector s1 = FloatVector.fromArray(LANES, sums, sumsOff + i + row);
            FloatVector outer = s0.add(s1).mul(0.5f);
            FloatVector inner = s0.sub(s1).mul(0.5f);
            FloatVector upper = outer.add(FloatVector.fromArray(LANES, sums, sumsOff + i + 2 * row));
            FloatVector lower = outer.add(FloatVector.fromArray(LANES, sums, sumsOff + i + 3 * row));
            int to = outOff + i;
            if (accumulate) {
                upper = upper.add(FloatVector.fromArray(LANES, out, to));
                inner = inner.add(FloatVector.fromArray(LANES, out, to + row));
                lower = lower.add(FloatVector.fromArray(LANES, out, to + 2 * row));
            }
            upper.intoArray(out, to);
            inner.intoArray(out, to + row);
            lower.intoArray(out, to + 2 * row);
        }
    }
}
