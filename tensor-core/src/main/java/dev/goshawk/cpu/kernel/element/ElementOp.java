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
    SIGMOID, SIGMOID_SLOPE, SOFTPLUS,
    /** result += a. */
    SUM,
    /** result += a * b. */
    SUM_OF_PRODUCTS
}
