package dev.goshawk.packed.integer;

import dev.goshawk.backend.WholeNumbers;
import dev.goshawk.tensor.PoolGeometry;
import java.util.Arrays;

/** Maximum or sum over windows; what lies in the padding does not count. */
final class Pooling {
    private Pooling() {
    }

    /**
     * Pools an image.
     *
     * @param numbers [height, width, channels]
     * @param out [outHeight, outWidth, channels], of the same kind for a maximum and of 32 bits for a sum; overwritten
     */
    static void pool(WholeNumbers numbers, int channels, PoolGeometry g, boolean maximum, WholeNumbers out) {
        int[] row = new int[channels];
        for (int p = 0; p < g.outHeight(); p++) {
            for (int q = 0; q < g.outWidth(); q++) {
                int top = Math.max(0, p * g.strideHeight() - g.padTop());
                int left = Math.max(0, q * g.strideWidth() - g.padLeft());
                int bottom = Math.min(g.inHeight(), p * g.strideHeight() - g.padTop() + g.kernelHeight());
                int right = Math.min(g.inWidth(), q * g.strideWidth() - g.padLeft() + g.kernelWidth());
                Arrays.fill(row, maximum ? Integer.MIN_VALUE : 0);
                for (int y = top; y < bottom; y++) {
                    for (int x = left; x < right; x++) {
                        int from = (y * g.inWidth() + x) * channels;
                        switch (numbers) {
                            case WholeNumbers.Bytes(var values) -> add(values, from, maximum, row);
                            case WholeNumbers.Ints(var values) -> add(values, from, maximum, row);
                        }
                    }
                }
                int to = (p * g.outWidth() + q) * channels;
                for (int c = 0; c < channels; c++) {
                    out.set(to + c, row[c]);
                }
            }
        }
    }

    private static void add(byte[] numbers, int from, boolean maximum, int[] row) {
        if (maximum) {
            for (int c = 0; c < row.length; c++) {
                row[c] = Math.max(row[c], numbers[from + c] & 0xff);
            }
        } else {
            for (int c = 0; c < row.length; c++) {
                row[c] += numbers[from + c] & 0xff;
            }
        }
    }

    private static void add(int[] numbers, int from, boolean maximum, int[] row) {
        if (maximum) {
            for (int c = 0; c < row.length; c++) {
                row[c] = Math.max(row[c], numbers[from + c]);
            }
        } else {
            for (int c = 0; c < row.length; c++) {
                row[c] += numbers[from + c];
            }
        }
    }
}
