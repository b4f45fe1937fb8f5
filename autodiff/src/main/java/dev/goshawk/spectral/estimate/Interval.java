package dev.goshawk.spectral.estimate;

/**
 * The numbers from {@code low} to {@code high}, both included.
 *
 * @throws IllegalArgumentException if low is above high or one is not a number
 */
public record Interval(double low, double high) {
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("interval: expected low <= high, got " + low + " and " + high);
        }
    }

    public boolean contains(double x) {
        return low <= x && x <= high;
    }
}
