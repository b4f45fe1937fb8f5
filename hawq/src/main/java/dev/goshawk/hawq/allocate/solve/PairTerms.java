package dev.goshawk.hawq.allocate.solve;

/**
 * Terms of single options and of pairs of options of different items, over positions that count through all items' options.
 *
 * @param starts position of each item's first option, and at the end the number of all options
 * @param singles [position]
 * @param pairs [position][position], symmetric; what lies within one item is not looked at
 */
public record PairTerms(int[] starts, double[] singles, double[][] pairs) {
    public PairTerms {
        int all = starts[starts.length - 1];
        if (starts.length < 2 || starts[0] != 0 || singles.length != all || pairs.length != all) {
            throw new IllegalArgumentException("pair terms: expected " + all + " options, got " + singles.length
                    + " single terms and " + pairs.length + " rows of pairs");
        }
    }

    /** Number of items. */
    public int items() {
        return starts.length - 1;
    }

    /** Number of options of all items. */
    int positions() {
        return singles.length;
    }

    /** Position of an item's option. */
    int at(int item, int option) {
        return starts[item] + option;
    }

    /** Number of options of an item. */
    int options(int item) {
        return starts[item + 1] - starts[item];
    }

    /** The total of a choice, an option for each item. */
    public double value(int[] options) {
        double sum = 0;
        for (int i = 0; i < options.length; i++) {
            double[] row = pairs[at(i, options[i])];
            sum += singles[at(i, options[i])];
            for (int j = 0; j < i; j++) {
                sum += row[at(j, options[j])];
            }
        }
        return sum;
    }

    /** The largest magnitude of a term of a single option. */
    double scale() {
        double most = 0;
        for (double s : singles) {
            most = Math.max(most, Math.abs(s));
        }
        return most;
    }
}
