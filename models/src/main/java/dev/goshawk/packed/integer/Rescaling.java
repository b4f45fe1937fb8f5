package dev.goshawk.packed.integer;

import dev.goshawk.backend.IntegerRescaling;
import java.util.Arrays;
import java.util.List;

/**
 * Finds how a sum becomes one in another unit, in integers: (Σ A_t m_t + r) / 2^n with whole numbers m_t and r and one n for each channel, m_t of
 * 31 bits as far as the whole sum stays below a limit.
 */
final class Rescaling {
    private static final int FACTOR_BITS = 31;

    private Rescaling() {
    }

    /**
     * Finds the factors.
     *
     * @param unit of the result
     * @param bits the sum stays below 2^(bits - 1) in magnitude, by its bound
     * @param common whether all channels have one shift
     * @param highest code
     */
    static IntegerRescaling of(Sums sums, double unit, int bits, boolean common, int highest) {
        List<Term> terms = sums.terms();
        int[] shifts = new int[sums.channels()];
        Arrays.setAll(shifts, c -> shift(sums, c, unit, bits));
        if (common) {
            Arrays.fill(shifts, Arrays.stream(shifts).min().orElse(0));
        }
        long[][] factors = new long[terms.size()][];
        for (int t = 0; t < factors.length; t++) {
            Term term = terms.get(t);
            factors[t] = new long[term.channels()];
            Arrays.setAll(factors[t],
                    i -> Math.round(Math.scalb(term.scales()[i] / unit, shifts[term.from() + i])));
        }
        long[] added = new long[sums.channels()];
        Arrays.setAll(added, c -> Math.round(Math.scalb(sums.constant()[c] / unit, shifts[c])));
        return new IntegerRescaling(terms.stream().mapToInt(Term::from).toArray(), factors, added, shifts, highest);
    }

    private static boolean covers(Term t, int channel) {
        return channel >= t.from() && channel < t.end();
    }

    private static int shift(Sums sums, int channel, double unit, int bits) {
        double total = Math.abs(sums.constant()[channel] / unit) + 1;
        double largest = Double.MIN_NORMAL;
        for (Term t : sums.terms()) {
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
}
