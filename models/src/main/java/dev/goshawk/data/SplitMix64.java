package dev.goshawk.data;

/**
 * Counter-based random numbers: number k of the stream of a key is a fixed function of the key and k (SplitMix64;
 * Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), the same on every machine.
 */
public final class SplitMix64 {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    private SplitMix64(long state) {
        this.state = state;
    }

    /** The stream of a key made of several numbers. */
    public static SplitMix64 of(long... key) {
        long h = GOLDEN_GAMMA;
        for (long k : key) {
            h = mix(h ^ mix(k + GOLDEN_GAMMA));
        }
        return new SplitMix64(h);
    }

    static long mix(long z) {
        long a = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ a >>> 27) * 0x94D049BB133111EBL;
        return b ^ b >>> 31;
    }

    /** The next 64 bits. */
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1p-53;
    }

    /** Uniform in [low, high). */
    public double between(double low, double high) {
        return low + (high - low) * nextDouble();
    }

    /** Uniform in 0 .. bound-1 but for a bias under bound / 2^32. */
    public int below(int bound) {
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }
}
