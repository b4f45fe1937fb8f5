package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The rows of an image that one output row sees, padding included, side by side: [column][kernel row][channel], so that the taps of an output pixel
 * follow each other. Floats, or 32-bit numbers as the bits of floats: repeating one of those in all lanes of a vector is one load.
 */
final class Band {
    private static final ThreadLocal<float[]> NUMBERS = ThreadLocal.withInitial(() -> new float[0]);

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

    /** The band of an output row, as 32-bit numbers. */
    void fill(int[] image, int row, float[] band) {
        for (int r = 0; r < g.kernelHeight(); r++) {
            int y = row * g.strideHeight() - g.padTop() + r;
            if (isInside(y)) {
                fill(image, y, band, r * g.inChannels());
            } else {
                clear(band, r * g.inChannels());
            }
        }
    }

    /**
     * The bands of two output rows, as floats, from a position on.
     *
     * @param other the second row, or the first if there is none
     * @param factor on the second row's numbers
     */
    void fill(int[] image, int row, int other, float factor, float[] band, int at) {
        for (int r = 0; r < g.kernelHeight(); r++) {
            int to = at + r * g.inChannels();
            int first = row * g.strideHeight() - g.padTop() + r;
            int second = first + (other - row) * g.strideHeight();
            if (isInside(first) && isInside(second) && other != row) {
                pairs(image, first, second, factor, band, to);
            } else if (isInside(first)) {
                floats(image, first, 1, band, to);
            } else if (isInside(second)) {
                floats(image, second, factor, band, to);
            } else {
                clear(band, to);
            }
        }
    }

    private boolean isInside(int y) {
        return y >= 0 && y < g.inHeight();
    }

    /** Columns that the image fills. */
    private int count() {
        return Math.min(g.inWidth(), columns - g.padLeft());
    }

    private void clear(float[] band, int at) {
        for (int x = 0, to = at + g.padLeft() * column; x < count(); x++, to += column) {
            Arrays.fill(band, to, to + g.inChannels(), 0);
        }
    }

    private void fill(int[] image, int y, float[] band, int at) {
        int channels = g.inChannels();
        int from = y * g.inWidth() * channels;
        int to = at + g.padLeft() * column;
        int whole = whole();
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

    private void floats(int[] image, int y, float factor, float[] band, int at) {
        int channels = g.inChannels();
        int from = y * g.inWidth() * channels;
        int to = at + g.padLeft() * column;
        int whole = whole();
        int count = count();
        for (int c = 0; c < whole; c += I32.length()) {
            for (int x = 0; x < count; x++) {
                floats(image, from + x * channels + c).mul(factor).intoArray(band, to + x * column + c);
            }
        }
        for (int x = 0; whole < channels && x < count; x++) {
            for (int c = whole; c < channels; c++) {
                band[to + x * column + c] = factor * image[from + x * channels + c];
            }
        }
    }

    private void pairs(int[] image, int first, int second, float factor, float[] band, int at) {
        int channels = g.inChannels();
        int from = first * g.inWidth() * channels;
        int other = second * g.inWidth() * channels;
        int to = at + g.padLeft() * column;
        int whole = whole();
        int count = count();
        // The inner loop is the long one.
        for (int c = 0; c < whole; c += I32.length()) {
            for (int x = 0; x < count; x++) {
                floats(image, other + x * channels + c).mul(factor).add(floats(image, from + x * channels + c))
                        .intoArray(band, to + x * column + c);
            }
        }
        for (int x = 0; whole < channels && x < count; x++) {
            for (int c = whole; c < channels; c++) {
                band[to + x * column + c] = factor * image[other + x * channels + c] + image[from + x * channels + c];
            }
        }
    }

    /** Channels in whole vectors. */
    private int whole() {
        return g.inChannels() - g.inChannels() % I32.length();
    }

    private static FloatVector floats(int[] image, int at) {
        return (FloatVector) IntVector.fromArray(I32, image, at).convertShape(VectorOperators.I2F, F32, 0);
    }
}
