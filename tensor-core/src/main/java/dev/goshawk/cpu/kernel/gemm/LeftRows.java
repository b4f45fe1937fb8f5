package dev.goshawk.cpu.kernel.gemm;

import dev.goshawk.cpu.kernel.simd.FloatCopies;

/**
 * The left operand of a product, or its transpose, as rows of floats in memory: {@link BlockedProduct} copies blocks of
 * it side by side before they are used.
 */
public sealed interface LeftRows {
    /**
     * Copies a block; its row i goes to {@code out[o0 + i*ld]}. Up to {@link GemmFloatKernel#L} - 1 elements past each
     * copied row may change, so {@code ld} is at least that much wider than {@code columns}.
     */
    void copy(int row, int rows, int column, int columns, float[] out, int o0, int ld);

    /** A matrix, rows {@code ld} apart from {@code x[x0]}. */
    record Matrix(float[] x, int x0, int ld) implements LeftRows {
        @Override
        public void copy(int row, int rows, int column, int columns, float[] out, int o0, int outLd) {
            int from = x0 + row * ld + column;
            int to = o0;
            for (int i = 0; i < rows; i++) {
                FloatCopies.copyOver(x, from, out, to, columns);
                from += ld;
                to += outLd;
            }
        }
    }

    /**
     * The patches of a window grid over an NHWC source, one row a position: [kernelHeight, kernelWidth, channels],
     * padding as zeros.
     *
     * @param x0 where the first channel wanted of the first source pixel lies
     * @param pixel elements from one source pixel to the next
     * @param channels channels wanted
     */
    record Patches(PackedWindow window, float[] x, int x0, int pixel, int channels) implements LeftRows {
        @Override
        public void copy(int row, int rows, int column, int columns, float[] out, int o0, int ld) {
            PackedWindow w = window;
            int run = w.kernelWidth() * channels;
            int q = row % w.gridWidth();
            int p = row / w.gridWidth() % w.gridHeight();
            int image = row / w.gridWidth() / w.gridHeight();
            int firstTapRow = column / run;
            int lastTapRow = (column + columns - 1) / run;
            int to = o0;
            for (int i = 0; i < rows; i++) {
                int left = q * w.strideWidth() - w.left();
                int from = Math.clamp(-(long) left, 0, w.kernelWidth());
                int until = Math.max(from, Math.min(w.kernelWidth(), w.sourceWidth() - left));
                for (int r = firstTapRow; r <= lastTapRow; r++) {
                    int first = Math.max(column - r * run, 0);
                    int last = Math.min(column + columns - r * run, run);
                    int at = to + r * run - column;
                    int y = p * w.strideHeight() - w.top() + r;
                    if (y < 0 || y >= w.sourceHeight()) {
                        FloatCopies.zeroOver(out, at + first, last - first);
                        continue;
                    }
                    int source = x0 + ((image * w.sourceHeight() + y) * w.sourceWidth() + left) * pixel;
                    tapRow(source, Math.clamp((long) from * channels, first, last),
                            Math.clamp((long) until * channels, first, last), first, last, out, at);
                }
                to += ld;
                if (++q == w.gridWidth()) {
                    q = 0;
                    if (++p == w.gridHeight()) {
                        p = 0;
                        image++;
                    }
                }
            }
        }

        /** Elements first to last of a row of taps, of which those from begin to end lie inside the source. */
        private void tapRow(int source, int begin, int end, int first, int last, float[] out, int at) {
            if (first < begin) {
                FloatCopies.zeroOver(out, at + first, begin - first);
            }
            if (channels == pixel) {
                FloatCopies.copyOver(x, source + begin, out, at + begin, end - begin);
            } else {
                for (int e = begin; e < end;) {
                    int tap = e / channels;
                    int stop = Math.min(end, (tap + 1) * channels);
                    FloatCopies.copyOver(x, source + tap * pixel + e - tap * channels, out, at + e, stop - e);
                    e = stop;
                }
            }
            if (end < last) {
                FloatCopies.zeroOver(out, at + end, last - end);
            }
        }
    }
}
