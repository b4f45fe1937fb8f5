package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Tries every non-increasing assignment of widths to blocks in precision order, but those that begin too large or dearer than the best;
 * prefix sums make each cost O(1).
 */
final class MonotoneSearch {
    private final List<BitWidth> descending;
    private final int blocks;
    private final long budget;
    /** size[w][i] and cost[w][i]: bits and Omega of the first i blocks at width w. */
    private final long[][] size;
    private final double[][] cost;
    private final int[] ends;
    private int[] bestEnds = new int[0];
    private double bestCost = Double.POSITIVE_INFINITY;
    private long bestSize = Long.MAX_VALUE;

    private MonotoneSearch(List<Sensitivity> ordered, List<BitWidth> widths, long budget) {
        this.descending = widths.reversed();
        this.ends = new int[descending.size()];
        this.blocks = ordered.size();
        this.budget = budget;
        this.size = new long[descending.size()][blocks + 1];
        this.cost = new double[descending.size()][blocks + 1];
        for (int w = 0; w < descending.size(); w++) {
            for (int i = 0; i < blocks; i++) {
                Sensitivity s = ordered.get(i);
                size[w][i + 1] = size[w][i] + s.block().weightCount() * descending.get(w).bits();
                cost[w][i + 1] = cost[w][i] + s.omega(descending.get(w));
            }
        }
    }

    /** The widths in the given order; the budget is known to hold every block at the least width. */
    static List<BitWidth> best(List<Sensitivity> ordered, List<BitWidth> widths, long budget) {
        MonotoneSearch search = new MonotoneSearch(ordered, widths, budget);
        search.descend(0, 0, 0, 0);
        List<BitWidth> bits = new ArrayList<>();
        for (int w = 0; w < search.descending.size(); w++) {
            bits.addAll(Collections.nCopies(search.bestEnds[w] - bits.size(), search.descending.get(w)));
        }
        return bits;
    }

    /** Gives width {@code w} to the blocks from {@code from} to every possible end; ties go to the smaller model. */
    private void descend(int w, int from, long bitsSoFar, double costSoFar) {
        boolean last = w == descending.size() - 1;
        long least = size[descending.size() - 1][blocks] - size[descending.size() - 1][from];
        if (bitsSoFar + least > budget || costSoFar > bestCost) {
            return;
        }
        for (int end = last ? blocks : from; end <= blocks; end++) {
            long bits = bitsSoFar + size[w][end] - size[w][from];
            double omega = costSoFar + cost[w][end] - cost[w][from];
            ends[w] = end;
            if (!last) {
                descend(w + 1, end, bits, omega);
            } else if (bits <= budget && (omega < bestCost || (omega == bestCost && bits < bestSize))) {
                bestCost = omega;
                bestSize = bits;
                bestEnds = ends.clone();
            }
        }
    }
}
