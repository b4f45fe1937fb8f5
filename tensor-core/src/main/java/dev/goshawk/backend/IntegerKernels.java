package dev.goshawk.backend;

import dev.goshawk.tensor.ConvGeometry;

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
        void run(int[] image, int[] sums);
    }

    /**
     * Prepares a convolution.
     *
     * @param geometry of one image
     * @param filter [kernelHeight, kernelWidth, channels / groups, outChannels]
     * @param signed whether the image may hold numbers below 0
     * @param largest of the image's numbers, in magnitude; no sum of products may reach 2^31
     */
    Convolution convolution(ConvGeometry geometry, int[] filter, boolean signed, long largest);

    /**
     * Rounds sums to codes, as {@link IntegerRescaling} defines it.
     *
     * @param terms the numbers of each term: [pixels, the term's channels]
     * @param codes [pixels, channels], overwritten
     */
    default void codes(IntegerRescaling rescaling, int[][] terms, int[] codes) {
        rescaling.codes(terms, codes);
    }

    /** Loops that any JVM runs. */
    IntegerKernels PLAIN = PlainConvolution::new;
}
