package dev.goshawk.hawq.quantize;

/**
 * The range of a non-negative activation (after ReLU) as a moving average of its batch maxima, and the unsigned scale
 * it gives: levels 0 .. 2^k-1, zero point 0. The first observation sets the range; later ones move it by 1 - momentum.
 */
public final class ActivationRange {
    private final double momentum;
    private double range;
    private long observations;

    /** Momentum 0.9, nothing observed. */
    public ActivationRange() {
        this(new State(0.9, 0, 0));
    }

    /** Continues from a saved state. */
    public ActivationRange(State state) {
        this.momentum = state.momentum();
        this.range = state.range();
        this.observations = state.observations();
    }

    /**
     * All there is to save.
     *
     * @param momentum weight of the past, 0 or greater and below 1
     * @param range current average of the maxima
     * @param observations number of batches seen
     */
    public record State(double momentum, double range, long observations) {
        public State {
            if (!(momentum >= 0 && momentum < 1)) {
                throw new IllegalArgumentException(
                        "activation range: expected a momentum in [0, 1), got " + momentum);
            }
            if (!(range >= 0) || Double.isInfinite(range) || observations < 0) {
                throw new IllegalArgumentException("activation range: expected a finite range >= 0, got " + range
                        + " after " + observations + " observations");
            }
        }
    }

    public State state() {
        return new State(momentum, range, observations);
    }

    /**
     * Takes in the maximum of a batch.
     *
     * @param maximum finite, 0 or greater
     */
    public void observe(double maximum) {
        if (!(maximum >= 0) || Double.isInfinite(maximum)) {
            throw new IllegalArgumentException(
                    "activation range: expected a finite maximum >= 0 (after ReLU), got " + maximum);
        }
        range = observations == 0 ? maximum : momentum * range + (1 - momentum) * maximum;
        observations++;
    }

    /** The current range. */
    public double range() {
        return range;
    }

    /** Step between levels, range / (2^k - 1); 1 while the range is 0, where every level is 0 anyway. */
    public double scale(BitWidth bits) {
        return range == 0 ? 1 : range / highestLevel(bits);
    }

    /** 2^k - 1. */
    public static int highestLevel(BitWidth bits) {
        if (bits.isFloat()) {
            throw new IllegalArgumentException("activation range: expected 1 to 8 bits, got 32 (float)");
        }
        return (1 << bits.bits()) - 1;
    }
}
