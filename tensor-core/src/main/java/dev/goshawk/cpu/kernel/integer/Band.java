package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The rows of an image that one output row sees, padding included, side by side: [column][kernel row][channel], so that the taps of an output pixel
 * follow each other. Numbers of 32 bits, or pairs of 16, in an array of floats: repeating one of those in all lanes of a vector is one load.
 */
final class Band {
    private static final ThreadLocal<float[]> NUMBERS = ThreadLocal.withInitial(() -> new float[0]);
    private static final int LOW = 0xFFFF;

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

    /** Memory for some bands, with zeros for the padding: the thread's own, used again by the next convolution. */
    float[] numbers(int bands) {
        int length = bands * length();
        float[] numbers = NUMBERS.get();
        if (numbers.length < length) {
            numbers = new float[length];
            NUMBERS.set(numbers);
        } else {
            Arrays.fill(numbers, 0, length, 0);
        }
        return numbers;
    }

    /** The band of an output row. */
    void fill(int[] image, int row, float[] band) {
        for (int r = 0; r < g.kernelHeight(); r++) {
            int y = inside(row * g.strideHeight() - g.padTop() + r);
            fill(image, y, -1, -1, band, r * g.inChannels());
        }
    }

    /** The bands of two output rows, one in the low 16 bits, the other in the high ones, from a position on. */
    void fill(int[] image, int row, int other, float[] band, int at) {
        for (int r = 0; r < g.kernelHeight(); r++) {
            int first = row * g.strideHeight() - g.padTop() + r;
            fill(image, inside(first), inside(first + (other - row) * g.strideHeight()), LOW, band,
                    at + r * g.inChannels());
        }
    }

    private int inside(int y) {
        return y >= 0 && y < g.inHeight() ? y : -1;
    }

    private void fill(int[] image, int low, int high, int mask, float[] band, int at) {
        int channels = g.inChannels();
        int count = Math.min(g.inWidth(), columns - g.padLeft());
        int to = at + g.padLeft() * column;
        int lowAt = low * g.inWidth() * channels;
        int highAt = high * g.inWidth() * channels;
        if (low >= 0 && high >= 0) {
            pair(image, lowAt, highAt, mask, count, channels, band, to, column);
        } else if (low >= 0) {
            copy(image, lowAt, mask, 0, count, channels, band, to, column);
        } else if (high >= 0) {
            copy(image, highAt, -1, Short.SIZE, count, channels, band, to, column);
        } else {
            for (int x = 0; x < count; x++) {
                Arrays.fill(band, to + x * column, to + x * column + channels, 0);
            }
        }
    }

    private static void pair(int[] image, int low, int high, int mask, int count, int channels, float[] band, int to,
            int column) {
        int whole = channels - channels % I32.length();
        for (int c = 0; c < whole; c += I32.length()) {
            for (int x = 0; x < count; x++) {
                IntVector first = IntVector.fromArray(I32, image, low + x * channels + c).and(mask);
                IntVector second = IntVector.fromArray(I32, image, high + x * channels + c)
                        .lanewise(VectorOperators.LSHL, Short.SIZE);
                first.or(second).reinterpretAsFloats().intoArray(band, to + x * column + c);
            }
        }
        for (int x = 0; whole < channels && x < count; x++) {
            for (int c = whole; c < channels; c++) {
                band[to + x * column + c] = Float.intBitsToFloat(
                        image[low + x * channels + c] & mask | image[high + x * channels + c] << Short.SIZE);
            }
        }
    }

    private static void copy(int[] image, int from, int mask, int shift, int count, int channels, float[] band, int to,
            int column) {
        int whole = channels - channels % I32.length();
        for (int c = 0; c < whole; c += I32.length()) {
            for (int x = 0; x < count; x++) {
                IntVector.fromArray(I32, image, from + x * channels + c).and(mask)
                        .lanewise(VectorOperators.LSHL, shift).reinterpretAsFloats()
                        .intoArray(band, to + x * column + c);
            }
        }
        for (int x = 0; whole < channels && x < count; x++) {
            for (int c = whole; c < channels; c++) {
                band[to + x * column + c] = Float.intBitsToFloat((image[from + x * channels + c] & mask) << shift);
            }
        }
    }
}
