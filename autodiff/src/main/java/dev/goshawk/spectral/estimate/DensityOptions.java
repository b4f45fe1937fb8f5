package dev.goshawk.spectral.estimate;

import org.jspecify.annotations.Nullable;

/**
 * How a spectral density is estimated.
 *
 * @param seed of the random vectors
 * @param probes independent random vectors, at least 2
 * @param steps Lanczos steps for each, at least 4
 * @param points of the grid, at least 2
 * @param width standard deviation sigma of the Gaussian that every eigenvalue is smoothed by, in the operator's units, from
 *     {@link #NARROWEST} to {@link #WIDEST}; 0 for a hundredth of the range of the nodes
 * @param range of the grid, or null for the range of the nodes and five sigma on both sides
 * @param tolerance on the three errors that {@link SpectralDensity#converged()} looks at, 0 or greater
 */
public record DensityOptions(long seed, int probes, int steps, int points, double width, @Nullable Interval range,
        double tolerance) {

    /** The least sigma: heights of bells stay within float64. */
    public static final double NARROWEST = 1e-290;
    /** The greatest sigma: so does the grid. */
    public static final double WIDEST = 1e290;

    public DensityOptions {
        if (points < 2 || !(width == 0 || width >= NARROWEST && width <= WIDEST) || !(tolerance >= 0)) {
            throw new IllegalArgumentException("density: expected at least 2 points, a width of 0 or from " + NARROWEST
                    + " to " + WIDEST + " and a tolerance >= 0, got " + points + ", " + width + " and " + tolerance);
        }
    }

    /** Seed 0, 10 probes of 30 steps, 1024 points, automatic width and range, tolerance 0.1. */
    public static DensityOptions defaults() {
        return new DensityOptions(0, 10, 30, 1024, 0, null, 0.1);
    }

    public DensityOptions withSeed(long value) {
        return new DensityOptions(value, probes, steps, points, width, range, tolerance);
    }

    public DensityOptions withProbes(int value) {
        return new DensityOptions(seed, value, steps, points, width, range, tolerance);
    }

    public DensityOptions withSteps(int value) {
        return new DensityOptions(seed, probes, value, points, width, range, tolerance);
    }

    public DensityOptions withPoints(int value) {
        return new DensityOptions(seed, probes, steps, value, width, range, tolerance);
    }

    public DensityOptions withWidth(double value) {
        return new DensityOptions(seed, probes, steps, points, value, range, tolerance);
    }

    public DensityOptions withRange(@Nullable Interval value) {
        return new DensityOptions(seed, probes, steps, points, width, value, tolerance);
    }

    public DensityOptions withTolerance(double value) {
        return new DensityOptions(seed, probes, steps, points, width, range, value);
    }
}
