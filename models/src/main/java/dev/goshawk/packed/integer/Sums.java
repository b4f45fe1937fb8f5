package dev.goshawk.packed.integer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An image as a sum: of terms of whole numbers, and of a constant for each channel. Only the whole numbers depend on the input; what they are worth
 * is fixed by the network.
 *
 * @param height of the image; 1 for a vector
 * @param width of the image; 1 for a vector
 * @param terms in the order in which they were made
 * @param constant by channel
 */
@SuppressWarnings("ArrayRecordComponent")
record Sums(int height, int width, List<Term> terms, double[] constant) {
    Sums {
        terms = List.copyOf(terms);
    }

    int channels() {
        return constant.length;
    }

    int pixels() {
        return height * width;
    }

    boolean hasConstant() {
        return Arrays.stream(constant).anyMatch(c -> c != 0);
    }

    /** Whether no two terms are in one channel. */
    boolean isDisjoint() {
        int[] count = new int[channels()];
        terms.forEach(t -> {
            for (int c = t.from(); c < t.end(); c++) {
                count[c]++;
            }
        });
        return Arrays.stream(count).allMatch(n -> n <= 1);
    }

    /** Numbers that are worth the same in all channels. */
    static Sums of(int height, int width, int channels, Source numbers, double scale, boolean signed,
            long bound) {
        double[] scales = new double[channels];
        Arrays.fill(scales, scale);
        return new Sums(height, width, List.of(new Term(numbers, 0, scales, signed, bound)), new double[channels]);
    }

    /** The sum with another image of the same size. */
    Sums plus(Sums other) {
        List<Term> all = new ArrayList<>(terms);
        all.addAll(other.terms);
        return new Sums(height, width, all, added(other.constant));
    }

    /** The sum with a number for each channel. */
    Sums plus(double[] byChannel) {
        return new Sums(height, width, terms, added(byChannel));
    }

    private double[] added(double[] other) {
        double[] sum = constant.clone();
        for (int c = 0; c < sum.length; c++) {
            sum[c] += other[c];
        }
        return sum;
    }

    /** The product with a number for each channel. */
    Sums times(double[] factors) {
        double[] scaled = constant.clone();
        for (int c = 0; c < scaled.length; c++) {
            scaled[c] *= factors[c];
        }
        return new Sums(height, width, terms.stream().map(t -> {
            double[] scales = t.scales().clone();
            for (int i = 0; i < scales.length; i++) {
                scales[i] *= factors[t.from() + i];
            }
            return t.withScales(scales);
        }).toList(), scaled);
    }

    /** The product with a number. */
    Sums times(double factor) {
        double[] factors = new double[channels()];
        Arrays.fill(factors, factor);
        return times(factors);
    }

    /** Images side by side in channels. */
    static Sums concat(List<Sums> parts) {
        List<Term> all = new ArrayList<>();
        double[] constant = new double[parts.stream().mapToInt(Sums::channels).sum()];
        int at = 0;
        for (Sums part : parts) {
            for (Term t : part.terms) {
                all.add(t.shifted(at));
            }
            System.arraycopy(part.constant, 0, constant, at, part.channels());
            at += part.channels();
        }
        return new Sums(parts.getFirst().height, parts.getFirst().width, all, constant);
    }
}
