package dev.goshawk.backend;

import dev.goshawk.tensor.ConvGeometry;
import java.util.List;

/**
 * What a network of few bits computes with: whole numbers, exactly. Every implementation gives the same bits. Safe for use by many threads.
 */
public interface IntegerKernels {
    /** A convolution of one image with fixed weights. */
    @FunctionalInterface
    interface Convolution {
        /**
         * All sums of products; numbers beyond the image are 0.
         *
         * @param image [height, width, channels]
         * @param sums [outHeight, outWidth, outChannels], overwritten
         */
        void run(WholeNumbers image, int[] sums);
    }

    /** What a term of a layer's sums is: an image, or what a convolution makes of it. */
    sealed interface Operand {
    }

    /** The image itself: [height, width, the term's channels]. */
    record Image() implements Operand {
    }

    /**
     * A convolution of the image with fixed weights.
     *
     * @param geometry of one image
     * @param filter [kernelHeight, kernelWidth, channels / groups, outChannels]
     * @param signed whether the image may hold numbers below 0
     * @param largest of the image's numbers, in magnitude; no sum of products may reach 2^31
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Convolved(ConvGeometry geometry, int[] filter, boolean signed, long largest) implements Operand {
    }

    /** Codes of a layer: sums, rescaled and rounded. */
    @FunctionalInterface
    interface Layer {
        /**
         * Computes all codes.
         *
         * @param images of the operands
         * @param codes [height, width, channels], overwritten
         */
        void run(WholeNumbers[] images, WholeNumbers codes);
    }

    /** Prepares a convolution. */
    Convolution convolution(Convolved operand);

    /**
     * Prepares a layer: its sums become codes as {@link IntegerRescaling} defines it.
     *
     * @param operands one for each of the rescaling's terms
     */
    default Layer layer(IntegerRescaling rescaling, List<Operand> operands) {
        return new PlainLayer(this, rescaling, operands);
    }

    /** Loops that any JVM runs. */
    IntegerKernels PLAIN = PlainConvolution::new;
}
