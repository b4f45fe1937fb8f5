package dev.goshawk.cpu.kernel.gemm;

import dev.goshawk.cpu.kernel.simd.FloatCopies;
import dev.goshawk.cpu.kernel.simd.FloatTranspose;
import java.util.Arrays;

/**
 * The right operand of a product, packed block by block in panels of {@link GemmFloatKernel#PANEL} columns,
 * {@code [panel][k][column]}, the last one {@link GemmFloatKernel#L} columns wide where that suffices, zeros beyond the
 * matrix.
 */
public sealed interface RightColumns {
    /** Packs {@code kc} rows from {@code k} of {@code columns} columns from {@code j}. */
    void pack(int k, int kc, int j, int columns, float[] out, int o0);

    /** Elements of a packed block. */
    static int packedSize(int rows, int columns) {
        return Math.multiplyExact(rows, columns / GemmFloatKernel.PANEL * GemmFloatKernel.PANEL
                + panelWidth(columns % GemmFloatKernel.PANEL));
    }

    /** Columns that a panel of which {@code used} are needed takes. */
    static int panelWidth(int used) {
        return used == 0 ? 0 : used <= GemmFloatKernel.L ? GemmFloatKernel.L : GemmFloatKernel.PANEL;
    }

    /** A matrix: element (k, j) at {@code b[b0 + k*kStride + j*jStride]}, one of the strides 1. */
    record Matrix(float[] b, int b0, int kStride, int jStride) implements RightColumns {
        @Override
        public void pack(int k, int kc, int j, int columns, float[] out, int o0) {
            packRows(b, b0 + k * kStride + j * jStride, kStride, jStride, kc, columns, out, o0, kc, 0);
        }
    }

    /**
     * The taps of a filter one below the other, each transposed: row {@code tap*channels + o}, column i is the weight
     * of the tap from input channel i to output channel o.
     *
     * @param b0 where the weight of tap (0, 0), input channel 0 and the first output channel wanted lies
     * @param tapsInRow taps in a row of the stored filter
     * @param tapSize elements of a tap
     * @param pixel elements from input channel to input channel
     * @param channels output channels wanted
     */
    record Taps(PackedWindow window, float[] b, int b0, int tapsInRow, int tapSize, int pixel,
            int channels) implements RightColumns {
        @Override
        public void pack(int k, int kc, int j, int columns, float[] out, int o0) {
            int at = k;
            while (at < k + kc) {
                int tap = at / channels;
                int stop = Math.min(k + kc, (tap + 1) * channels);
                int r = window.tapRow() + tap / window.kernelWidth() * window.tapRowStep();
                int s = window.tapColumn() + tap % window.kernelWidth() * window.tapColumnStep();
                int from = b0 + (r * tapsInRow + s) * tapSize + at - tap * channels + j * pixel;
                packRows(b, from, 1, pixel, stop - at, columns, out, o0, kc, at - k);
                at = stop;
            }
        }
    }

    /** Packs {@code count} rows as those from {@code first} of panels of {@code kc} rows. */
    private static void packRows(float[] b, int b0, int kStride, int jStride, int count, int columns, float[] out,
            int o0, int kc, int first) {
        int panel = GemmFloatKernel.PANEL;
        int whole = columns / panel * panel;
        int width = panelWidth(columns - whole);
        int last = o0 + whole * kc + first * width;
        if (columns - whole < width) {
            Arrays.fill(out, last, last + count * width, 0);
        }
        if (jStride == 1) {
            copyRows(b, b0, kStride, count, whole, out, o0 + first * panel, kc, panel);
            copyRows(b, b0 + whole, kStride, count, columns - whole, out, last, kc, width);
        } else {
            for (int j = 0; j < whole; j += panel) {
                transposeRows(b, b0 + j * jStride, kStride, jStride, count, panel, out, o0 + j * kc + first * panel,
                        panel);
            }
            transposeRows(b, b0 + whole * jStride, kStride, jStride, count, columns - whole, out, last, width);
        }
    }

    /** Row by row over all panels of one width, in the order of memory. */
    private static void copyRows(float[] b, int b0, int kStride, int count, int columns, float[] out, int o0, int kc,
            int width) {
        int from = b0;
        int to = o0;
        for (int k = 0; k < count; k++) {
            for (int j = 0; j < columns; j += width) {
                FloatCopies.copy(b, from + j, out, to + j * kc, Math.min(width, columns - j));
            }
            from += kStride;
            to += width;
        }
    }

    private static void transposeRows(float[] b, int b0, int kStride, int jStride, int count, int used, float[] out,
            int o0, int width) {
        int side = FloatTranspose.SIDE;
        boolean blocks = GemmFloatKernel.L == side && kStride == 1;
        int wholeColumns = blocks ? used / side * side : 0;
        int wholeRows = blocks ? count / side * side : 0;
        for (int j = 0; j < wholeColumns; j += side) {
            for (int k = 0; k < wholeRows; k += side) {
                FloatTranspose.block(b, b0 + j * jStride + k, jStride, out, o0 + k * width + j, width);
            }
        }
        transposeScalars(b, b0, kStride, jStride, wholeRows, count, 0, wholeColumns, out, o0, width);
        transposeScalars(b, b0, kStride, jStride, 0, count, wholeColumns, used, out, o0, width);
    }

    private static void transposeScalars(float[] b, int b0, int kStride, int jStride, int kFirst, int kLast, int jFirst,
            int jLast, float[] out, int o0, int width) {
        for (int j = jFirst; j < jLast; j++) {
            int from = b0 + j * jStride + kFirst * kStride;
            int to = o0 + kFirst * width + j;
            for (int k = kFirst; k < kLast; k++) {
                out[to] = b[from];
                from += kStride;
                to += width;
            }
        }
    }
}
