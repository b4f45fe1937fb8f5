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
import org.junit.jupiter.api.Test;
import org.ojalgo.matrix.decomposition.Eigenvalue;
import org.ojalgo.matrix.store.R064Store;

class LanczosTest {
    private static final EigenOptions TIGHT = EigenOptions.defaults().withTolerance(1e-6).withMaxIterations(3000);

    @Test
    void laplacianWithClusteredTopNeedsRestarts() {
        int n = 500;
        EigenResult r = new Lanczos(20).top(Matrices.laplacian(n), TIGHT);
        assertTrue(r.converged());
        // neighboring eigenvalues are 1e-4 apart; the Rayleigh quotient is off by at most residual^2 / gap
        assertEquals(2 - 2 * Math.cos(n * Math.PI / (n + 1)), r.eigenvalue(), 1e-6);
        assertTrue(r.iterations() > 40, "the basis of 20 was restarted");
    }

    @Test
    void needsFewerProductsThanPowerIteration() {
        LinearOperator a = Matrices.laplacian(200);
        EigenOptions options = EigenOptions.defaults().withTolerance(1e-3);
        assertTrue(new Lanczos().top(a, options).iterations() * 2 < new PowerIteration().top(a, options).iterations());
    }

    @Test
    void clusteredAndIndefinite() {
        double[] d = new double[300];
        Arrays.setAll(d, i -> Math.sin(i) * 0.5);
        d[7] = 10;
        d[8] = 10 - 1e-7;
        d[9] = 10 - 1e-3;
        d[10] = -9.999;
        d[11] = -9.9;
        LinearOperator a = Matrices.diagonal(d);
        EigenResult r = new Lanczos().top(a, TIGHT);
        assertTrue(r.converged());
        assertEquals(10, r.eigenvalue(), 1e-6);
        assertEquals(Matrices.residual(a, r), r.residual(), 1e-12);
    }

    @Test
    void eigenvaluesOfZeroConverge() {
        double[] d = new double[40];
        d[3] = 5;
        d[17] = -2;
        d[30] = 0.25;
        List<EigenResult> pairs = new Lanczos().topK(Matrices.diagonal(d), 5, TIGHT);
        assertEquals(List.of(5.0, -2.0, 0.25, 0.0, 0.0),
                pairs.stream().map(p -> Math.round(p.eigenvalue() * 1e9) / 1e9 + 0.0).toList());
        for (EigenResult p : pairs) {
            assertTrue(p.converged(), p.toString());
        }
    }

    @Test
    void aToleranceFinerThanRoundingIsNotMet() {
        EigenResult r = new Lanczos().top(Matrices.laplacian(100), TIGHT.withTolerance(1e-18).withMaxIterations(300));
        assertFalse(r.converged(), r.toString());
    }

    @Test
    void topKAgreesWithADenseSolver() {
        double[][] matrix = Matrices.symmetric(150, 11);
        R064Store store = R064Store.FACTORY.copy(org.ojalgo.structure.Access2D.wrap(matrix));
        Eigenvalue<Double> dense = Eigenvalue.R064.make(150, true);
        assertTrue(dense.decompose(store));
        double[] expected = new double[150];
        Arrays.setAll(expected, i -> dense.getD().doubleValue(i, i));
        for (Target target : Target.values()) {
            double[] sorted = Arrays.stream(expected).boxed()
                    .sorted((x, y) -> Double.compare(target.key(y), target.key(x))).mapToDouble(x -> x).toArray();
            List<EigenResult> results = new Lanczos(24).topK(Matrices.dense(matrix), 5, TIGHT.withTarget(target));
            assertEquals(5, results.size());
            for (int i = 0; i < 5; i++) {
                assertTrue(results.get(i).converged());
                assertEquals(sorted[i], results.get(i).eigenvalue(), 1e-8);
            }
            assertEquals(0, Vectors.dot(results.get(0).eigenvector(), results.get(1).eigenvector()), 1e-5);
        }
    }

    @Test
    void breakdownInAnInvariantSubspace() {
        double[] d = new double[1000];
        Arrays.fill(d, 1);
        d[3] = 4;
        EigenResult r = new Lanczos().top(Matrices.diagonal(d), TIGHT);
        assertEquals(4, r.eigenvalue(), 1e-12);
        assertTrue(r.iterations() < 12, () -> "products: " + r.iterations());
    }

    @Test
    void lowRankOperatorEndsSoon() {
        double[] u = Vectors.gaussian(800, 1);
        double[] w = Vectors.gaussian(800, 2);
        LinearOperator a = Matrices.operator(800, (v, out) -> {
            Arrays.fill(out, 0);
            Vectors.axpy(Vectors.dot(u, v), u, out);
            Vectors.axpy(-Vectors.dot(w, v), w, out);
        });
        EigenResult r = new Lanczos().top(a, TIGHT.withTolerance(1e-12));
        assertTrue(r.converged());
        assertTrue(r.iterations() < 14, () -> "products: " + r.iterations());
    }

    @Test
    void startAtALowerEigenvectorIsLeft() {
        double[] start = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        LinearOperator a = Matrices.diagonal(1, 2, 3, 9, 4, 5, 6, 7, 1, 2, 3, 8);
        EigenResult r = new Lanczos().top(a, TIGHT.withStart(start));
        assertEquals(9, r.eigenvalue(), 1e-10);
    }

    @Test
    void roundingOfTheOperatorEndsTheIterationUnconverged() {
        LinearOperator exact = Matrices.dense(Matrices.symmetric(200, 4));
        LinearOperator noisy = Matrices.rounded(exact);
        EigenResult r = new Lanczos().top(noisy, TIGHT.withTolerance(1e-9).withMaxIterations(100_000));
        assertFalse(r.converged());
        assertTrue(r.iterations() < 1000, () -> "products: " + r.iterations());
        assertEquals(new Lanczos().top(exact, TIGHT).eigenvalue(), r.eigenvalue(), 1e-6);
        assertTrue(r.relativeResidual() < 1e-6);
    }

    /** What counts as rounding is measured by the operator: a multiple by a power of two has the same course. */
    @Test
    void multiplesTakeTheSameProducts() {
        LinearOperator a = Matrices.dense(Matrices.symmetric(60, 3));
        EigenResult one = new Lanczos().top(a, TIGHT);
        for (double c : new double[] {0x1p-60, 0x1p60}) {
            EigenResult r = new Lanczos().top(a.scaled(c), TIGHT);
            assertEquals(one.iterations(), r.iterations(), "scale " + c);
            assertEquals(one.eigenvalue(), r.eigenvalue() / c, 1e-12 * Math.abs(one.eigenvalue()), "scale " + c);
        }
        double[] d = new double[300];
        Arrays.fill(d, 0x1p60);
        d[5] = 0x1p62;
        EigenResult r = new Lanczos().top(Matrices.diagonal(d), TIGHT);
        assertEquals(0x1p62, r.eigenvalue(), 0x1p20);
        assertTrue(r.iterations() < 12, () -> "an invariant subspace is seen, products: " + r.iterations());
    }

    /** Of several pairs too, of which the outermost is there long before the last. */
    @Test
    void whatIsDoneIsEstimatedByTheResiduals() {
        double[] d = new double[300];
        Arrays.setAll(d, i -> Math.sqrt(i + 1));
        d[0] = 100;
        LinearOperator a = Matrices.diagonal(d);
        for (int k : new int[] {1, 6}) {
            EigenOptions options = EigenOptions.defaults().withTolerance(1e-6).withMaxIterations(10_000);
            List<Double> done = new ArrayList<>();
            new Lanczos().topK(a, k, options.withListener(
                    (products, lambda, residual) -> done.add(options.done(products, lambda, residual))));
            double half = done.get(done.size() / 2);
            assertTrue(half > 0.1 && half < 0.9, k + " pairs: " + done);
            assertTrue(done.getLast() > 0.9, k + " pairs: " + done);
        }
        assertEquals(0.25, EigenOptions.defaults().withTolerance(0).withMaxIterations(8).done(2, 1, 1e-9));
        assertEquals(1, EigenOptions.defaults().done(1, 1, 0));
    }

    @Test
    void badInput() {
        assertThrows(IllegalArgumentException.class, () -> new Lanczos(3));
        String message = assertThrows(IllegalArgumentException.class,
                () -> new Lanczos().topK(Matrices.diagonal(1, 2), 3, TIGHT)).getMessage();
        assertEquals("lanczos: expected 1 to 2 eigenpairs (operator size 2, basis 60), got 3", message);
    }
}
