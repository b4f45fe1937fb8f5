package dev.goshawk.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Workers;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Powers;
import dev.goshawk.tensor.Trigonometry;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Powers against decimals at bases and exponents of every size, and the arguments that are hardest for a sine. */
class PowerAccuracyTest {
    private static final int COUNT = 20_000;
    private static final double BOUND = 0.6;

    @Test
    void powersOfNumbersOfEverySize() {
        SplittableRandom random = new SplittableRandom(11);
        double worst = 0;
        for (int i = 0; i < COUNT; i++) {
            double x = random.nextDouble(1, 2) * Math.scalb(1.0, random.nextInt(-1074, 1024));
            if (i % 4 == 0) {
                x = 1 + random.nextDouble(-0.3, 0.4) * Math.scalb(1.0, -random.nextInt(50));
            }
            // logarithms of results of every size
            double y = random.nextDouble(-744, 710) / StrictMath.log(x)
                    * Math.scalb(1.0, -random.nextInt(4) * random.nextInt(20));
            if (x == 1) {
                continue;
            }
            double got = Powers.derivative(x, y, 0, 0);
            double units = PowerDerivatives.exact(x, y, 0, 0).unitsOff(got, DType.FLOAT64);
            // a subnormal result is rounded twice
            double bound = got < Double.MIN_NORMAL ? 1.01 : BOUND;
            assertTrue(units <= bound, x + " ^ " + y + " = " + got + ", " + units + " units off");
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
                double got = Powers.derivative(x, y, 0, 0);
                assertEquals(right, got, Math.abs(right) < infinity ? Math.ulp(right) : 0, x + " ^ " + y);
                if (right == 0) {
                    assertEquals(1 / right, 1 / got, x + " ^ " + y);
                }
            }
            assertEquals(Double.NaN, Powers.derivative(x, Double.NaN, 0, 0));
            assertEquals(Double.NaN, Powers.derivative(Double.NaN, x, 0, 0));
        }
        // the exponent is odd though y alone is even
        assertEquals(-infinity, Powers.derivative(-2, 0x1p53, 1, 0));
    }

    @Test
    void derivativesAtTheEndsAreLimits() {
        double infinity = Double.POSITIVE_INFINITY;
        // x, y, times by x, times by y, limit
        double[][] ends = {{0, 0.5, 1, 0, infinity}, {0, 1, 1, 0, 1}, {-0.0, 1, 1, 0, 1}, {0, 1.5, 1, 0, 0},
                {0, 2, 2, 0, 2}, {0, 2, 3, 0, 0}, {0, 0, 1, 0, 0}, {0, -1, 1, 0, -infinity}, {-0.0, -2, 1, 0, infinity},
                {0, 1.5, 2, 0, infinity}, {0, 0.5, 2, 0, -infinity}, {0, 0, 0, 1, -infinity}, {0, 0, 0, 2, infinity},
                {0, 2, 0, 1, 0}, {0, -1, 0, 1, -infinity}, {0, 0, 1, 1, infinity}, {0, 1, 1, 1, -infinity},
                {0, 2, 1, 1, 0}, {infinity, 0.5, 1, 0, 0}, {infinity, 1, 1, 0, 1}, {infinity, 2, 1, 0, infinity},
                {infinity, 0, 1, 0, 0}, {infinity, 0, 0, 1, infinity}, {infinity, -1, 0, 1, 0},
                {infinity, 2, 2, 1, infinity}, {-infinity, 3, 1, 0, infinity}, {-infinity, 3, 2, 0, -infinity},
                {2, infinity, 1, 0, infinity}, {0.5, infinity, 0, 2, 0}, {0.5, -infinity, 0, 1, -infinity},
                {-2, 3, 0, 1, Double.NaN}, {-2, 0.5, 1, 0, Double.NaN}, {1, infinity, 1, 0, Double.NaN},
                {1, infinity, 0, 1, 0}, {1, 3, 0, 2, 0}, {1, 3, 1, 1, 1}, {-2, 3, 2, 0, -12}};
        for (double[] e : ends) {
            assertEquals(e[4], Powers.derivative(e[0], e[1], (int) e[2], (int) e[3]), java.util.Arrays.toString(e));
        }
    }

    /** Most of the bases are among the smallest numbers, where x^(y - 1) overflows and a small exponent brings it back. */
    @Test
    void derivativesOfPowersOfNumbersOfEverySize() {
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            PowerDerivatives powers = new PowerDerivatives(dtype, 500, 3);
            for (String backend : List.of("reference", "vector")) {
                for (String sequence : List.of("", "xF", "xR", "yF", "yR", "xR xF", "xR yF", "yR xF", "yR yF", "xF yR",
                        "yR xR", "xR yR")) {
                    powers.hold(sequence, Backends.select(backend, Workers.SINGLE));
                }
            }
        }
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
