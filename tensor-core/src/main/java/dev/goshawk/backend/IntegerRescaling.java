package dev.goshawk.backend;

/**
 * From sums in several units to codes: clamp(⌊(Σ_t A_t m_t + r + 2^(n-1)) / 2^n⌋, 0, highest), halves up, with whole numbers m_t, r and n for each
 * channel; without the half where n is 0.
 *
 * @param from first channel of each term
 * @param factors m_t by term and the term's own channels
 * @param added r by channel
 * @param shifts n by channel, 0 to 62
 * @param highest the highest code
 */
@SuppressWarnings("ArrayRecordComponent")
public record IntegerRescaling(int[] from, long[][] factors, long[] added, int[] shifts, int highest) {
    /** Number of channels. */
    public int channels() {
        return added.length;
    }

    /** 2^(n-1) of a channel, which makes halves go up; 0 where n is 0. */
    public long half(int channel) {
        return shifts[channel] == 0 ? 0 : 1L << shifts[channel] - 1;
    }

    /**
     * Σ_t A_t m_t + r.
     *
     * @param terms the numbers of each: [pixels, the term's channels]
     */
    public long sum(WholeNumbers[] terms, int pixel, int channel) {
        long sum = added[channel];
        for (int t = 0; t < factors.length; t++) {
            int c = channel - from[t];
            if (c >= 0 && c < factors[t].length) {
                sum += terms[t].get(pixel * factors[t].length + c) * factors[t][c];
            }
        }
        return sum;
    }

    /** The code of a channel of a pixel. */
    public int code(WholeNumbers[] terms, int pixel, int channel) {
        return (int) Math.clamp(sum(terms, pixel, channel) + half(channel) >> shifts[channel], 0, highest);
    }
}
