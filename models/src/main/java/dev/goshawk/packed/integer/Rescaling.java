package dev.goshawk.packed.integer;

import java.util.List;

/**
 * A sum in another unit, in integers: (Σ A_t m_t + r) / 2^n with whole numbers m_t and r and one n for each channel, of 31 bits as far as the
 * whole sum stays below a limit.
 */
final class Rescaling {
    private static final int FACTOR_BITS = 31;

    private final List<Term> terms;
    private final int channels;
    /** By channel: the shift n, and r. */
    private final int[] shifts;
    private final long[] added;
    /** By term and channel. */
    private final long[][] factors;

    /**
     * Finds the factors.
     *
     * @param unit of the result
     * @param bits the sum stays below 2^(bits - 1) in magnitude, by its bound
     * @param common whether all channels have one shift
     */
    Rescaling(Sums sums, double unit, int bits, boolean common) {
        this.terms = sums.terms();
        this.channels = sums.channels();
        this.shifts = new int[channels];
        this.added = new long[channels];
        this.factors = new long[terms.size()][channels];
        int least = Integer.MAX_VALUE;
        for (int c = 0; c < channels; c++) {
            shifts[c] = shift(sums, c, unit, bits);
            least = Math.min(least, shifts[c]);
        }
        for (int c = 0; c < channels; c++) {
            shifts[c] = common ? least : shifts[c];
            for (int t = 0; t < factors.length; t++) {
                factors[t][c] = covers(terms.get(t), c)
                        ? Math.round(Math.scalb(terms.get(t).scales()[c - terms.get(t).from()] / unit, shifts[c]))
                        : 0;
            }
            added[c] = Math.round(Math.scalb(sums.constant()[c] / unit, shifts[c]));
        }
    }

    private static boolean covers(Term t, int channel) {
        return channel >= t.from() && channel < t.end();
    }

    private int shift(Sums sums, int channel, double unit, int bits) {
        double total = Math.abs(sums.constant()[channel] / unit) + 1;
        double largest = Double.MIN_NORMAL;
        for (Term t : terms) {
            if (covers(t, channel)) {
                double factor = Math.abs(t.scales()[channel - t.from()] / unit);
                total += factor * t.bound();
                largest = Math.max(largest, factor);
            }
        }
        int shift = Math.min(FACTOR_BITS - 1 - Math.getExponent(largest), bits - 2 - Math.getExponent(total));
        if (shift < 0) {
            throw IntegerOps
                    .unsupported("expected sums below 2^" + bits + ", channel " + channel + " may reach " + total);
        }
        return shift;
    }

    /** The exponent of the unit of {@link #sum}, where it is common. */
    int shift() {
        return shifts[0];
    }

    /** The sum of a pixel and channel, times 2^n. */
    long sum(int pixel, int channel) {
        long sum = added[channel];
        for (int t = 0; t < factors.length; t++) {
            Term term = terms.get(t);
            if (covers(term, channel)) {
                sum += term.numbers()[pixel * term.channels() + channel - term.from()] * factors[t][channel];
            }
        }
        return sum;
    }

    /** Codes: the sums rounded, halves up, and held within 0 and the highest. */
    int[] codes(int pixels, int highest) {
        int[] codes = new int[pixels * channels];
        for (int i = 0; i < codes.length; i++) {
            int channel = i % channels;
            int shift = shifts[channel];
            long half = shift == 0 ? 0 : 1L << shift - 1;
            codes[i] = (int) Math.clamp(sum(i / channels, channel) + half >> shift, 0, highest);
        }
        return codes;
    }
}
