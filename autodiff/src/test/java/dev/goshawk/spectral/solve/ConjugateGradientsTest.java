package dev.goshawk.spectral.solve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.Matrices;
import dev.goshawk.spectral.dense.SymmetricEigen;
import dev.goshawk.spectral.dense.Vectors;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ConjugateGradientsTest {
    private final ConjugateGradients tight = new ConjugateGradients(1e-12, 500);

    /** x of (A + damping I) x = b from the dense eigenpairs. */
    private static double[] dense(double[][] a, double damping, double[] b) {
        int n = b.length;
        SymmetricEigen eigen = SymmetricEigen.of(a, n);
        double[] x = new double[n];
        for (int k = 0; k < n; k++) {
            double c = 0;
            for (int i = 0; i < n; i++) {
                c += eigen.vector(i, k) * b[i];
            }
            for (int i = 0; i < n; i++) {
                x[i] += c / (eigen.value(k) + damping) * eigen.vector(i, k);
            }
        }
        return x;
    }

    private static double residual(LinearOperator a, double damping, double[] x, double[] b) {
        double[] ax = new double[b.length];
        a.damped(damping).apply(x, ax);
        Vectors.axpy(-1, b, ax);
        return Vectors.norm(ax);
    }

    @Test
    void solvesAsTheDenseMatrixDoes() {
        double[][] a = Matrices.symmetric(30, 4);
        double[] b = Vectors.gaussian(30, 6);
        LinearSolution s = tight.solve(LinearOperator.dense(a), 25, b);
        assertTrue(s.converged());
        assertArrayEquals(dense(a, 25, b), s.x(), 1e-9);
        assertEquals(residual(LinearOperator.dense(a), 25, s.x(), b), s.residual(), 1e-15);
        assertEquals(s.residual() / Vectors.norm(b), s.relativeResidual(), 1e-18);
        assertTrue(s.curvature() > 0 && s.direction().length == 0);
    }

    @Test
    void negativeCurvatureEndsIt() {
        double[][] a = Matrices.symmetric(30, 4);
        LinearOperator operator = LinearOperator.dense(a);
        double[] b = Vectors.gaussian(30, 6);
        LinearSolution s = tight.solve(operator, 0.1, b);
        assertEquals(LinearSolution.Stop.NEGATIVE_CURVATURE, s.stop());
        assertFalse(s.converged());
        double[] ad = new double[30];
        operator.damped(0.1).apply(s.direction(), ad);
        assertEquals(1, Vectors.norm(s.direction()), 1e-12);
        assertEquals(Vectors.dot(s.direction(), ad), s.curvature(), 1e-9);
        assertTrue(s.curvature() <= 0);
        assertEquals(residual(operator, 0.1, s.x(), b), s.residual(), 1e-12);
        LinearSolution zero = tight.solve(Matrices.diagonal(0, 0), 0, new double[] {1, 2});
        assertEquals(LinearSolution.Stop.NEGATIVE_CURVATURE, zero.stop());
        assertArrayEquals(new double[2], zero.x());
    }

    @Test
    void budgetAndRoundingAreSaid() {
        LinearOperator laplacian = Matrices.laplacian(300);
        double[] b = Vectors.gaussian(300, 1);
        LinearSolution cut = new ConjugateGradients(1e-10, 20).solve(laplacian, 0, b);
        assertEquals(LinearSolution.Stop.BUDGET, cut.stop());
        assertEquals(20, cut.products());
        assertEquals(residual(laplacian, 0, cut.x(), b), cut.residual(), 1e-12);
        LinearSolution rounded = new ConjugateGradients(1e-13, 5000).solve(Matrices.rounded(Matrices.laplacian(30)), 1,
                Arrays.copyOf(b, 30));
        assertEquals(LinearSolution.Stop.STALLED, rounded.stop());
        assertTrue(rounded.relativeResidual() > 1e-13 && rounded.relativeResidual() < 1e-6,
                "" + rounded.relativeResidual());
    }

    @Test
    void aRightSideOfZeros() {
        LinearSolution s = tight.solve(Matrices.diagonal(1, 2), 0, new double[2]);
        assertTrue(s.converged());
        assertEquals(0, s.relativeResidual());
        assertArrayEquals(new double[2], s.x());
    }

    @Test
    void badArguments() {
        assertThrows(IllegalArgumentException.class, () -> new ConjugateGradients(-1, 10));
        assertThrows(IllegalArgumentException.class, () -> new ConjugateGradients(0.1, 1));
        assertThrows(IllegalArgumentException.class, () -> tight.solve(Matrices.diagonal(1), -1, new double[1]));
        assertThrows(ShapeMismatchException.class, () -> tight.solve(Matrices.diagonal(1), 0, new double[2]));
    }
}
