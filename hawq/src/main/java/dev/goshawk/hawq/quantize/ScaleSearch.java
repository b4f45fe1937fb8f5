package dev.goshawk.hawq.quantize;

import dev.goshawk.tensor.DType;

/** Chooses scale and zero point for values that share them. */
public final class ScaleSearch {
    private static final int RATIOS = 50;
    private static final int REFINEMENTS = 8;

    private final UniformQuantizer.Levels levels;
    private final boolean single;

    /** For values of a type, which are to have such levels. */
    public ScaleSearch(UniformQuantizer.Levels levels, DType dtype) {
        this.levels = levels;
        this.single = dtype == DType.FLOAT32;
    }

    /** A uniform grid: values (q - zero) scale. */
    public record Grid(double scale, int zero) {
    }

    /** The best grid that is found from nothing. */
    public Grid best(double[] w, ScaleRule rule) {
        Grid best = clipped(w, 1);
        if (rule == ScaleRule.MAX) {
            return best;
        }
        double least = error(w, best);
        for (int k = 1; k < RATIOS; k++) {
            Grid grid = clipped(w, k / (double) RATIOS);
            double error = error(w, grid);
            if (error < least) {
                least = error;
                best = grid;
            }
        }
        return refine(w, best);
    }

    /**
     * Alternates between the nearest codes for a scale and the least-squares scale for those codes. Neither step raises
     * the error, but for rounding to the element type: a step that does is not taken.
     */
    public Grid refine(double[] w, Grid start) {
        Grid best = start;
        double least = error(w, best);
        for (int i = 0; i < REFINEMENTS && least > 0; i++) {
            double cross = 0;
            double square = 0;
            for (double x : w) {
                double q = code(x, best) - best.zero();
                cross += x * q;
                square += q * q;
            }
            if (cross <= 0) {
                // every code is zero (or opposes its weight): the grid carries nothing to refine
                return clipped(w, 1);
            }
            Grid next = new Grid(round(cross / square), best.zero());
            double error = next.scale() > 0 ? error(w, next) : Double.POSITIVE_INFINITY;
            if (error >= least) {
                return best;
            }
            best = next;
            least = error;
        }
        return best;
    }

    /**
     * The grid which reaches from {@code ratio} times the lowest to {@code ratio} times the highest value, zero
     * included.
     */
    private Grid clipped(double[] w, double ratio) {
        double low = 0;
        double high = 0;
        for (double x : w) {
            low = Math.min(low, x);
            high = Math.max(high, x);
        }
        double span = levels.symmetric() ? Math.max(high, -low) / levels.max() : (high - low) / levels.max();
        double scale = round(ratio * span);
        if (!(scale > 0)) {
            // all zeros, or too small for the element type: any scale represents them
            return new Grid(1, 0);
        }
        return new Grid(scale, levels.symmetric() ? 0 : (int) Math.rint(-ratio * low / scale));
    }

    int code(double x, Grid grid) {
        return (int) levels.nearest(round(x / grid.scale()), grid.zero());
    }

    double value(int code, Grid grid) {
        return round((code - grid.zero()) * grid.scale());
    }

    private double error(double[] w, Grid grid) {
        double sum = 0;
        for (double x : w) {
            double d = value(code(x, grid), grid) - x;
            sum += d * d;
        }
        return sum;
    }

    private double round(double x) {
        return single ? (float) x : x;
    }
}
