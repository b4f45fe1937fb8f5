package dev.goshawk.hawq.report.chart;

import java.util.stream.DoubleStream;

/**
 * A logarithmic axis.
 *
 * @param low power of ten at its beginning
 * @param high power of ten at its end
 */
public record LogAxis(int low, int high) {
    private static final int MOST_STEPS = 7;

    /** Whole decades around the numbers that are above zero and finite; one decade where there is none. */
    public static LogAxis over(DoubleStream sizes) {
        int low = Integer.MAX_VALUE;
        int high = Integer.MIN_VALUE;
        for (double size : sizes.toArray()) {
            if (size > 0 && Double.isFinite(size)) {
                double log = Math.log10(size);
                low = Math.min(low, (int) Math.floor(log - 0.05));
                high = Math.max(high, (int) Math.ceil(log + 0.05));
            }
        }
        return low > high ? new LogAxis(0, 1) : new LogAxis(low, high);
    }

    /** Decades from one mark to the next. */
    public int step() {
        return Math.max(1, Math.ceilDiv(high - low, MOST_STEPS));
    }

    /** 0 at the beginning, 1 at the end; zero and what is not finite lie at the ends. */
    public double position(double size) {
        double log = Math.log10(size);
        return Double.isNaN(log) ? 0 : Math.clamp((log - low) / (high - low), 0.0, 1.0);
    }

    /** The mark of a power of ten. */
    static String mark(int power) {
        return "10" + Numbers.superscript(power);
    }
}
