package dev.goshawk.random;

import dev.goshawk.tensor.DType;

/**
 * What a floating type can do.
 *
 * @param unit greatest relative error of one rounding
 * @param tiny greatest absolute error of one rounding near zero
 * @param max the largest finite number
 */
public record Arithmetic(double unit, double tiny, double max) {
    private static final Arithmetic FLOAT32 = new Arithmetic(Math.scalb(1, -24), Float.MIN_VALUE, Float.MAX_VALUE);
    private static final Arithmetic FLOAT64 = new Arithmetic(Math.scalb(1, -53), Double.MIN_VALUE, Double.MAX_VALUE);

    /** With denormals. */
    public static Arithmetic of(DType dtype) {
        return dtype == DType.FLOAT32 ? FLOAT32 : FLOAT64;
    }

    /** Numbers below the smallest normal one may be taken for zero. */
    public Arithmetic flushingToZero() {
        return new Arithmetic(unit, this == FLOAT32 ? Float.MIN_NORMAL : Double.MIN_NORMAL, max);
    }
}
