package dev.goshawk.hawq.allocate.solve;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One option for each item of least total of terms of single options and of pairs of options, under a limit on total size. The terms
 * may have any signs. Solved exactly by branch and bound in depth; the bound, see {@link Reparametrization}, is valid for any matrix
 * of pair terms. After a number of nodes the search ends, and the solution says how far from the optimum it may be.
 */
public final class QuadraticSearch {
    private static final long MOST_NODES = 20_000_000;
    private static final double ROUNDING = 1e-12;

    private final PairTerms terms;
    private final long[][] sizes;
    private final long limit;
    private final Reparametrization relaxed;
    private final int[] order;
    private final long[] leastSize;
    private final long[] restSize;
    /** [depth][position]: half of the least pair terms with all other items that are open at that depth. */
    private final double[][] halves;
    private final long mostNodes;
    private int[] best;
    private double bestValue;
    private long nodes;
    private double open = Double.POSITIVE_INFINITY;

    /**
     * A choice.
     *
     * @param options of each item
     * @param value the total of its terms
     * @param bound no choice within the limit has less
     * @param nodes partial choices looked at
     */
    public record Solution(int[] options, double value, double bound, long nodes) {
        /** How much less than {@link #value} the optimum may be: 0 where this is the optimum. */
        public double gap() {
            return Math.max(0, value - bound);
        }
    }

    private QuadraticSearch(PairTerms terms, long[][] sizes, long limit, long mostNodes, int[] start) {
        this.terms = terms;
        this.sizes = sizes;
        this.limit = limit;
        this.mostNodes = mostNodes;
        this.best = start;
        this.bestValue = terms.value(start);
        this.relaxed = Reparametrization.best(terms, sizes, limit);
        this.order = IntStream.range(0, terms.items()).boxed()
                .sorted(Comparator.comparingDouble(i -> -relaxed.span(i))).mapToInt(Integer::intValue).toArray();
        this.leastSize = Arrays.stream(sizes).mapToLong(s -> Arrays.stream(s).min().orElseThrow()).toArray();
        this.restSize = new long[order.length + 1];
        for (int d = order.length - 1; d >= 0; d--) {
            restSize[d] = restSize[d + 1] + leastSize[order[d]];
        }
        this.halves = new double[order.length + 1][];
        for (int d = 0; d <= order.length; d++) {
            halves[d] = relaxed.halves(Arrays.copyOfRange(order, d, order.length));
        }
    }

    /**
     * The choice of least value.
     *
     * @param terms of single options and of pairs
     * @param sizes [item][option], 0 or greater
     * @param limit on the total size
     * @return empty if no choice is small enough
     */
    public static Optional<Solution> least(PairTerms terms, long[][] sizes, long limit) {
        return least(terms, sizes, limit, MOST_NODES);
    }

    static Optional<Solution> least(PairTerms terms, long[][] sizes, long limit, long mostNodes) {
        Optional<int[]> start = LocalSearch.from(terms, sizes, limit);
        return start.map(s -> {
            QuadraticSearch search = new QuadraticSearch(terms, sizes, limit, mostNodes, s);
            search.descend(0, relaxed(search), 0, search.relaxed.singles(), new int[terms.items()]);
            return new Solution(search.best, search.bestValue, Math.min(search.bestValue, search.open), search.nodes);
        });
    }

    /** What the multiplier gives back for the whole limit. */
    private static double relaxed(QuadraticSearch search) {
        return -search.relaxed.multiplier() * search.limit;
    }

    private double slack() {
        return ROUNDING * Math.max(Math.abs(bestValue), terms.scale());
    }

    /**
     * Tries the options of the item at that depth, the most promising first.
     *
     * @param value relaxed terms of the options chosen so far
     * @param singles the relaxed terms of single options, with the pair terms of what is chosen
     */
    private void descend(int depth, double value, long size, double[] singles, int[] chosen) {
        if (depth == order.length) {
            double total = terms.value(chosen);
            if (total < bestValue) {
                bestValue = total;
                best = chosen.clone();
            }
            return;
        }
        int item = order[depth];
        int options = sizes[item].length;
        double[] bounds = new double[options];
        double[][] next = new double[options][];
        for (int o = 0; o < options; o++) {
            long used = size + sizes[item][o];
            if (used + restSize[depth + 1] > limit) {
                bounds[o] = Double.POSITIVE_INFINITY;
                continue;
            }
            next[o] = relaxed.with(singles, terms.at(item, o));
            bounds[o] = value + singles[terms.at(item, o)] + rest(depth + 1, used, next[o]);
            nodes++;
        }
        int[] ascending = IntStream.range(0, options).boxed().sorted(Comparator.comparingDouble(o -> bounds[o]))
                .mapToInt(Integer::intValue).toArray();
        for (int o : ascending) {
            if (bounds[o] >= bestValue - slack()) {
                return;
            }
            if (nodes > mostNodes) {
                open = Math.min(open, bounds[o]);
                return;
            }
            chosen[item] = o;
            descend(depth + 1, value + singles[terms.at(item, o)], size + sizes[item][o], next[o], chosen);
        }
    }

    /** A bound on the relaxed terms of the items from that depth on. */
    private double rest(int depth, long used, double[] singles) {
        double sum = 0;
        for (int d = depth; d < order.length; d++) {
            int item = order[d];
            long others = used + restSize[depth] - leastSize[item];
            double least = Double.POSITIVE_INFINITY;
            for (int o = 0; o < sizes[item].length; o++) {
                if (others + sizes[item][o] <= limit) {
                    int at = terms.at(item, o);
                    least = Math.min(least, singles[at] + halves[depth][at]);
                }
            }
            sum += least;
        }
        return sum;
    }
}
