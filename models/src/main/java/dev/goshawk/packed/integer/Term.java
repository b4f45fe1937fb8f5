package dev.goshawk.packed.integer;

import dev.goshawk.backend.IntegerKernels;

/**
 * Whole numbers in neighboring channels of an image, and what one is worth in each of them.
 *
 * @param numbers where they come from: [height, width, scales.length]
 * @param from first channel
 * @param scales worth of a whole number, by channel
 * @param signed whether a number may be below 0
 * @param bound on the magnitude of the numbers, below 2^31
 */
@SuppressWarnings("ArrayRecordComponent")
record Term(Source numbers, int from, double[] scales, boolean signed, long bound) {
    Term {
        checked(bound);
    }

    /** The bound, where numbers of 32 bits stay within it. */
    static long checked(long bound) {
        if (bound > Integer.MAX_VALUE) {
            throw IntegerOps.unsupported("expected sums below 2^31, a layer may reach " + bound);
        }
        return bound;
    }

    int channels() {
        return scales.length;
    }

    /** The same for kernels. */
    IntegerKernels.Operand operand() {
        return switch (numbers) {
            case Source.Array _ -> new IntegerKernels.Image();
            case Source.Convolved c -> c.how();
        };
    }

    int end() {
        return from + scales.length;
    }

    /** The same numbers, each worth something else. */
    Term withScales(double[] other) {
        return new Term(numbers, from, other, signed, bound);
    }

    /** The same numbers in other channels. */
    Term shifted(int channels) {
        return new Term(numbers, from + channels, scales, signed, bound);
    }
}
