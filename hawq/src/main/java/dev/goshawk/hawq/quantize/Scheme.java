package dev.goshawk.hawq.quantize;

/** How levels are laid over the values of a weight. */
public enum Scheme {
    /** Levels -(2^(b-1)-1) .. 2^(b-1)-1 about zero, one scale for each output channel (the last axis). */
    SYMMETRIC_PER_CHANNEL,
    /** Levels 0 .. 2^b-1 with an integer zero point, one scale for the whole weight. */
    ASYMMETRIC_PER_LAYER
}
