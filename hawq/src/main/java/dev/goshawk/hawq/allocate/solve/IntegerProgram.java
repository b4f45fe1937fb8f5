package dev.goshawk.hawq.allocate.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The integer linear program of HAWQ-V3 (Yao et al., ICML 2021): one option for each item of least total cost under limits on total
 * uses. Solved exactly by branch and bound in breadth: item by item, partial choices are kept unless their bound says that they cannot
 * beat the best choice known, or another partial choice costs no more and uses no more. Bounds are Lagrangian, the greatest over a set
 * of multipliers near the best of the whole program. Should a level outgrow its capacity, what is left out counts towards the bound of the
 * solution, which then says how far from the optimum it may be.
 */
public final class IntegerProgram {
    private static final int BEAM = 2_000;
    private static final int CAPACITY = 500_000;
    /** Earlier partial choices that a partial choice is compared with under several limits. */
    private static final int COMPARED = 256;
    private static final double ROUNDING = 1e-12;

    private final double[][] cost;
    private final double[][][] use;
    private final double[] limit;
    /** Items by descending span of costs: what is left to the end decides little. */
    private final int[] order;
    /** [limit][depth]: least use of the items from that depth on. */
    private final double[][] leastUse;
    private final double[][] multipliers;
    /** [multiplier][depth]: least of cost + multipliers times uses of the items from that depth on. */
    private final double[][] tails;

    /**
     * A choice.
     *
     * @param options of each item
     * @param cost their total
     * @param bound no choice within the limits costs less
     */
    public record Solution(int[] options, double cost, double bound) {
        /** How much less than {@link #cost} the optimum may be: 0 where this is the optimum. */
        public double gap() {
            return Math.max(0, cost - bound);
        }
    }

    /** A choice for the first items. */
    private record Partial(double cost, double[] uses, double bound, int option, @Nullable Partial before) {
    }

    private IntegerProgram(double[][] cost, double[][][] use, double[] limit) {
        this.cost = cost;
        this.use = use;
        this.limit = limit;
        this.order = IntStream.range(0, cost.length).boxed()
                .sorted(Comparator.comparingDouble(
                        i -> Arrays.stream(cost[i]).min().orElse(0) - Arrays.stream(cost[i]).max().orElse(0)))
                .mapToInt(Integer::intValue).toArray();
        this.leastUse = new double[limit.length][cost.length + 1];
        for (int k = 0; k < limit.length; k++) {
            for (int d = cost.length - 1; d >= 0; d--) {
                leastUse[k][d] = leastUse[k][d + 1] + Arrays.stream(use[k][order[d]]).min().orElse(0);
            }
        }
        this.multipliers = new Multipliers(cost, use, limit).near();
        this.tails = new double[multipliers.length][cost.length + 1];
        for (int m = 0; m < multipliers.length; m++) {
            for (int d = cost.length - 1; d >= 0; d--) {
                tails[m][d] = tails[m][d + 1] + least(order[d], multipliers[m]);
            }
        }
    }

    /**
     * The choice of least cost.
     *
     * @param cost [item][option], finite
     * @param use [limit][item][option], 0 or greater, finite
     * @param limit on each total, met to a relative 1e-12
     * @return empty if no choice meets the limits
     */
    public static Optional<Solution> least(double[][] cost, double[][][] use, double[] limit) {
        if (cost.length == 0 || use.length != limit.length) {
            throw new IllegalArgumentException("program: expected at least one item and as many uses as limits, got "
                    + cost.length + " items, " + use.length + " uses and " + limit.length + " limits");
        }
        return new IntegerProgram(cost, use, limit).solve();
    }

    private Optional<Solution> solve() {
        for (int k = 0; k < limit.length; k++) {
            if (exceeds(leastUse[k][0], k)) {
                return Optional.empty();
            }
        }
        Pass first = new Pass(BEAM, null);
        Pass whole = first.dropped == Double.POSITIVE_INFINITY ? first : new Pass(CAPACITY, first.best);
        Partial best = whole.best;
        if (best == null) {
            return Optional.empty();
        }
        int[] options = new int[cost.length];
        Partial at = best;
        for (int d = cost.length - 1; d >= 0 && at != null; d--) {
            options[order[d]] = at.option;
            at = at.before;
        }
        return Optional.of(new Solution(options, best.cost, Math.min(best.cost, whole.dropped)));
    }

    private boolean exceeds(double total, int k) {
        return total > limit[k] + ROUNDING * Math.abs(limit[k]);
    }

    private double least(int item, double[] multiplier) {
        double least = Double.POSITIVE_INFINITY;
        for (int o = 0; o < cost[item].length; o++) {
            double c = cost[item][o];
            for (int k = 0; k < limit.length; k++) {
                c += multiplier[k] * use[k][item][o];
            }
            least = Math.min(least, c);
        }
        return least;
    }

    /** No completion of a partial choice up to that depth costs less. */
    private double bound(double partialCost, double[] uses, int depth) {
        double bound = Double.NEGATIVE_INFINITY;
        for (int m = 0; m < multipliers.length; m++) {
            double b = tails[m][depth];
            for (int k = 0; k < limit.length; k++) {
                b -= multipliers[m][k] * (limit[k] - uses[k]);
            }
            bound = Math.max(bound, b);
        }
        return partialCost + bound;
    }

    /** One run through the items that keeps at most so many partial choices. */
    private final class Pass {
        private final int capacity;
        private @Nullable Partial best;
        /** Least bound of what was left out for want of capacity. */
        private double dropped = Double.POSITIVE_INFINITY;

        Pass(int capacity, @Nullable Partial known) {
            this.capacity = capacity;
            this.best = known;
            List<Partial> level = List.of(new Partial(0, new double[limit.length], 0, -1, null));
            for (int d = 0; d < order.length; d++) {
                level = thinned(grown(level, d));
            }
            if (!level.isEmpty() && (best == null || level.getFirst().cost < best.cost)) {
                best = level.getFirst();
            }
        }

        private List<Partial> grown(List<Partial> level, int depth) {
            int item = order[depth];
            List<Partial> next = new ArrayList<>();
            for (Partial p : level) {
                for (int o = 0; o < cost[item].length; o++) {
                    double[] uses = p.uses.clone();
                    boolean fits = true;
                    for (int k = 0; k < limit.length; k++) {
                        uses[k] += use[k][item][o];
                        fits &= !exceeds(uses[k] + leastUse[k][depth + 1], k);
                    }
                    double c = p.cost + cost[item][o];
                    double b = bound(c, uses, depth + 1);
                    if (fits && (best == null || b < best.cost - ROUNDING * Math.abs(best.cost))) {
                        next.add(new Partial(c, uses, b, o, depth == 0 ? null : p));
                    }
                }
            }
            return next;
        }

        /** Leaves out what is dominated, then what has no room; by ascending cost. */
        private List<Partial> thinned(List<Partial> level) {
            level.sort(Comparator.comparingDouble(Partial::cost)
                    .thenComparingDouble(p -> p.uses.length == 0 ? 0 : p.uses[0]));
            List<Partial> kept = new ArrayList<>();
            double leastFirst = Double.POSITIVE_INFINITY;
            for (Partial p : level) {
                double first = p.uses.length == 0 ? 0 : p.uses[0];
                boolean undominated = first < leastFirst
                        || p.uses.length > 1 && kept.reversed().stream().limit(COMPARED).noneMatch(q -> covers(q, p));
                if (undominated) {
                    kept.add(p);
                    leastFirst = Math.min(leastFirst, first);
                }
            }
            if (kept.size() <= capacity) {
                return kept;
            }
            kept.sort(Comparator.comparingDouble(Partial::bound));
            dropped = Math.min(dropped, kept.get(capacity).bound);
            List<Partial> narrowed = new ArrayList<>(kept.subList(0, capacity));
            narrowed.sort(Comparator.comparingDouble(Partial::cost));
            return narrowed;
        }

        private static boolean covers(Partial a, Partial b) {
            for (int k = 0; k < a.uses.length; k++) {
                if (a.uses[k] > b.uses[k]) {
                    return false;
                }
            }
            return true;
        }
    }
}
