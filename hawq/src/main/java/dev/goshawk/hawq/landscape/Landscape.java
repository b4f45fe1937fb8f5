package dev.goshawk.hawq.landscape;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Measured losses around a network's weights (HAWQ, Dong et al. 2019, figures 1 and 3).
 *
 * @param images over which the loss is taken
 * @param loss at the weights
 * @param lines along each block's top eigenvector, blocks in network order
 * @param surfaces over the top two eigenvectors of the flattest and of the sharpest block
 * @param increases by rounding one block at a time
 */
public record Landscape(int images, double loss, List<Line> lines, List<Surface> surfaces, List<Increase> increases) {
    public Landscape {
        lines = List.copyOf(lines);
        surfaces = List.copyOf(surfaces);
        increases = List.copyOf(increases);
    }

    /**
     * Losses at W + t v.
     *
     * @param eigenvalue of v, the top eigenvector of the block's Hessian, of length 1
     * @param offsets t, ascending
     * @param losses one an offset; not finite where float32 overflows
     */
    public record Line(String block, double eigenvalue, List<Double> offsets, List<Double> losses) {
        public Line {
            offsets = List.copyOf(offsets);
            losses = List.copyOf(losses);
        }
    }

    /**
     * Losses at W + s v + t w.
     *
     * @param first eigenvalue of v
     * @param second eigenvalue of w
     * @param offsets s and t, ascending
     * @param losses a row for each s, in it one for each t
     */
    public record Surface(String block, double first, double second, List<Double> offsets, List<List<Double>> losses) {
        public Surface {
            offsets = List.copyOf(offsets);
            losses = losses.stream().map(List::copyOf).toList();
        }
    }

    /**
     * The change of the loss when one block's weights are rounded and all others are not.
     *
     * @param predicted to second order, with the block's exact Hessian
     * @param measured by evaluating the rounded network
     */
    public record Increase(String block, int bits, double predicted, double measured) {
    }

    /** Widths for which there are increases, ascending. */
    public List<Integer> widths() {
        return increases.stream().map(Increase::bits).distinct().sorted().toList();
    }

    /**
     * Spearman's rank correlation of predicted and measured increases over the blocks, 1 where both order them alike; equal numbers share
     * their mean rank.
     */
    public double rankCorrelation(int bits) {
        List<Increase> of = increases.stream().filter(i -> i.bits() == bits).toList();
        double[] x = ranks(of.stream().mapToDouble(Increase::predicted).toArray());
        double[] y = ranks(of.stream().mapToDouble(Increase::measured).toArray());
        double mean = (of.size() + 1) / 2.0;
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - mean) * (y[i] - mean);
            xx += (x[i] - mean) * (x[i] - mean);
            yy += (y[i] - mean) * (y[i] - mean);
        }
        return xy / Math.sqrt(xx * yy);
    }

    private static double[] ranks(double[] values) {
        int[] order = IntStream.range(0, values.length).boxed().sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(i -> i).toArray();
        double[] ranks = new double[values.length];
        for (int from = 0, to = 0; from < order.length; from = to) {
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                ranks[order[i]] = (from + 1 + to) / 2.0;
            }
        }
        return ranks;
    }
}
