package dev.goshawk.cpu.kernel.gemm;

import dev.goshawk.tensor.ConvGeometry;
import java.util.ArrayList;
import java.util.List;

/**
 * A grid of windows sliding over an NHWC source: position (n, p, q), tap (r, s) reads source pixel {@code (n,
 * p*strideHeight - top + r, q*strideWidth - left + s)}, zero outside. The tap meets filter row {@code tapRow +
 * r*tapRowStep} (columns alike), and the position's result belongs to pixel {@code (n, row + p*rowStep, column +
 * q*columnStep)} of the target. With these steps a convolution is one such grid, and its input gradient is one grid for
 * each remainder of the target pixel modulo the strides, dense and of stride 1.
 */
public record PackedWindow(int batch, int sourceHeight, int sourceWidth, int gridHeight, int gridWidth,
        int kernelHeight,
        int kernelWidth, int strideHeight, int strideWidth, int top, int left, int tapRow, int tapRowStep,
        int tapColumn,
        int tapColumnStep, int row, int rowStep, int column, int columnStep) {

    /** The grid of the convolution itself: source the input, target the output. */
    public static PackedWindow output(ConvGeometry g) {
        return new PackedWindow(
                g.batch(), g.inHeight(), g.inWidth(), g.outHeight(), g.outWidth(), g.kernelHeight(), g.kernelWidth(),
                g.strideHeight(), g.strideWidth(), g.padTop(), g.padLeft(), 0, 1, 0, 1, 0, 1, 0, 1);
    }

    /** The grids of the input gradient: source the output gradient, target the input gradient. */
    public static List<PackedWindow> inputGradient(ConvGeometry g) {
        List<PackedWindow> windows = new ArrayList<>();
        for (int row = 0; row < Math.min(g.strideHeight(), g.inHeight()); row++) {
            int tapRow = (row + g.padTop()) % g.strideHeight();
            int taps = taps(tapRow, g.kernelHeight(), g.strideHeight());
            for (int column = 0; column < Math.min(g.strideWidth(), g.inWidth()); column++) {
                int tapColumn = (column + g.padLeft()) % g.strideWidth();
                int columnTaps = taps(tapColumn, g.kernelWidth(), g.strideWidth());
                windows.add(
                        new PackedWindow(
                                g.batch(), g.outHeight(), g.outWidth(), (g.inHeight() - 1 - row) / g.strideHeight() + 1,
                                (g.inWidth() - 1 - column) / g.strideWidth() + 1, taps, columnTaps, 1, 1,
                                taps - 1 - (row + g.padTop()) / g.strideHeight(),
                                columnTaps - 1 - (column + g.padLeft()) / g.strideWidth(),
                                tapRow + (taps - 1) * g.strideHeight(), -g.strideHeight(),
                                tapColumn + (columnTaps - 1) * g.strideWidth(), -g.strideWidth(), row, g.strideHeight(),
                                column,
                                g.strideWidth()));
            }
        }
        return windows;
    }

    private static int taps(int first, int kernel, int stride) {
        return first < kernel ? (kernel - 1 - first) / stride + 1 : 0;
    }

    /** One row of taps of this grid, with windows one tap high. */
    public PackedWindow tapRowOnly(int r) {
        return new PackedWindow(
                batch, sourceHeight, sourceWidth, gridHeight, gridWidth, 1, kernelWidth, strideHeight, strideWidth,
                top - r, left,
                tapRow + r * tapRowStep, tapRowStep, tapColumn, tapColumnStep, row, rowStep, column, columnStep);
    }

    /** Number of taps. */
    public int taps() {
        return kernelHeight * kernelWidth;
    }

    /** Number of positions. */
    public int positions() {
        return batch * gridHeight * gridWidth;
    }

    /** Whether each position's patch is the source pixel of the same number, so that no patch need be gathered. */
    public boolean isPointwise() {
        return taps() == 1 && strideHeight == 1 && strideWidth == 1 && top == 0 && left == 0
                && gridHeight == sourceHeight
                && gridWidth == sourceWidth;
    }
}
