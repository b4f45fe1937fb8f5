package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F32;
import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Rows of an image as floats in a {@link FloatBand}: one row plus a factor times another. */
final class BandRows {
    private static final int LANES = I32.length();

    private BandRows() {
    }

    /**
     * Fills a row of a band.
     *
     * @param pixel numbers of the image from pixel to pixel
     * @param count pixels
     * @param column numbers of the band from pixel to pixel
     */
    static void fill(byte[] image, int first, int second, int pixel, float factor, int channels, int count,
            float[] band, int to, int column) {
        int whole = Packing.BYTES_IN_VECTORS ? channels - channels % LANES : 0;
        // The inner loop is the long one.
        for (int c = 0; c < whole; c += LANES) {
            for (int x = 0; x < count; x++) {
                floats(image, second + x * pixel + c).mul(factor).add(floats(image, first + x * pixel + c))
                        .intoArray(band, to + x * column + c);
            }
        }
        for (int x = 0; whole < channels && x < count; x++) {
            for (int c = whole; c < channels; c++) {
                band[to + x * column + c] = factor * (image[second + x * pixel + c] & 0xff)
                        + (image[first + x * pixel + c] & 0xff);
            }
        }
    }

    /** The same for numbers of 32 bits. */
    static void fill(int[] image, int first, int second, int pixel, float factor, int channels, int count,
            float[] band, int to, int column) {
        int whole = channels - channels % LANES;
        for (int c = 0; c < whole; c += LANES) {
            for (int x = 0; x < count; x++) {
                floats(image, second + x * pixel + c).mul(factor).add(floats(image, first + x * pixel + c))
                        .intoArray(band, to + x * column + c);
            }
        }
        for (int x = 0; whole < channels && x < count; x++) {
            for (int c = whole; c < channels; c++) {
                band[to + x * column + c] = factor * image[second + x * pixel + c] + image[first + x * pixel + c];
            }
        }
    }

    private static FloatVector floats(byte[] image, int at) {
        return (FloatVector) ByteVector.fromArray(Packing.BYTES, image, at)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, I32, 0).convertShape(VectorOperators.I2F, F32, 0);
    }

    private static FloatVector floats(int[] image, int at) {
        return (FloatVector) IntVector.fromArray(I32, image, at).convertShape(VectorOperators.I2F, F32, 0);
    }
}
