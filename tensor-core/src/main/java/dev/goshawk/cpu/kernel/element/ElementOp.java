package dev.goshawk.cpu.kernel.element;

/** What one pass over a chunk of elements can do. Operands are written a, b, c; {@code p} is a fixed number. */
public enum ElementOp {
    COPY, ADD, SUBTRACT, MULTIPLY, DIVIDE, MAX, MIN, AT_LEAST,
    /** a * p. */
    SCALE,
    /** a * b + c, rounded once. */
    MULTIPLY_ADD,
    /** a where b is positive, elsewhere a times 0: NaN and infinity are not hidden. */
    MASK_POSITIVE, RELU, STEP, SIGN, ABS, ROUND, FLOOR, EXP, EXPM1, LOG, LOG1P, SQRT, RECIPROCAL, TANH,
    SIGMOID, SIGMOID_SLOPE, SOFTPLUS, ERF, ERFC, ERF_SLOPE, SIN, COS,
    /** ROUND of a number from 0 to 2^22, or of NaN. */
    ROUND_SMALL,
    /** The derivative of a^b, by b {@code p / BY_EXPONENT} times, by a the remainder. */
    POWER,
    /** b where a is above 0, c elsewhere. */
    WHERE,
    /** result += a. */
    SUM,
    /** result += a * b. */
    SUM_OF_PRODUCTS;

    /** What a derivative by the exponent counts in POWER's p; a derivative by the base counts 1. */
    public static final int BY_EXPONENT = 64;

    /** How many of a, b, c the op has; the result that the sums add to is not counted. */
    public int operands() {
        return switch (this) {
            case MULTIPLY_ADD, WHERE -> 3;
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, MAX, MIN, AT_LEAST, MASK_POSITIVE, POWER, SUM_OF_PRODUCTS -> 2;
            case COPY, SCALE, RELU, STEP, SIGN, ABS, ROUND, ROUND_SMALL, FLOOR, EXP, EXPM1, LOG, LOG1P, SQRT,
                    RECIPROCAL, TANH,
                    SIGMOID, SIGMOID_SLOPE, SOFTPLUS, ERF, ERFC, ERF_SLOPE, SIN, COS, SUM ->
                1;
        };
    }

    /** Whether the op works on whole vectors, so that a generated loop can hold it; the others go number by number, in float64. */
    public boolean hasVectorForm() {
        return switch (this) {
            case COPY, ADD, SUBTRACT, MULTIPLY, DIVIDE, MAX, MIN, AT_LEAST, SCALE, MULTIPLY_ADD, MASK_POSITIVE, RELU,
                    STEP, SIGN, ABS, ROUND, ROUND_SMALL, FLOOR, SQRT, RECIPROCAL, WHERE, SUM, SUM_OF_PRODUCTS ->
                true;
            case EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, SIGMOID_SLOPE, SOFTPLUS, ERF, ERFC, ERF_SLOPE, SIN, COS,
                    POWER ->
                false;
        };
    }
}
