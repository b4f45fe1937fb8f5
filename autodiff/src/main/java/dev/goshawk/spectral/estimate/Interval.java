package dev.goshawk.spectral.estimate;

/**
 * The numbers from {@code low} to {@code high}, both included.
 */
public record Interval(double low, double high) {
    /**
     * Checks the ends.
     *
     * @throws IllegalArgumentException if low is above high or one is not a number
     */
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("interval: expected low <= high, got " + low + " and " + high);
        }
    }

    public boolean contains(double x) {
        return low <= x && x <= high;
    }

    /** As in mathematics, {@code [low, high]}. */
    @Override
    public String toString() {
        return "[" + low + ", " + high + "]";
    }
}
