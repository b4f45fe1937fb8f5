package dev.goshawk.hawq.allocate.solve;

import java.util.Optional;

/** A good choice to start an exact search from: changes of one item or two that lower the total, until there is none. */
final class LocalSearch {
    private final PairTerms terms;
    private final long[][] sizes;
    private final long limit;
    private final int[] chosen;
    private long size;

    private LocalSearch(PairTerms terms, long[][] sizes, long limit, int[] chosen) {
        this.terms = terms;
        this.sizes = sizes;
        this.limit = limit;
        this.chosen = chosen;
        for (int i = 0; i < chosen.length; i++) {
            size += sizes[i][chosen[i]];
        }
    }

    /** Starts from the smallest option of each item; empty if that is too large. */
    static Optional<int[]> from(PairTerms terms, long[][] sizes, long limit) {
        int[] smallest = new int[terms.items()];
        for (int i = 0; i < smallest.length; i++) {
            for (int o = 1; o < sizes[i].length; o++) {
                smallest[i] = sizes[i][o] < sizes[i][smallest[i]] ? o : smallest[i];
            }
        }
        LocalSearch search = new LocalSearch(terms, sizes, limit, smallest);
        if (search.size > limit) {
            return Optional.empty();
        }
        while (search.improve()) {
            // Until nothing is gained.
        }
        return Optional.of(search.chosen);
    }

    /** [position]: the term of the option with all that is chosen of other items. */
    private double[] fields() {
        double[] fields = terms.singles().clone();
        for (int i = 0; i < chosen.length; i++) {
            double[] row = terms.pairs()[terms.at(i, chosen[i])];
            for (int j = 0; j < chosen.length; j++) {
                if (j != i) {
                    for (int p = terms.at(j, 0); p < terms.at(j, 0) + terms.options(j); p++) {
                        fields[p] += row[p];
                    }
                }
            }
        }
        return fields;
    }

    /** Makes the best change of one item or two; whether there was one. */
    private boolean improve() {
        double[] fields = fields();
        double least = -1e-12 * terms.scale();
        int[] change = {};
        for (int i = 0; i < chosen.length; i++) {
            for (int o = 0; o < sizes[i].length; o++) {
                long one = size + sizes[i][o] - sizes[i][chosen[i]];
                double gain = fields[terms.at(i, o)] - fields[terms.at(i, chosen[i])];
                if (one <= limit && gain < least) {
                    least = gain;
                    change = new int[] {i, o};
                }
                for (int j = 0; j < i; j++) {
                    for (int q = 0; q < sizes[j].length; q++) {
                        long two = one + sizes[j][q] - sizes[j][chosen[j]];
                        double both = gain + fields[terms.at(j, q)] - fields[terms.at(j, chosen[j])]
                                + joint(i, o, j, q);
                        if (two <= limit && both < least) {
                            least = both;
                            change = new int[] {i, o, j, q};
                        }
                    }
                }
            }
        }
        for (int k = 0; k < change.length; k += 2) {
            size += sizes[change[k]][change[k + 1]] - sizes[change[k]][chosen[change[k]]];
            chosen[change[k]] = change[k + 1];
        }
        return change.length > 0;
    }

    /** What changing both adds to the sum of changing each alone. */
    private double joint(int i, int o, int j, int q) {
        double[] to = terms.pairs()[terms.at(i, o)];
        double[] from = terms.pairs()[terms.at(i, chosen[i])];
        return to[terms.at(j, q)] - to[terms.at(j, chosen[j])] - from[terms.at(j, q)] + from[terms.at(j, chosen[j])];
    }
}
