package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;

/**
 * The rows of an image that one output row sees, padding included, side by side: [column][kernel row][channel], so that the taps of an output pixel
 * follow each other. Numbers have 32 bits and are there as the bits of floats: repeating one of those in all lanes of a vector is one load.
 */
final class Band {
    private final ConvGeometry g;
    private final int columns;
    private final int column;

    Band(ConvGeometry g) {
        this.g = g;
        this.columns = (g.outWidth() - 1) * g.strideWidth() + g.kernelWidth();
        this.column = g.kernelHeight() * g.inChannels();
    }

    /** Numbers from an output pixel to the next. */
    int pixel() {
        return g.strideWidth() * column;
    }

    /** Taps of an output pixel. */
    int taps() {
        return g.kernelWidth() * column;
    }

    /** The filter's tap for one of the band. */
    int tap(int band) {
        int row = band % column / g.inChannels();
        return (row * g.kernelWidth() + band / column) * g.inChannels() + band % g.inChannels();
    }

    /** Length of a band. */
    int length() {
        return columns * column;
    }

    /** The band of an output row, as 32-bit numbers. */
    void fill(int[] image, int row, float[] band) {
        pad(band, 0);
        for (int r = 0; r < g.kernelHeight(); r++) {
            int y = row * g.strideHeight() - g.padTop() + r;
            if (isInside(y)) {
                fill(image, y, band, r * g.inChannels());
            } else {
                clear(band, r * g.inChannels());
            }
        }
    }

    private boolean isInside(int y) {
        return y >= 0 && y < g.inHeight();
    }

    /** Columns of padding before the image: all, where padding is wider than what a row sees. */
    private int left() {
        return Math.min(g.padLeft(), columns);
    }

    /** Columns that the image fills. */
    private int count() {
        return Math.min(g.inWidth(), columns - left());
    }

    /** Zeros beside the image. */
    private void pad(float[] band, int at) {
        Arrays.fill(band, at, at + left() * column, 0);
        Arrays.fill(band, at + (left() + count()) * column, at + length(), 0);
    }

    private void clear(float[] band, int at) {
        for (int x = 0, to = at + left() * column; x < count(); x++, to += column) {
            Arrays.fill(band, to, to + g.inChannels(), 0);
        }
    }

    private void fill(int[] image, int y, float[] band, int at) {
        int channels = g.inChannels();
        int from = y * g.inWidth() * channels;
        int to = at + left() * column;
        int whole = channels - channels % I32.length();
        int count = count();
        for (int c = 0; c < whole; c += I32.length()) {
            for (int x = 0; x < count; x++) {
                IntVector.fromArray(I32, image, from + x * channels + c).reinterpretAsFloats().intoArray(band,
                        to + x * column + c);
            }
        }
        for (int x = 0; whole < channels && x < count; x++) {
            for (int c = whole; c < channels; c++) {
                band[to + x * column + c] = Float.intBitsToFloat(image[from + x * channels + c]);
            }
        }
    }
}
