package dev.goshawk.spectral.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentTTest {
    /** The usual table, three digits. */
    @ParameterizedTest
    @CsvSource({"0.9, 1, 3.078", "0.975, 1, 12.706", "0.995, 1, 63.657", "0.95, 2, 2.920", "0.975, 2, 4.303",
            "0.95, 5, 2.015", "0.975, 5, 2.571", "0.999, 5, 5.893", "0.975, 9, 2.262", "0.995, 9, 3.250",
            "0.975, 10, 2.228", "0.9, 15, 1.341", "0.975, 29, 2.045", "0.995, 30, 2.750", "0.975, 40, 2.021",
            "0.95, 60, 1.671", "0.975, 120, 1.980", "0.995, 120, 2.617", "0.975, 100000000, 1.960"})
    void table(double p, int degrees, double t) {
        assertEquals(t, StudentT.quantile(p, degrees), 6e-4);
        assertEquals(-t, StudentT.quantile(1 - p, degrees), 6e-4);
    }

    /** One degree is Cauchy's distribution, two have a closed form too. */
    @Test
    void closedForms() {
        for (double p : new double[] {1e-6, 0.01, 0.16, 0.3, 0.49, 0.51, 0.6, 0.84, 0.99, 0.999999}) {
            double one = Math.tan(Math.PI * (p - 0.5));
            assertEquals(one, StudentT.quantile(p, 1), 1e-9 * Math.abs(one), "1 degree, p " + p);
            double two = (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
            assertEquals(two, StudentT.quantile(p, 2), 1e-9 * Math.abs(two), "2 degrees, p " + p);
        }
        assertEquals(0, StudentT.quantile(0.5, 7));
    }

    /** Of the first four numbers of degrees, to the last digits. */
    @Test
    void closedFormsOfTheTail() {
        for (double t : new double[] {0, 1e-3, 0.2, 0.7, 1, 1.5, 3, 8}) {
            double root3 = Math.sqrt(3);
            double u = t / root3;
            double s = t / Math.sqrt(4 + t * t);
            double[] expected = {0.5 - Math.atan(t) / Math.PI, 0.5 - t / (2 * Math.sqrt(2 + t * t)),
                    0.5 - (u / (1 + u * u) + Math.atan(u)) / Math.PI, 0.5 - 0.75 * s * (1 - s * s / 3)};
            for (int degrees = 1; degrees <= 4; degrees++) {
                assertEquals(expected[degrees - 1], StudentT.tail(t, degrees), 4e-15,
                        "t " + t + ", degrees " + degrees);
            }
        }
        assertEquals(0, StudentT.tail(1e200, 3));
    }

    @Test
    void quantileInvertsTheTail() {
        for (int degrees : new int[] {1, 3, 8, 49, 999, 1_000_000}) {
            for (double p : new double[] {0.6, 0.84, 0.975, 0.9999}) {
                assertEquals(1 - p, StudentT.tail(StudentT.quantile(p, degrees), degrees), 1e-12);
            }
        }
    }

    @Test
    void outOfRange() {
        assertThrows(IllegalArgumentException.class, () -> StudentT.quantile(0, 5));
        assertThrows(IllegalArgumentException.class, () -> StudentT.quantile(1, 5));
        assertThrows(IllegalArgumentException.class, () -> StudentT.quantile(Double.NaN, 5));
        assertThrows(IllegalArgumentException.class, () -> StudentT.quantile(0.9, 0));
        assertThrows(IllegalArgumentException.class, () -> StudentT.factor(0, 5));
    }
}
