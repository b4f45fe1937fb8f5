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

    /** Σ_t A_t m_t + r. */
    public long sum(int[][] terms, int pixel, int channel) {
        long sum = added[channel];
        for (int t = 0; t < factors.length; t++) {
            int c = channel - from[t];
            if (c >= 0 && c < factors[t].length) {
                sum += terms[t][pixel * factors[t].length + c] * factors[t][c];
            }
        }
        return sum;
    }

    void codes(int[][] terms, int[] codes) {
        int channels = channels();
        for (int pixel = 0; pixel < codes.length / channels; pixel++) {
            for (int c = 0; c < channels; c++) {
                long sum = sum(terms, pixel, c) + half(c);
                codes[pixel * channels + c] = (int) Math.clamp(sum >> shifts[c], 0, highest);
            }
        }
    }
}
