package dev.goshawk.cpu.kernel.integer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts a convolution's taps into the longest segments in which no channel's sums can be further apart than twice a bound. */
final class FloatSegments {
    private static final int CHANNELS = FloatTiles.LANES;

    /**
     * Taps after which sums are moved to 32 bits. They are computed with an offset in each channel, which centers what they can be.
     *
     * @param from first tap
     * @param to after the last
     * @param runs where they are in the band
     * @param start the offsets of a pixel's sums, for one row or for two
     * @param bits what is subtracted from the bits of a sum and a number that leaves whole numbers in the low bits
     */
    record Segment(int from, int to, int[] runs, float[] start, int[] bits) {
    }

    private final FloatBand band;
    private final int[] weights;
    private final boolean signed;
    private final long largest;
    private final int bound;
    /** How large, and how small, the sum of each channel can be. */
    private final long[] most;
    private final long[] least;

    FloatSegments(FloatBand band, int[] weights, int outputs, boolean signed, long largest, int bound) {
        this.band = band;
        this.weights = weights;
        this.signed = signed;
        this.largest = largest;
        this.bound = bound;
        this.most = new long[outputs];
        this.least = new long[outputs];
    }

    /** None, if a single product can be too large. */
    List<Segment> all() {
        List<Segment> segments = new ArrayList<>();
        int from = 0;
        for (int t = 0; t < band.taps(); t++) {
            if (!fits(t)) {
                if (t == from) {
                    return List.of();
                }
                segments.add(segment(from, t));
                Arrays.fill(most, 0);
                Arrays.fill(least, 0);
                from = t--;
            } else {
                add(t);
            }
        }
        segments.add(segment(from, band.taps()));
        return segments;
    }

    /** Whether all channels stay within the bound with another tap. */
    private boolean fits(int t) {
        int tap = band.tap(t) * most.length;
        // How far apart sums can be: as far as the product for images of one sign, twice that for both.
        long reach = signed ? 2 * largest : largest;
        boolean fits = true;
        for (int o = 0; o < most.length; o++) {
            fits &= most[o] - least[o] + Math.abs(weights[tap + o] * reach) <= 2L * bound;
        }
        return fits;
    }

    private void add(int t) {
        int tap = band.tap(t) * most.length;
        for (int o = 0; o < most.length; o++) {
            long product = weights[tap + o] * largest;
            most[o] += signed ? Math.abs(product) : Math.max(0, product);
            least[o] -= signed ? Math.abs(product) : Math.max(0, -product);
        }
    }

    private Segment segment(int from, int to) {
        int channels = (most.length + CHANNELS - 1) / CHANNELS * CHANNELS;
        float[] start = new float[channels];
        int[] bits = new int[channels];
        Arrays.fill(bits, FloatConvolution.WHOLE_BITS);
        for (int o = 0; o < most.length; o++) {
            int offset = (int) (-(most[o] + least[o]) / 2);
            start[o] = offset;
            bits[o] += offset;
        }
        return new Segment(from, to, band.runs(from, to), start, bits);
    }
}
