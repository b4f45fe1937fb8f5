package dev.goshawk.spectral.estimate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.Matrices;
import org.junit.jupiter.api.Test;

class MatrixEstimatesTest {
    private static final double[] FALLING = new double[60];

    static {
        for (int i = 0; i < FALLING.length; i++) {
            FALLING[i] = 100 * Math.pow(0.7, i);
        }
    }

    /** Q diag(d) Q' for a fixed orthogonal Q: the reflection by a vector. */
    private static LinearOperator rotated(double... d) {
        double[] u = new double[d.length];
        for (int i = 0; i < u.length; i++) {
            u[i] = Math.sin(i + 1) * Math.sqrt(2);
        }
        return Matrices.operator(d.length, (v, out) -> {
            double[] w = reflected(u, v);
            for (int i = 0; i < w.length; i++) {
                w[i] *= d[i];
            }
            System.arraycopy(reflected(u, w), 0, out, 0, w.length);
        });
    }

    private static double[] reflected(double[] u, double[] v) {
        double uu = 0;
        double uv = 0;
        for (int i = 0; i < u.length; i++) {
            uu += u[i] * u[i];
            uv += u[i] * v[i];
        }
        double[] w = v.clone();
        for (int i = 0; i < w.length; i++) {
            w[i] -= 2 * uv / uu * u[i];
        }
        return w;
    }

    @Test
    void hutchPlusPlusIsExactForLowRank() {
        Estimate e = new HutchPlusPlus().estimate(rotated(5, -3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0), 4, 24);
        assertEquals(4, e.value(), 1e-9);
        assertTrue(e.standardError() < 1e-9);
        assertEquals(8 + 3 + 8, e.products(), "the sketch has rank 3");
        assertEquals(8, e.draws());
    }

    @Test
    void hutchPlusPlusNeedsFewerProductsWhereEigenvaluesFall() {
        LinearOperator a = rotated(FALLING);
        double trace = 100 / 0.3 * (1 - Math.pow(0.7, 60));
        Estimate plain = new HutchinsonTrace().estimate(a, 1, 45);
        Estimate better = new HutchPlusPlus().estimate(a, 1, 15, 15, 1e-3);
        assertEquals(45, better.products());
        assertTrue(better.standardError() < plain.standardError() / 20, better + " against " + plain);
        assertEquals(trace, better.value(), 4 * better.standardError());
        assertEquals(trace, plain.value(), 4 * plain.standardError());
        assertTrue(better.converged());
        assertFalse(new HutchPlusPlus().estimate(a, 1, 2, 4, 1e-6).converged());
    }

    @Test
    void diagonalOfADiagonalIsExact() {
        DiagonalEstimate d = DiagonalEstimate.of(Matrices.diagonal(3, -1, 0, 2), 9, 3);
        assertArrayEquals(new double[] {3, -1, 0, 2}, d.diagonal(), 0);
        assertArrayEquals(new double[4], d.standardErrors(), 0);
    }

    @Test
    void diagonalAndFrobeniusNormWithinFourStandardErrors() {
        double[][] a = Matrices.symmetric(25, 8);
        LinearOperator operator = LinearOperator.dense(a);
        DiagonalEstimate d = DiagonalEstimate.of(operator, 1, 200);
        double squares = 0;
        for (int i = 0; i < 25; i++) {
            assertEquals(a[i][i], d.diagonal()[i], 4 * d.standardErrors()[i]);
            for (int j = 0; j < 25; j++) {
                squares += a[i][j] * a[i][j];
            }
        }
        Estimate f = new FrobeniusNorm().squared(operator, 1, 200, 0.05);
        assertEquals(squares, f.value(), 4 * f.standardError());
        assertTrue(f.converged());
        assertFalse(new FrobeniusNorm().squared(operator, 1, 200, 1e-6).converged());
    }

    @Test
    void aSeedGivesTheSameBits() {
        LinearOperator a = LinearOperator.dense(Matrices.symmetric(20, 3));
        assertEquals(new HutchPlusPlus().estimate(a, 5, 12), new HutchPlusPlus().estimate(a, 5, 12));
        assertFalse(new HutchPlusPlus().estimate(a, 5, 12).value() == new HutchPlusPlus().estimate(a, 6, 12).value());
        assertArrayEquals(DiagonalEstimate.of(a, 5, 12).diagonal(), DiagonalEstimate.of(a, 5, 12).diagonal());
    }

    @Test
    void badArguments() {
        LinearOperator a = Matrices.diagonal(1, 2);
        assertThrows(IllegalArgumentException.class, () -> new HutchPlusPlus().estimate(a, 0, 5));
        assertThrows(IllegalArgumentException.class, () -> new HutchPlusPlus().estimate(a, 0, 1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> DiagonalEstimate.of(a, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new FrobeniusNorm().squared(a, 0, 1, 0));
        assertThrows(IllegalArgumentException.class,
                () -> new HutchinsonTrace().estimate(a, 0, 1).interval(0.95));
    }
}
