package dev.goshawk.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Powers;
import dev.goshawk.tensor.Trigonometry;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Powers against decimals at bases and exponents of every size, and the arguments that are hardest for a sine. */
class PowerAccuracyTest {
    private static final int COUNT = 20_000;
    private static final double BOUND = 0.6;

    /** x^(y - lowered) for an x above 0. */
    private static BigDecimal exact(double x, double y, int lowered) {
        BigDecimal exponent = new BigDecimal(y).subtract(BigDecimal.valueOf(lowered));
        return Decimal.exp(exponent.multiply(Decimal.log(x), Decimal.DIGITS));
    }

    @Test
    void powersOfNumbersOfEverySize() {
        SplittableRandom random = new SplittableRandom(11);
        double worst = 0;
        for (int i = 0; i < COUNT; i++) {
            double x = random.nextDouble(1, 2) * Math.scalb(1.0, random.nextInt(-1074, 1024));
            if (i % 4 == 0) {
                x = 1 + random.nextDouble(-0.3, 0.4) * Math.scalb(1.0, -random.nextInt(50));
            }
            int lowered = i % 3;
            // logarithms of results of every size
            double y = random.nextDouble(-744, 710) / StrictMath.log(x)
                    * Math.scalb(1.0, -random.nextInt(4) * random.nextInt(20));
            if (x == 1 || !(Math.abs((y - lowered) * StrictMath.log(x)) < 745)) {
                continue;
            }
            BigDecimal right = exact(x, y, lowered);
            double got = Powers.pow(x, y, lowered);
            double units = new Exact(right, right, 0).unitsOff(got, DType.FLOAT64);
            // a subnormal result is rounded twice
            double bound = got < Double.MIN_NORMAL ? 1.01 : BOUND;
            assertTrue(units <= bound, x + " ^ (" + y + " - " + lowered + ") = " + got + ", " + units + " units off");
            worst = Math.max(worst, units);
        }
        assertTrue(worst > 0.4, "nothing was rounded?");
    }

    @Test
    void powersAreThoseOfIeee() {
        double infinity = Double.POSITIVE_INFINITY;
        double[] values = {0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, infinity, -infinity, 1e300, -1e-300, 0x1p53,
                -0x1p60,
                Double.MIN_VALUE};
        for (double x : values) {
            for (double y : values) {
                double right = Math.abs(x) == 1 && Double.isInfinite(y) ? 1 : StrictMath.pow(x, y);
                double got = Powers.pow(x, y, 0);
                assertEquals(right, got, Math.abs(right) < infinity ? Math.ulp(right) : 0, x + " ^ " + y);
                if (right == 0) {
                    assertEquals(1 / right, 1 / got, x + " ^ " + y);
                }
                if (Math.abs(y) < 1000 && y - 2 + 2 == y) {
                    assertEquals(Powers.pow(x, y - 2, 0), Powers.pow(x, y, 2), x + " ^ (" + y + " - 2)");
                }
            }
            assertEquals(Double.NaN, Powers.pow(x, Double.NaN, 0));
            assertEquals(Double.NaN, Powers.pow(Double.NaN, x, 0));
        }
        // the exponent is odd though y alone is even
        assertEquals(-infinity, Powers.pow(-2, 0x1p53, 1));
        assertEquals(StrictMath.pow(7, 1e-20) / 7, Powers.pow(7, 1e-20, 1), 2e-17);
    }

    @Test
    void sinesNextToMultiplesOfAQuarterTurn() {
        // 6381956970095103 2^797 is the float64 nearest to a multiple of pi / 2 (Muller, Elementary Functions)
        double hardest = 6381956970095103.0 * 0x1p797;
        double[] hard = {hardest, -hardest, Math.PI, Math.PI / 2, 3 * Math.PI / 2, 355, 710, 103993, 0x1p1023,
                Double.MAX_VALUE, Math.PI / 4, Math.nextUp(Math.PI / 4), 5.0e-324, 1e22};
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 4000 + hard.length; i++) {
            double x = i < hard.length
                    ? hard[i]
                    : i % 2 == 0
                            ? random.nextInt(1 << 26) * (Math.PI / 2)
                            : random.nextDouble(1, 2) * Math.scalb(1.0, i % 1023);
            double sin = Waves.of(0, x).unitsOff(Trigonometry.sin(x), DType.FLOAT64);
            double cos = Waves.of(1, x).unitsOff(Trigonometry.cos(x), DType.FLOAT64);
            assertTrue(sin <= 0.8 && cos <= 0.8, x + ": " + sin + " and " + cos + " units off");
        }
        assertEquals(-0.0, Trigonometry.sin(-0.0));
        assertEquals(Double.NaN, Trigonometry.sin(Double.POSITIVE_INFINITY));
        assertEquals(Double.NaN, Trigonometry.cos(Double.NaN));
    }
}
