package dev.goshawk.packed.format;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import java.util.function.IntFunction;

/**
 * How the activations of a site are rounded, in float32 with ties to even.
 *
 * @param form what the numbers are
 * @param bits width, 1 to 8; 32 where they stay float
 * @param numbers float32
 */
@SuppressWarnings("ArrayRecordComponent")
public record PackedActivation(Form form, int bits, float[] numbers) {
    private static final int FLOAT_BITS = 32;

    /** What the numbers are. Files hold the place in this list. */
    public enum Form {
        /** Nothing is rounded. */
        FLOAT,
        /** A step s: round(x / s), at most 2^bits - 1, times s. */
        LINEAR,
        /** The sums of v'e over e in {0, 1}^bits, ascending; x goes to the last one whose midpoint with the one before it does not exceed. */
        BASIS,
        /** A step s, a bound b and a fine step f: as LINEAR below b, and round(x / f) f from b on. */
        SPLIT
    }

    /**
     * Checks what a file claims.
     *
     * @throws IllegalArgumentException in one line, if it makes no sense
     */
    public PackedActivation {
        if (form == Form.FLOAT ? bits != FLOAT_BITS : bits < 1 || bits > 8) {
            throw new IllegalArgumentException(
                    "expected a width of 1 to 8 bits, or 32 for float, got " + bits + " as " + form);
        }
        for (float n : numbers) {
            if (form != Form.BASIS && !(n > 0)) {
                throw new IllegalArgumentException("expected steps above 0, got " + n);
            }
        }
    }

    /** Activations that stay float. */
    public static PackedActivation ofFloats() {
        return new PackedActivation(Form.FLOAT, FLOAT_BITS, new float[0]);
    }

    /** How many numbers it takes. */
    static int numbers(Form form, int bits) {
        return switch (form) {
            case FLOAT -> 0;
            case LINEAR -> 1;
            case BASIS -> bits;
            case SPLIT -> 3;
        };
    }

    /** The highest code. */
    public int highest() {
        return (1 << bits) - 1;
    }

    /** What a traced network takes as an input: the numbers, or for BASIS the levels, in float32. */
    public float[] levels() {
        return form == Form.BASIS ? LevelRule.sums(numbers, bits, 1, 0, false) : numbers;
    }

    /**
     * Traces the rounding of activations that are not negative.
     *
     * @param level gives element i of {@link #levels} as a scalar of x's type
     */
    public Value apply(Value x, IntFunction<Value> level) {
        return switch (form) {
            case FLOAT -> x;
            case LINEAR -> linear(x, level.apply(0));
            case BASIS -> nearest(x, level);
            case SPLIT -> {
                Value fine = level.apply(2).broadcast(x.shape());
                Value precise = x.divide(fine).round().multiply(fine);
                Value large = x.abs().atLeast(level.apply(1).broadcast(x.shape()));
                // Exact: one of the two is multiplied by 0.
                yield large.multiply(precise).add(large.subtractFrom(1).multiply(linear(x, level.apply(0))));
            }
        };
    }

    private Value linear(Value x, Value step) {
        return Functions.fakeQuantize(x, step, Value.constant(0, x.dtype(), Shape.scalar()), 0, highest());
    }

    private Value nearest(Value x, IntFunction<Value> level) {
        Value lowest = level.apply(0).broadcast(x.shape());
        Value y = lowest;
        for (int j = 1; j <= highest(); j++) {
            Value threshold = level.apply(j).add(level.apply(j - 1)).scale(0.5);
            Value reached = x.atLeast(threshold.broadcast(x.shape()));
            y = y.max(reached.multiply(level.apply(j).broadcast(x.shape()))
                    .add(reached.subtractFrom(1).multiply(lowest)));
        }
        return y;
    }
}
