package dev.goshawk.spectral.estimate;

/**
 * An estimated number with its error: the mean of independent, equally distributed draws.
 *
 * @param value mean over the draws
 * @param standardError standard deviation of the draws over the square root of their number; NaN for a single draw
 * @param draws number of independent draws that mean and error are of
 * @param products operator products spent in all
 * @param converged whether the estimate met the tolerance that was asked for; see the method that made it
 * @param seed of the random vectors
 */
public record Estimate(double value, double standardError, int draws, int products, boolean converged, long seed) {
    /**
     * The interval that holds the true value with a given probability, by Student's t distribution with {@code draws - 1} degrees of
     * freedom: right for normal draws, and near it for many.
     *
     * @param level in (0, 1), such as 0.95
     * @throws IllegalArgumentException if the level is out of range, or there is only one draw
     */
    public Interval interval(double level) {
        if (draws < 2) {
            throw new IllegalArgumentException(
                    "interval: expected an estimate of at least 2 draws, got one of " + draws);
        }
        double half = StudentT.factor(level, draws - 1) * standardError;
        return new Interval(value - half, value + half);
    }

    /** The same estimate of {@code factor} times the value. */
    Estimate scaled(double factor) {
        return new Estimate(factor * value, Math.abs(factor) * standardError, draws, products, converged, seed);
    }
}
