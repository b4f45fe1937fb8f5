package dev.goshawk.spectral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.dense.SymmetricEigen;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bottom of a spectrum and what follows from both ends. */
class BottomTest {
    private static final EigenOptions TIGHT = EigenOptions.defaults().withTolerance(1e-10).withMaxIterations(2000);

    @Test
    void bottomPairsOfADenseMatrix() {
        double[][] a = Matrices.symmetric(50, 31);
        SymmetricEigen eigen = SymmetricEigen.of(a, 50);
        double[] values = new double[50];
        Arrays.setAll(values, eigen::value);
        Arrays.sort(values);
        List<EigenResult> bottom = new Lanczos().topK(Matrices.dense(a), 4, TIGHT.withTarget(Target.BOTTOM));
        for (int i = 0; i < 4; i++) {
            assertEquals(values[i], bottom.get(i).eigenvalue(), 1e-9);
            assertTrue(bottom.get(i).converged());
            assertEquals(Matrices.residual(Matrices.dense(a), bottom.get(i)), bottom.get(i).residual(), 1e-12);
        }
    }

    @Test
    void aBottomOfZeroConverges() {
        // relative to an eigenvalue of 0 no residual would ever be small
        EigenResult r = new Lanczos().top(Matrices.diagonal(0, 3, 1, 7, 2), TIGHT.withTarget(Target.BOTTOM));
        assertEquals(0, r.eigenvalue(), 1e-9);
        assertTrue(r.converged());
        EigenResult cut = new Lanczos().top(Matrices.laplacian(400),
                TIGHT.withMaxIterations(8).withTarget(Target.BOTTOM));
        assertFalse(cut.converged());
    }

    @Test
    void otherSolversRefuse() {
        LinearOperator a = Matrices.diagonal(1, 2);
        EigenOptions bottom = TIGHT.withTarget(Target.BOTTOM);
        assertThrows(IllegalArgumentException.class, () -> new PowerIteration().top(a, bottom));
        assertThrows(IllegalArgumentException.class, () -> new Davidson(a).top(a, bottom));
    }

    @Test
    void conditionNumberOfALaplacian() {
        int n = 40;
        double high = 2 - 2 * Math.cos(n * Math.PI / (n + 1));
        double low = 2 - 2 * Math.cos(Math.PI / (n + 1));
        ConditionNumber c = ConditionNumber.of(Matrices.laplacian(n), TIGHT);
        assertEquals(high / low, c.value(), 1e-9 * c.value());
        assertTrue(c.converged() && c.isPositiveDefinite());
        assertTrue(c.value() <= c.most() && c.most() < 1.001 * c.value());
        ConditionNumber damped = ConditionNumber.of(Matrices.laplacian(n).damped(1), TIGHT);
        assertEquals((high + 1) / (low + 1), damped.value(), 1e-9);
    }

    @Test
    void anIndefiniteOperatorHasNone() {
        ConditionNumber c = ConditionNumber.of(Matrices.diagonal(3, -1, 2), TIGHT);
        assertTrue(Double.isNaN(c.value()));
        assertFalse(c.isPositiveDefinite());
        assertFalse(c.converged());
        ConditionNumber singular = ConditionNumber.of(Matrices.diagonal(3, 0, 2), TIGHT);
        assertFalse(singular.converged());
        assertTrue(Double.isInfinite(singular.most()));
    }
}
