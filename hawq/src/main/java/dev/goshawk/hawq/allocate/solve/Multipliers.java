package dev.goshawk.hawq.allocate.solve;

import java.util.ArrayList;
import java.util.List;

/** Lagrange multipliers of an {@link IntegerProgram}: those of the best bound, and others near them for what is left of it. */
final class Multipliers {
    private static final int ROUNDS = 30;
    private static final int HALVINGS = 60;
    /** Factors on the best multiplier under one limit, two and more. */
    private static final double[][] FACTORS = {factors(48, 1.12), factors(5, 1.3), factors(2, 1.6)};

    private final double[][] cost;
    private final double[][][] use;
    private final double[] limit;

    Multipliers(double[][] cost, double[][][] use, double[] limit) {
        this.cost = cost;
        this.use = use;
        this.limit = limit;
    }

    private static double[] factors(int each, double ratio) {
        double[] factors = new double[2 * each + 2];
        for (int i = -each; i <= each; i++) {
            factors[i + each + 1] = Math.pow(ratio, i);
        }
        return factors;
    }

    /** [choice][limit]. */
    double[][] near() {
        List<double[]> all = new ArrayList<>();
        all.add(best());
        if (limit.length > 0) {
            double[] factors = FACTORS[Math.min(limit.length, FACTORS.length) - 1];
            double[] center = all.getFirst();
            double[] scale = center.clone();
            for (int k = 0; k < scale.length; k++) {
                scale[k] = center[k] > 0 ? center[k] : slope(k);
            }
            grid(scale, factors, new double[limit.length], 0, all);
        }
        return all.toArray(double[][]::new);
    }

    private static void grid(double[] scale, double[] factors, double[] at, int k, List<double[]> all) {
        if (k == scale.length) {
            all.add(at.clone());
            return;
        }
        for (double f : factors) {
            at[k] = f * scale[k];
            grid(scale, factors, at, k + 1, all);
        }
    }

    /** Cost by use, over all items: the size of a multiplier. */
    private double slope(int k) {
        double costs = 0;
        double uses = 0;
        for (int i = 0; i < cost.length; i++) {
            costs += span(cost[i]);
            uses += span(use[k][i]);
        }
        return uses > 0 ? costs / uses : 0;
    }

    private static double span(double[] values) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double v : values) {
            least = Math.min(least, v);
            most = Math.max(most, v);
        }
        return most - least;
    }

    /** Coordinate by coordinate the least multiplier under which the relaxed choice meets the limit. */
    private double[] best() {
        double[] at = new double[limit.length];
        for (int round = 0; round < (limit.length == 1 ? 1 : ROUNDS); round++) {
            for (int k = 0; k < limit.length; k++) {
                at[k] = meeting(at, k);
            }
        }
        return at;
    }

    private double meeting(double[] at, int k) {
        double[] tried = at.clone();
        tried[k] = 0;
        double high = slope(k);
        if (relaxedUse(tried, k) <= limit[k] || high == 0) {
            return 0;
        }
        double low = 0;
        for (int i = 0; i < HALVINGS; i++) {
            tried[k] = high;
            if (relaxedUse(tried, k) <= limit[k]) {
                break;
            }
            low = high;
            high *= 4;
        }
        for (int i = 0; i < HALVINGS; i++) {
            tried[k] = (low + high) / 2;
            if (relaxedUse(tried, k) <= limit[k]) {
                high = tried[k];
            } else {
                low = tried[k];
            }
        }
        return high;
    }

    /** Use of the options of least cost + multipliers times uses; of equals the lesser use. */
    private double relaxedUse(double[] multiplier, int k) {
        double total = 0;
        for (int i = 0; i < cost.length; i++) {
            double least = Double.POSITIVE_INFINITY;
            double used = 0;
            for (int o = 0; o < cost[i].length; o++) {
                double c = cost[i][o];
                for (int j = 0; j < limit.length; j++) {
                    c += multiplier[j] * use[j][i][o];
                }
                if (c < least || c == least && use[k][i][o] < used) {
                    least = c;
                    used = use[k][i][o];
                }
            }
            total += used;
        }
        return total;
    }
}
