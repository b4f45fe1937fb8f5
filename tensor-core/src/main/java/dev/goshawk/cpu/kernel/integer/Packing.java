package dev.goshawk.cpu.kernel.integer;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.I32;

import dev.goshawk.backend.WholeNumbers;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Moves some channels of an image's pixels between numbers of 32 bits and arrays of any kind. */
final class Packing {
    private static final int LANES = I32.length();
    /** As many bytes as the vectors have lanes: 4 of them are no vector. */
    static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class,
            VectorShape.forBitSize(Math.max(64, 8 * LANES)));
    static final boolean BYTES_IN_VECTORS = BYTES.length() == LANES;

    private Packing() {
    }

    /**
     * From 32 bits.
     *
     * @param numbers [pixels, width]
     * @param at of the first pixel's first channel in the target
     * @param stride from pixel to pixel there
     * @param count of channels
     */
    static void pack(int[] numbers, int pixels, int width, WholeNumbers to, int at, int stride, int count) {
        switch (to) {
            case WholeNumbers.Bytes(var values) -> bytes(numbers, pixels, width, values, at, stride, count);
            case WholeNumbers.Ints(var values) -> {
                for (int p = 0; p < pixels; p++) {
                    System.arraycopy(numbers, p * width, values, at + p * stride, count);
                }
            }
        }
    }

    private static void bytes(int[] numbers, int pixels, int width, byte[] to, int at, int stride, int count) {
        int whole = BYTES_IN_VECTORS ? count - count % LANES : 0;
        for (int c = 0; c < whole; c += LANES) {
            for (int p = 0; p < pixels; p++) {
                IntVector.fromArray(I32, numbers, p * width + c).convertShape(VectorOperators.I2B, BYTES, 0)
                        .reinterpretAsBytes().intoArray(to, at + p * stride + c);
            }
        }
        for (int p = 0; whole < count && p < pixels; p++) {
            for (int c = whole; c < count; c++) {
                to[at + p * stride + c] = (byte) numbers[p * width + c];
            }
        }
    }

    /**
     * To 32 bits.
     *
     * @param from of the first pixel's first channel in the image
     * @param stride from pixel to pixel there
     * @param count of channels
     * @param numbers [pixels, width]
     * @param at of the first channel in a pixel of these
     */
    static void unpack(WholeNumbers image, int from, int stride, int count, int pixels, int[] numbers, int at,
            int width) {
        switch (image) {
            case WholeNumbers.Bytes(var values) -> ints(values, from, stride, count, pixels, numbers, at, width);
            case WholeNumbers.Ints(var values) -> {
                for (int p = 0; p < pixels; p++) {
                    System.arraycopy(values, from + p * stride, numbers, at + p * width, count);
                }
            }
        }
    }

    private static void ints(byte[] image, int from, int stride, int count, int pixels, int[] numbers, int at,
            int width) {
        int whole = BYTES_IN_VECTORS ? count - count % LANES : 0;
        for (int c = 0; c < whole; c += LANES) {
            for (int p = 0; p < pixels; p++) {
                ((IntVector) ByteVector.fromArray(BYTES, image, from + p * stride + c)
                        .convertShape(VectorOperators.ZERO_EXTEND_B2I, I32, 0))
                        .intoArray(numbers, at + p * width + c);
            }
        }
        for (int p = 0; whole < count && p < pixels; p++) {
            for (int c = whole; c < count; c++) {
                numbers[at + p * width + c] = image[from + p * stride + c] & 0xff;
            }
        }
    }
}
