package dev.goshawk.hawq.curvature;

/** A square real matrix known by its products only. Spectral algorithms ask for nothing else. */
public interface LinearOperator {
    /** Number of rows and columns. */
    int size();

    /**
     * Writes A v to {@code out}.
     *
     * @param v input, length {@link #size()}, not changed
     * @param out result, length {@link #size()}, another array than {@code v}
     */
    void apply(double[] v, double[] out);
}
