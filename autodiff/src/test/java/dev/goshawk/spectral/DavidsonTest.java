package dev.goshawk.spectral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.dense.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DavidsonTest {
    private static final int SIZE = 300;
    private static final EigenOptions HUNDREDTH = EigenOptions.defaults().withTolerance(1e-2);

    /** The operator and a random symmetric error of norm about {@code error}. */
    private static LinearOperator near(LinearOperator a, double error, long seed) {
        double[][] e = Matrices.symmetric(a.size(), seed);
        double scale = error / (2 * Math.sqrt(a.size()));
        return Matrices.operator(a.size(), (v, out) -> {
            a.apply(v, out);
            for (int i = 0; i < out.length; i++) {
                out[i] += scale * Vectors.dot(e[i], v);
            }
        });
    }

    private static double[] decaying() {
        double[] d = new double[SIZE];
        Arrays.setAll(d, i -> 10 / (i + 1.0));
        return d;
    }

    private static double[] with(double[] d, double... first) {
        double[] changed = d.clone();
        System.arraycopy(first, 0, changed, 0, first.length);
        return changed;
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-2, 1e-3, 1e-6, 1e-9})
    void theEigenvalueIsTheOperatorsHoweverFarTheApproximation(double tolerance) {
        LinearOperator a = Matrices.diagonal(decaying());
        for (double error : new double[] {0, 0.01, 1, 3, 30}) {
            EigenResult r = new Davidson(near(a, error, 5)).top(a, HUNDREDTH.withTolerance(tolerance));
            assertTrue(r.converged(), () -> "error " + error + ": residual " + r.residual());
            assertEquals(10, r.eigenvalue(), Math.max(1e-9, 10 * tolerance * tolerance * 2));
            assertEquals(Matrices.residual(a, r), r.residual(), 1e-12);
            assertEquals(1, Vectors.norm(r.eigenvector()), 1e-13);
        }
    }

    @Test
    void aNearApproximationSavesMostProducts() {
        LinearOperator a = near(Matrices.diagonal(with(decaying(), 10, 9, 8, 7, 6)), 2, 1);
        EigenOptions options = HUNDREDTH.withTolerance(1e-3);
        int plain = new Lanczos().top(a, options).iterations();
        EigenResult r = new Davidson(near(a, 1, 2)).top(a, options);
        assertEquals(new Lanczos().top(a, options.withTolerance(1e-9)).eigenvalue(), r.eigenvalue(), 1e-4);
        assertTrue(2 * r.iterations() < plain, () -> r.iterations() + " against " + plain);
    }

    @Test
    void nearlyEqualEigenvaluesInTheOtherOrderAreNotTakenForEachOther() {
        LinearOperator a = Matrices.diagonal(with(decaying(), 9.6, 10, 5, 4));
        for (double error : new double[] {0, 1e-6, 1e-3, 0.1, 0.5}) {
            LinearOperator b = near(Matrices.diagonal(with(decaying(), 8, 6.5, 5, 4)), error, 9);
            for (long seed = 0; seed < 5; seed++) {
                EigenResult r = new Davidson(b).top(a, HUNDREDTH.withSeed(seed));
                assertEquals(10, r.eigenvalue(), 0.05, "error " + error + ", seed " + seed);
            }
        }
    }

    @Test
    void aTopEigenvectorOrthogonalToTheApproximationsIsFound() {
        // the approximation's top eigenvector is exactly one of the operator's, and not the top one
        LinearOperator a = Matrices.diagonal(with(decaying(), 5, 10, 4, 3));
        double[] start = new double[SIZE];
        start[0] = 1;
        for (long seed = 0; seed < 20; seed++) {
            EigenResult r = new Davidson(Matrices.diagonal(with(decaying(), 5, 0, 4, 3))).top(a,
                    HUNDREDTH.withSeed(seed).withStart(start));
            assertEquals(10, r.eigenvalue(), 0.05, "seed " + seed);
        }
    }

    @Test
    void aTopEigenvectorThatTheApproximationUnderratesIsFound() {
        LinearOperator a = Matrices.diagonal(with(decaying(), 5, 10, 4, 3));
        for (double known : new double[] {4.9, 4.5, 4}) {
            LinearOperator b = near(Matrices.diagonal(with(decaying(), 5, known, 4, 3)), 0.5, 21);
            for (long seed = 0; seed < 20; seed++) {
                EigenResult r = new Davidson(b).top(a, HUNDREDTH.withSeed(seed));
                assertEquals(10, r.eigenvalue(), 0.05, "known as " + known + ", seed " + seed);
            }
        }
    }

    @Test
    void theMostNegativeMayBeTheTop() {
        LinearOperator a = near(Matrices.diagonal(with(decaying(), 6, -9, 4)), 0.5, 3);
        LinearOperator b = near(a, 0.5, 4);
        double negative = new Lanczos().top(a, HUNDREDTH.withTolerance(1e-9)).eigenvalue();
        assertTrue(negative < -8.5);
        assertEquals(negative, new Davidson(b).top(a, HUNDREDTH).eigenvalue(), 0.01);
        EigenOptions algebraic = HUNDREDTH.withTarget(Target.ALGEBRAIC);
        assertEquals(new Lanczos().top(a, algebraic.withTolerance(1e-9)).eigenvalue(),
                new Davidson(b).top(a, algebraic).eigenvalue(), 0.01);
    }

    @Test
    void restartsLoseNothing() {
        LinearOperator a = Matrices.laplacian(200);
        EigenResult r = new Davidson(Matrices.diagonal(new double[200])).top(a, HUNDREDTH.withTolerance(1e-4));
        assertTrue(r.converged());
        assertTrue(r.iterations() > 40, "the basis of 20 was restarted");
        assertEquals(2 - 2 * Math.cos(200 * Math.PI / 201), r.eigenvalue(), 1e-6);
        assertEquals(Matrices.residual(a, r), r.residual(), 1e-12);
    }

    @Test
    void noMoreVectorsThanSaidAndNoMoreProductsThanAllowed() {
        LinearOperator a = Matrices.laplacian(400);
        for (int most : new int[] {1, 2, 3, 7, 30}) {
            AtomicInteger products = new AtomicInteger();
            List<Integer> told = new ArrayList<>();
            LinearOperator counting = Matrices.operator(400, (v, out) -> {
                products.incrementAndGet();
                a.apply(v, out);
            });
            EigenResult r = new Davidson(Matrices.laplacian(400)).top(counting, HUNDREDTH.withTolerance(1e-9)
                    .withMaxIterations(most).withListener((count, lambda, residual) -> told.add(count)));
            assertFalse(r.converged());
            assertEquals(most, r.iterations());
            assertEquals(most, products.get());
            // the last product may be that of the check
            assertTrue(told.size() == most || told.size() == most - 1, () -> told + " of " + most);
            assertEquals(Matrices.residual(a, r), r.residual(), 1e-12);
        }
    }

    @Test
    void anApproximationThatIsNoNumberIsNamed() {
        LinearOperator a = Matrices.diagonal(1, 2, 3);
        LinearOperator b = Matrices.operator(3, (v, out) -> out[1] = Double.NaN);
        String line = assertThrows(NonFiniteProductException.class, () -> new Davidson(b).top(a, HUNDREDTH))
                .getMessage();
        assertEquals("davidson's approximation: expected finite operator products, got NaN at index 1 of product 1 "
                + "(operator size 3)", line);
        assertEquals("davidson: expected an approximation of the operator's size 3, got size 2",
                assertThrows(IllegalArgumentException.class,
                        () -> new Davidson(Matrices.diagonal(1, 2)).top(a, HUNDREDTH)).getMessage());
    }

    @Test
    void roundingOfTheOperatorEndsTheIterationUnconverged() {
        LinearOperator noisy = Matrices.rounded(Matrices.dense(Matrices.symmetric(200, 4)));
        EigenResult r = new Davidson(near(noisy, 3, 1)).top(noisy,
                HUNDREDTH.withTolerance(1e-9).withMaxIterations(100_000));
        assertFalse(r.converged());
        assertTrue(r.iterations() < 1000, () -> "products: " + r.iterations());
        assertEquals(Matrices.residual(noisy, r) + r.rounding(), r.residual(), 1e-12);
        assertTrue(r.limitedByRounding());
        assertTrue(r.relativeResidual() < 1e-6);
    }
}
