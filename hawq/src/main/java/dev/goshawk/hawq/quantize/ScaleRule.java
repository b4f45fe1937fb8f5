package dev.goshawk.hawq.quantize;

/** How a scale is chosen from the values. */
public enum ScaleRule {
    /** The outermost level at the largest value: nothing is clipped. */
    MAX,
    /**
     * Least squared error over 50 clipping ratios 1/50 .. 1, then refined by alternating least squares. At 8 bits it
     * ends near {@link #MAX}; at 2 and 3 bits MAX rounds most of a bell-shaped weight to zero, and this rule does not.
     */
    MSE
}
