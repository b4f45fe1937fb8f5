package dev.goshawk.cpu.kernel.element;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * float32 functions over all bit patterns, every {@code goshawk.floatStep}-th of them (1 for all): lanes have the bits of the scalar functions, and
 * both are those of float64 rounded once, but for a few that differ by a unit in the last place.
 */
class FloatFunctionLanesTest {
    private static final int STEP = Integer.getInteger("goshawk.floatStep", 2053);
    private static final int PART = 509; // no whole number of vectors
    /** Results that may be rounded to the other neighbor. */
    private static final double RARE = 1e-6;

    @ParameterizedTest
    @EnumSource(names = {"EXP", "TANH", "SIGMOID", "SIGMOID_SLOPE", "ERF", "ERFC", "ERF_SLOPE", "LOG", "SIN", "COS",
            "EXPM1", "LOG1P",
            "SOFTPLUS"})
    void everyFloat(ElementOp op) {
        FloatFunctionLanes lanes = FloatFunctionLanes.here();
        float[] x = new float[PART];
        float[] r = new float[PART];
        long tried = 0;
        long others = 0;
        long next = 0;
        while (next < 1L << 32) {
            int n = 0;
            for (; n < PART && next < 1L << 32; n++, next += STEP) {
                x[n] = Float.intBitsToFloat((int) next);
            }
            lanes.apply(op, x, 0, r, 0, n);
            for (int i = 0; i < n; i++) {
                float scalar = (float) FloatFunctions.of(op, x[i]);
                float inLanes = r[i];
                float exact = (float) DoubleFunctions.of(op, x[i]);
                if (Float.floatToIntBits(scalar) != Float.floatToIntBits(inLanes)) {
                    assertEquals(scalar, inLanes, op + " of " + x[i] + " in lanes");
                    assertEquals(Math.copySign(1, scalar), Math.copySign(1, inLanes), op + " of " + x[i] + " in lanes");
                }
                if (Float.floatToIntBits(scalar) != Float.floatToIntBits(exact)) {
                    others++;
                    assertTrue(Float.isFinite(exact), op + " of " + x[i] + ": " + scalar + " for " + exact);
                    assertEquals(exact, scalar, Math.ulp(exact), op + " of " + x[i]);
                    assertEquals(Math.copySign(1, exact), Math.copySign(1, scalar), op + " of " + x[i]);
                }
            }
            tried += n;
        }
        System.out.println(op + ": " + tried + " float32 numbers, " + others + " rounded to the other neighbor");
        assertTrue(others <= RARE * tried, op + ": " + others + " of " + tried + " differ from float64 rounded once");
    }
}
