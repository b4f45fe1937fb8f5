package dev.goshawk.hawq.allocate.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every choice of one option for each item that no other choice beats in both total size and total cost (Nemhauser and Ullmann,
 * Management Science 15, 1969): item by item the frontier is joined with each option and thinned to what is not dominated. Exact, and
 * no larger than the number of distinct sizes.
 */
public final class ParetoFrontier {
    private static final int FIRST_CAPACITY = 64;

    /** The frontier of the first items: sizes ascend, costs descend. */
    private static final class Level {
        private long[] sizes = new long[FIRST_CAPACITY];
        private double[] costs = new double[FIRST_CAPACITY];
        private int[] parents = new int[FIRST_CAPACITY];
        private int[] options = new int[FIRST_CAPACITY];
        private int count;

        void add(long size, double cost, int parent, int option) {
            if (count == sizes.length) {
                resize(2 * count);
            }
            sizes[count] = size;
            costs[count] = cost;
            parents[count] = parent;
            options[count++] = option;
        }

        private void resize(int capacity) {
            sizes = Arrays.copyOf(sizes, capacity);
            costs = Arrays.copyOf(costs, capacity);
            parents = Arrays.copyOf(parents, capacity);
            options = Arrays.copyOf(options, capacity);
        }

        /** What only the next level reads is let go. */
        Level trimmed(boolean last) {
            resize(count);
            if (!last) {
                sizes = new long[0];
                costs = new double[0];
            }
            return this;
        }
    }

    private final List<Level> levels;
    private final Level last;

    private ParetoFrontier(List<Level> levels) {
        this.levels = levels;
        this.last = levels.getLast();
    }

    /**
     * The frontier up to a size.
     *
     * @param sizes [item][option], 0 or greater
     * @param costs [item][option], finite
     * @param most largest total size
     */
    public static ParetoFrontier of(long[][] sizes, double[][] costs, long most) {
        int items = sizes.length;
        if (items == 0 || costs.length != items) {
            throw new IllegalArgumentException(
                    "frontier: expected sizes and costs of as many items, got " + items + " and " + costs.length);
        }
        long[] rest = new long[items + 1];
        for (int i = items - 1; i >= 0; i--) {
            rest[i] = rest[i + 1] + Arrays.stream(sizes[i]).min().orElseThrow();
        }
        Level before = new Level();
        before.add(0, 0, -1, -1);
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i < items; i++) {
            Level next = join(before, sizes[i], costs[i], most - rest[i + 1]);
            if (i > 0) {
                before.trimmed(false);
            }
            levels.add(next);
            before = next;
        }
        before.trimmed(true);
        return new ParetoFrontier(levels);
    }

    /** Merges the frontier moved by each option, which are in order already, and keeps what costs less than all that is smaller. */
    private static Level join(Level before, long[] sizes, double[] costs, long most) {
        Level joined = new Level();
        int[] at = new int[sizes.length];
        double least = Double.POSITIVE_INFINITY;
        while (true) {
            int next = -1;
            long size = Long.MAX_VALUE;
            double cost = Double.POSITIVE_INFINITY;
            for (int o = 0; o < sizes.length; o++) {
                if (at[o] < before.count) {
                    long s = before.sizes[at[o]] + sizes[o];
                    double c = before.costs[at[o]] + costs[o];
                    if (s < size || s == size && c < cost) {
                        next = o;
                        size = s;
                        cost = c;
                    }
                }
            }
            if (next < 0 || size > most) {
                return joined;
            }
            if (cost < least) {
                joined.add(size, cost, at[next], next);
                least = cost;
            }
            at[next]++;
        }
    }

    /** Number of points; 0 where nothing is small enough. */
    public int count() {
        return last.count;
    }

    /** Total size of a point; they ascend. */
    public long size(int point) {
        return last.sizes[point];
    }

    /** Total cost of a point; they descend. */
    public double cost(int point) {
        return last.costs[point];
    }

    /** The option of each item at a point. */
    public int[] options(int point) {
        int[] options = new int[levels.size()];
        int at = point;
        for (int i = levels.size() - 1; i >= 0; i--) {
            options[i] = levels.get(i).options[at];
            at = levels.get(i).parents[at];
        }
        return options;
    }
}
