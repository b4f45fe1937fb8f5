package dev.goshawk.spectral.estimate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.Matrices;
import dev.goshawk.spectral.dense.SymmetricEigen;
import dev.goshawk.spectral.dense.Vectors;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class LanczosQuadratureTest {
    private static final int SIZE = 40;
    private static final double[][] A = Matrices.symmetric(SIZE, 5);
    private static final LinearOperator OPERATOR = LinearOperator.dense(A);
    private static final SymmetricEigen EIGEN = SymmetricEigen.of(A, SIZE);

    /** The mean of z' f(A) z over the very probes that a seed gives, from the dense eigenpairs. */
    private static double dense(long seed, int probes, DoubleUnaryOperator f) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] z = new double[SIZE];
        double sum = 0;
        for (int p = 0; p < probes; p++) {
            Vectors.rademacher(z, random);
            for (int i = 0; i < SIZE; i++) {
                double c = 0;
                for (int r = 0; r < SIZE; r++) {
                    c += z[r] * EIGEN.vector(r, i);
                }
                sum += c * c * f.applyAsDouble(EIGEN.value(i)) / probes;
            }
        }
        return sum;
    }

    @Test
    void allStepsGiveTheDenseMatrixsOwnForms() {
        LanczosQuadrature q = LanczosQuadrature.of(OPERATOR, 3, 4, SIZE);
        assertEquals(4 * SIZE, q.products());
        assertEquals(dense(3, 4, Math::exp), q.trace(Math::exp, 0).value(), 1e-9 * dense(3, 4, Math::exp));
        double norm = q.norm();
        for (int k = 1; k <= 4; k++) {
            int power = k;
            assertEquals(dense(3, 4, x -> Math.pow(x / norm, power)) / SIZE, q.moment(k).value(), 1e-9);
        }
    }

    @Test
    void fewStepsAreExactForPolynomials() {
        LanczosQuadrature q = LanczosQuadrature.of(OPERATOR, 8, 3, 4);
        assertEquals(dense(8, 3, x -> Math.pow(x, 7)), q.trace(x -> Math.pow(x, 7), 0).value(),
                1e-9 * dense(8, 3, x -> Math.pow(Math.abs(x), 7)));
    }

    @Test
    void densityIsThatOfTheSmoothedSpectrum() {
        DensityOptions options = DensityOptions.defaults().withProbes(6).withSteps(SIZE).withWidth(0.8).withSeed(2);
        SpectralDensity d = SpectralDensity.of(OPERATOR, options);
        assertEquals(1024, d.grid().length);
        double mass = 0;
        for (int i = 0; i < d.grid().length; i++) {
            double t = d.grid()[i];
            if (i % 100 == 0) {
                double expected = dense(2, 6, x -> Math.exp(-0.5 * (t - x) * (t - x) / 0.64)) / SIZE
                        / (0.8 * Math.sqrt(2 * Math.PI));
                assertEquals(expected, d.density()[i], 1e-9);
                assertTrue(d.band(i, 0.95).contains(d.density()[i]));
            }
            mass += d.density()[i] * (d.grid()[1] - d.grid()[0]);
        }
        assertEquals(1, mass, 1e-5);
        assertEquals(1, Arrays.stream(d.weights()).sum(), 1e-12);
        assertEquals(d.weights().length, d.nodes().length);
        double largest = Math.max(Math.abs(Arrays.stream(d.nodes()).min().orElse(0)),
                Arrays.stream(d.nodes()).max().orElse(0));
        assertEquals(largest, d.norm());
        assertEquals(6 * SIZE, d.products());
        // all steps were made: what remains is the choice of probes
        assertTrue(d.stepError() < 0.2 && d.samplingError() > 0);
    }

    @Test
    void whatDidNotConvergeSaysSo() {
        assertFalse(SpectralDensity.of(OPERATOR, DensityOptions.defaults().withProbes(2).withSteps(4).withWidth(0.05))
                .converged());
        // one eigenvalue of ten thousand, below the others: its area is small, but few steps do not find it
        double[] tail = new double[10_000];
        Arrays.setAll(tail, i -> 1 + i % 50 / 100.0);
        tail[0] = -0.2;
        DensityOptions wide = DensityOptions.defaults().withProbes(20).withWidth(0.4).withSteps(4).withTolerance(0.1);
        SpectralDensity early = SpectralDensity.of(Matrices.diagonal(tail), wide);
        assertTrue(early.samplingError() <= 0.1 && early.stepError() <= 0.1 && early.rangeError() > 0.1,
                early.samplingError() + " " + early.stepError() + " " + early.rangeError());
        assertFalse(early.converged(), "the tail");
        assertTrue(SpectralDensity.of(Matrices.diagonal(tail), wide.withSteps(12)).converged());
        LinearOperator flat = LinearOperator.dense(A).scaled(0).shifted(3);
        SpectralDensity d = SpectralDensity.of(flat, DensityOptions.defaults());
        assertTrue(d.converged(), "a multiple of the identity");
        assertEquals(10, d.products(), "one product closes each probe");
        assertArrayEquals(new double[] {1, 1, 1, 1}, d.moments(), 1e-12);
        LinearOperator positive = OPERATOR.shifted(20);
        assertFalse(EffectiveDimension.of(LanczosQuadrature.of(positive, 1, 4, 4), 1e-3, 1e-6).converged());
        assertTrue(EffectiveDimension.of(LanczosQuadrature.of(positive, 1, 4, SIZE), 1e-9, 1e-3).converged());
    }

    /** Of a diagonal matrix every probe has the same rule, so that the steps alone decide. */
    @Test
    void stepsThatAreTooFewAreToldWhereProbesAgree() {
        double[] d = new double[SIZE];
        Arrays.setAll(d, i -> 1 + i);
        LinearOperator diagonal = Matrices.diagonal(d);
        DoubleUnaryOperator f = x -> 1e6 / (x + 20);
        double expected = Arrays.stream(d).map(f).sum();
        Estimate few = LanczosQuadrature.of(diagonal, 1, 3, 4).trace(f, 1e-9);
        assertTrue(few.standardError() < 1e-10 * expected, few.toString());
        assertFalse(few.converged(), few.toString());
        LanczosQuadrature many = LanczosQuadrature.of(diagonal, 1, 3, 30);
        Estimate enough = many.trace(f, 1e-9);
        assertTrue(enough.converged(), enough.toString());
        assertEquals(expected, enough.value(), 1e-9 * expected);
        assertEquals(SIZE, many.size());
        assertEquals(1, many.seed());
    }

    @Test
    void multiplesOfTheIdentityAreExactInOneProduct() {
        for (double c : new double[] {0, 3}) {
            LanczosQuadrature q = LanczosQuadrature.of(LinearOperator.dense(A).scaled(0).shifted(c), 5, 3, 10);
            assertEquals(3, q.products());
            Estimate e = q.trace(x -> x + 1, 0);
            assertTrue(e.converged(), e.toString());
            assertEquals((c + 1) * SIZE, e.value(), 1e-12 * SIZE);
        }
    }

    /** What counts as rounding is measured by the operator. */
    @Test
    void multiplesTakeTheSameProducts() {
        for (double c : new double[] {0x1p-60, 0x1p60}) {
            LanczosQuadrature q = LanczosQuadrature.of(OPERATOR.scaled(c), 3, 4, SIZE);
            assertEquals(4 * SIZE, q.products());
            assertEquals(dense(3, 4, x -> x * x), q.trace(x -> x * x, 0).value() / (c * c),
                    1e-9 * dense(3, 4, x -> x * x));
        }
    }

    /** Widths whose square leaves the range of float64, and a grid between whose points an eigenvalue disappears. */
    @Test
    void everyWidthGivesFiniteNumbersAndACoarseGridSaysSo() {
        LanczosQuadrature quadrature = LanczosQuadrature.of(OPERATOR, 2, 4, SIZE);
        for (double width : new double[] {DensityOptions.NARROWEST, 1e-200, 1e200, DensityOptions.WIDEST}) {
            SpectralDensity d = SpectralDensity.of(quadrature, DensityOptions.defaults().withWidth(width));
            assertTrue(Arrays.stream(d.density()).allMatch(Double::isFinite), "width " + width);
            assertEquals(width > 1, d.isFine());
            assertEquals(width > 1, d.converged(), "width " + width);
            if (width > 1) {
                assertEquals(1 / Math.sqrt(2 * Math.PI), width * Arrays.stream(d.density()).max().orElse(0), 1e-3);
            }
        }
        assertFalse(SpectralDensity.of(quadrature, DensityOptions.defaults().withPoints(2)).converged());
        SpectralDensity least = SpectralDensity.of(LanczosQuadrature.of(OPERATOR.scaled(1e-300), 2, 4, SIZE),
                DensityOptions.defaults());
        assertTrue(Arrays.stream(least.density()).allMatch(Double::isFinite));
    }

    @Test
    void effectiveDimensionWantsASemidefiniteOperator() {
        LanczosQuadrature indefinite = LanczosQuadrature.of(OPERATOR, 1, 4, 10);
        String message = assertThrows(IllegalArgumentException.class, () -> EffectiveDimension.of(indefinite, 0.1, 0.1))
                .getMessage();
        assertTrue(message.contains("Gauss-Newton"), message);
        assertThrows(IllegalArgumentException.class, () -> EffectiveDimension.of(indefinite, 0, 0.1));
    }

    /** Negative curvature is taken for rounding up to half of the damping. */
    @Test
    void effectiveDimensionByHand() {
        double[] d = {-1, 3, 5, 7, 0.5, 11};
        LanczosQuadrature q = LanczosQuadrature.of(Matrices.diagonal(d), 1, 2, 6);
        assertEquals(Arrays.stream(d).map(x -> x / (x + 2.1)).sum(), EffectiveDimension.of(q, 2.1, 0).value(), 1e-9);
        assertThrows(IllegalArgumentException.class, () -> EffectiveDimension.of(q, 1.9, 0));
    }

    @Test
    void badOptions() {
        assertThrows(IllegalArgumentException.class, () -> LanczosQuadrature.of(OPERATOR, 0, 1, 10));
        assertThrows(IllegalArgumentException.class, () -> LanczosQuadrature.of(OPERATOR, 0, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> DensityOptions.defaults().withPoints(1));
        for (double width : new double[] {-1, 1e-300, 1e300, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> DensityOptions.defaults().withWidth(width));
        }
        assertThrows(IllegalArgumentException.class, () -> new Interval(1, 0));
        assertEquals("[-0.5, 2.0]", new Interval(-0.5, 2).toString());
    }
}
