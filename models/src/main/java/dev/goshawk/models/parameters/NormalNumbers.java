package dev.goshawk.models.parameters;

import dev.goshawk.tensor.Tensor;

/**
 * Standard normal numbers that are a function of (seed, stream name, position) alone: SplitMix64's mixing function
 * (Steele, Lea and Flood 2014) of a counter gives uniform numbers, which the Box-Muller transform takes in pairs.
 * Bit-equal on every platform.
 */
final class NormalNumbers {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final double UNIT = 0x1p-53;

    private final long start;

    NormalNumbers(long seed, String stream) {
        long state = mix(seed + GOLDEN_GAMMA);
        for (int i = 0; i < stream.length(); i++) {
            state = mix(state ^ stream.charAt(i)) + GOLDEN_GAMMA;
        }
        start = state;
    }

    /** Fills with numbers of mean 0 and the given standard deviation. */
    void fill(Tensor t, double deviation) {
        for (int i = 0; i < t.size(); i += 2) {
            // 1 - u lies in (0, 1], where the logarithm is finite.
            double radius = deviation * StrictMath.sqrt(-2 * StrictMath.log(1 - uniform(i)));
            double angle = 2 * Math.PI * uniform(i + 1);
            t.set(i, radius * StrictMath.cos(angle));
            if (i + 1 < t.size()) {
                t.set(i + 1, radius * StrictMath.sin(angle));
            }
        }
    }

    /** In [0, 1). */
    private double uniform(int position) {
        return (mix(start + GOLDEN_GAMMA * (position + 1L)) >>> 11) * UNIT;
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
