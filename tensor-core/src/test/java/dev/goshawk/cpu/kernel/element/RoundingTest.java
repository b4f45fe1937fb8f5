package dev.goshawk.cpu.kernel.element;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Rounding in vectors is {@link Math#rint} to the bit: ties, signed zeros, numbers too large to have a fraction, NaN. */
class RoundingTest {
    private static final double[] MAGNITUDES = {0, 1e-45, 0.25, 0.49999997, 0.5, 0.75, 1, 1.5, 2.5, 3.5, 1234.5,
            4194303.5,
            4194304.5, 8388607.5, 8388608, 8388609, 3e9, 4503599627370495.5, 4503599627370496.0, 9007199254740993.0,
            1e30,
            Double.POSITIVE_INFINITY, Double.NaN};

    private static double[] inputs() {
        // Longer than any vector, and not a multiple of one: the last elements take the plain loop.
        return IntStream.range(0, 4 * MAGNITUDES.length + 1)
                .mapToDouble(i -> (i % 2 == 0 ? 1 : -1) * MAGNITUDES[i % MAGNITUDES.length]).toArray();
    }

    @Test
    void float32() {
        double[] wide = inputs();
        float[] x = new float[wide.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) wide[i];
        }
        float[] r = new float[x.length];
        new FloatElements().run(ElementOp.ROUND, 0, x, 0, x, 0, x, 0, r, 0, x.length);
        for (int i = 0; i < x.length; i++) {
            assertEquals(Float.floatToIntBits((float) Math.rint(x[i])), Float.floatToIntBits(r[i]), "round of " + x[i]);
        }
    }

    @Test
    void float64() {
        double[] x = inputs();
        double[] r = Arrays.copyOf(x, x.length);
        new DoubleElements().run(ElementOp.ROUND, 0, x, 0, x, 0, x, 0, r, 0, x.length);
        for (int i = 0; i < x.length; i++) {
            assertEquals(Double.doubleToLongBits(Math.rint(x[i])), Double.doubleToLongBits(r[i]), "round of " + x[i]);
        }
    }
}
