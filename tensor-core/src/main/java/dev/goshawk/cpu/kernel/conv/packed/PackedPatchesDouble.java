package dev.goshawk.cpu.kernel.conv.packed;

import dev.goshawk.cpu.kernel.gemm.GemmDoubleKernel;
import dev.goshawk.cpu.kernel.gemm.PackedWindow;
import dev.goshawk.cpu.kernel.simd.DoubleCopies;
import java.util.Arrays;

/** Moves float64 pixels between NHWC tensors and matrices with one row for each position of a {@link PackedWindow}. */
final class PackedPatchesDouble {
    private PackedPatchesDouble() {
    }

    /**
     * Writes the patches of {@code count} positions from {@code first}: row i at {@code out[o0 + i*ld]} holds
     * [kernelHeight, kernelWidth, channels], padding as zeros. Up to {@link GemmDoubleKernel#L} - 1 elements past the
     * last row may change.
     *
     * @param x0 where the first channel wanted of the first source pixel lies
     * @param pixel elements from one source pixel to the next
     * @param channels channels wanted
     */
    static void gather(PackedWindow w, double[] x, int x0, int pixel, int channels, int first, int count, double[] out,
            int o0, int ld) {
        int run = w.kernelWidth() * channels;
        int q = first % w.gridWidth();
        int p = first / w.gridWidth() % w.gridHeight();
        int image = first / w.gridWidth() / w.gridHeight();
        int to = o0;
        for (int i = 0; i < count; i++) {
            int column = q * w.strideWidth() - w.left();
            int from = Math.clamp(-(long) column, 0, w.kernelWidth());
            int until = Math.max(from, Math.min(w.kernelWidth(), w.sourceWidth() - column));
            for (int r = 0; r < w.kernelHeight(); r++) {
                int row = p * w.strideHeight() - w.top() + r;
                int at = to + r * run;
                if (row < 0 || row >= w.sourceHeight()) {
                    Arrays.fill(out, at, at + run, 0);
                    continue;
                }
                int source = x0 + ((image * w.sourceHeight() + row) * w.sourceWidth() + column + from) * pixel;
                if (from > 0) {
                    Arrays.fill(out, at, at + from * channels, 0);
                }
                if (channels == pixel) {
                    DoubleCopies.copyOver(x, source, out, at + from * channels, (until - from) * channels);
                } else {
                    for (int s = from; s < until; s++) {
                        DoubleCopies.copyOver(x, source, out, at + s * channels, channels);
                        source += pixel;
                    }
                }
                if (until < w.kernelWidth()) {
                    Arrays.fill(out, at + until * channels, at + run, 0);
                }
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

    /**
     * Adds or copies result rows, {@code channels} elements each, to the target pixels of {@code count} positions.
     *
     * @param y0 where the first channel of the first target pixel lies
     * @param pixel elements from one target pixel to the next
     * @param height rows of the target
     * @param width columns of the target
     */
    static void scatter(PackedWindow w, double[] rows, int r0, int channels, int first, int count, double[] y, int y0,
            int pixel, int height, int width, boolean add) {
        int q = first % w.gridWidth();
        int p = first / w.gridWidth() % w.gridHeight();
        int image = first / w.gridWidth() / w.gridHeight();
        int from = r0;
        for (int i = 0; i < count; i++) {
            int target = (image * height + w.row() + p * w.rowStep()) * width + w.column() + q * w.columnStep();
            if (add) {
                DoubleCopies.addInto(rows, from, y, y0 + target * pixel, channels);
            } else {
                DoubleCopies.copy(rows, from, y, y0 + target * pixel, channels);
            }
            from += channels;
            if (++q == w.gridWidth()) {
                q = 0;
                if (++p == w.gridHeight()) {
                    p = 0;
                    image++;
                }
            }
        }
    }
}
