package dev.goshawk.hawq.allocate.solve;

import java.util.Arrays;

/**
 * The same totals by other terms, of which the sum of the least ones is a good bound. What every option of one item adds at least to a
 * pair is moved to the single terms and shared out evenly again (min-sum diffusion, Kovalevsky and Koval 1975; Werner, IEEE TPAMI 29,
 * 2007): no total changes, the bound only rises, and nothing is asked of the signs. The limit on the size enters by a Lagrange
 * multiplier.
 */
final class Reparametrization {
    private static final int TRIAL_SWEEPS = 10;
    private static final int SWEEPS = 100;
    private static final int TRIALS = 40;

    private final PairTerms terms;
    private final double multiplier;
    private final double[] singles;
    private final double[][] pairs;

    private Reparametrization(PairTerms terms, long[][] sizes, double multiplier, int sweeps) {
        this.terms = terms;
        this.multiplier = multiplier;
        this.singles = terms.singles().clone();
        this.pairs = Arrays.stream(terms.pairs()).map(double[]::clone).toArray(double[][]::new);
        for (int i = 0; i < terms.items(); i++) {
            for (int o = 0; o < terms.options(i); o++) {
                singles[terms.at(i, o)] += multiplier * sizes[i][o];
            }
        }
        for (int s = 0; s < sweeps; s++) {
            for (int i = 0; i < terms.items(); i++) {
                diffuse(i);
            }
        }
    }

    /** That of the multiplier with the greatest bound, as far as a search over its magnitude finds it. */
    static Reparametrization best(PairTerms terms, long[][] sizes, long limit) {
        double span = 0;
        for (long[] s : sizes) {
            span += Arrays.stream(s).max().orElseThrow() - Arrays.stream(s).min().orElseThrow();
        }
        double best = 0;
        double bound = new Reparametrization(terms, sizes, 0, TRIAL_SWEEPS).bound(limit);
        double unit = span > 0 ? terms.scale() / span : 0;
        for (int i = 0; i < TRIALS && unit > 0; i++) {
            double tried = unit * Math.pow(2, (i - TRIALS / 2) / 2.0);
            double b = new Reparametrization(terms, sizes, tried, TRIAL_SWEEPS).bound(limit);
            if (b > bound) {
                bound = b;
                best = tried;
            }
        }
        return new Reparametrization(terms, sizes, best, SWEEPS);
    }

    /** Collects the least of each pair for item i's options, then gives every pair an equal share back. */
    private void diffuse(int i) {
        int others = terms.items() - 1;
        for (int p = terms.at(i, 0); p < terms.at(i, 0) + terms.options(i); p++) {
            double[] least = new double[terms.items()];
            double sum = singles[p];
            for (int j = 0; j < terms.items(); j++) {
                if (j != i) {
                    least[j] = least(p, j);
                    sum += least[j];
                }
            }
            double share = sum / (others + 1);
            singles[p] = share;
            for (int j = 0; j < terms.items(); j++) {
                if (j != i) {
                    for (int q = terms.at(j, 0); q < terms.at(j, 0) + terms.options(j); q++) {
                        double moved = pairs[p][q] - least[j] + share;
                        pairs[p][q] = moved;
                        pairs[q][p] = moved;
                    }
                }
            }
        }
    }

    /** The least pair term of a position with an item's options. */
    private double least(int position, int item) {
        double least = Double.POSITIVE_INFINITY;
        for (int q = terms.at(item, 0); q < terms.at(item, 0) + terms.options(item); q++) {
            least = Math.min(least, pairs[position][q]);
        }
        return least;
    }

    private double bound(long limit) {
        int[] all = new int[terms.items()];
        Arrays.setAll(all, i -> i);
        double[] halves = halves(all);
        double sum = -multiplier * limit;
        for (int i = 0; i < terms.items(); i++) {
            double least = Double.POSITIVE_INFINITY;
            for (int p = terms.at(i, 0); p < terms.at(i, 0) + terms.options(i); p++) {
                least = Math.min(least, singles[p] + halves[p]);
            }
            sum += least;
        }
        return sum;
    }

    double multiplier() {
        return multiplier;
    }

    /** [position], to read. */
    double[] singles() {
        return singles;
    }

    /** How much an item's options differ. */
    double span(int item) {
        double[] own = Arrays.copyOfRange(terms.singles(), terms.at(item, 0),
                terms.at(item, 0) + terms.options(item));
        return Arrays.stream(own).max().orElse(0) - Arrays.stream(own).min().orElse(0);
    }

    /** The single terms with the pair terms of one more chosen position. */
    double[] with(double[] before, int position) {
        double[] next = before.clone();
        for (int q = 0; q < next.length; q++) {
            next[q] += pairs[position][q];
        }
        return next;
    }

    /** [position]: half of the least pair terms with all the other items of some; 0 for positions of others. */
    double[] halves(int[] items) {
        double[] halves = new double[terms.positions()];
        for (int i : items) {
            for (int p = terms.at(i, 0); p < terms.at(i, 0) + terms.options(i); p++) {
                for (int j : items) {
                    if (j != i) {
                        halves[p] += least(p, j) / 2;
                    }
                }
            }
        }
        return halves;
    }
}
