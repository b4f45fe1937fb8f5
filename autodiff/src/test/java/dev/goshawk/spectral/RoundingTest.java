package dev.goshawk.spectral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.backend.Backends;
import dev.goshawk.graph.Value;
import dev.goshawk.operator.FunctionHessian;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The residual of a result is a bound that counts the operator's own rounding, and says where that is all there is. */
class RoundingTest {
    private static final int SIZE = 100;

    static List<EigenSolver> solvers() {
        return EigenSolverTest.solvers().toList();
    }

    private static LinearOperator spectrum() {
        double[] d = new double[SIZE];
        java.util.Arrays.setAll(d, i -> i == 0 ? 10 : 6 * Math.cos(i));
        return Matrices.diagonal(d);
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void aNoisyOperatorIsToldFromOneThatIsNot(EigenSolver solver) {
        LinearOperator exact = spectrum();
        EigenOptions options = EigenOptions.defaults().withTolerance(1e-3).withMaxIterations(400);
        for (double noise : new double[] {0, 1e-12, 1e-6, 1e-2, 0.1}) {
            EigenResult r = solver.top(Matrices.noisy(exact, noise), options);
            String where = solver.getClass().getSimpleName() + ", noise " + noise + ": " + r.residual() + ", rounding "
                    + r.rounding();
            assertTrue(Matrices.residual(exact, r) <= r.residual() * (1 + 1e-9) + 1e-12, where);
            assertTrue(Math.abs(10 - r.eigenvalue()) <= r.residual() + 1e-12, where);
            if (noise < 1e-3) {
                assertTrue(r.converged(), where);
                assertFalse(r.limitedByRounding(), where);
                assertTrue(r.rounding() <= 20 * noise * 10 + 1e-12, where);
            } else if (!Double.isNaN(r.rounding())) {
                assertFalse(r.converged(), where);
                assertTrue(r.limitedByRounding(), where);
                assertTrue(r.rounding() > noise * 5, where);
            }
        }
    }

    /** In the last product allowed there is nothing to compare it with. */
    @ParameterizedTest
    @MethodSource("solvers")
    void aSpentBudgetLeavesItUnknown(EigenSolver solver) {
        AtomicInteger products = new AtomicInteger();
        LinearOperator counting = Matrices.operator(SIZE, (v, out) -> {
            products.incrementAndGet();
            Matrices.laplacian(SIZE).apply(v, out);
        });
        for (int most = 2; most < 12; most++) {
            products.set(0);
            EigenResult r = solver.top(counting, EigenOptions.defaults().withTolerance(1e-9).withMaxIterations(most));
            assertEquals(most, products.get());
            assertEquals(most, r.iterations());
            assertFalse(r.limitedByRounding());
            assertTrue(Double.isNaN(r.rounding()) || r.rounding() < 1e-12);
        }
    }

    /** H = (A - B)'(A - B), with A and B nearly equal: in float32 their difference has few digits left, or none. */
    @ParameterizedTest
    @MethodSource("solvers")
    void aHessianThatHasLostItsDigitsSaysSo(EigenSolver solver) {
        EigenOptions options = EigenOptions.defaults().withTolerance(1e-3).withMaxIterations(600);
        double right = solver.top(difference(DType.FLOAT64, 1e5), options.withTolerance(1e-6)).eigenvalue();
        EigenResult lost = solver.top(difference(DType.FLOAT32, 1e5), options);
        assertFalse(lost.converged());
        assertTrue(lost.limitedByRounding(), () -> "rounding " + lost.rounding() + " of " + lost.eigenvalue());
        assertTrue(Math.abs(lost.eigenvalue() - right) <= lost.residual(),
                () -> lost.eigenvalue() + " for " + right + ", residual " + lost.residual());
        EigenResult kept = solver.top(difference(DType.FLOAT32, 1), options);
        assertTrue(kept.converged());
        assertFalse(kept.limitedByRounding());
    }

    private static LinearOperator difference(DType dtype, double large) {
        int n = 12;
        Random random = new Random(5);
        double[] a = random.doubles(n * n, -1, 1).toArray();
        double[] b = random.doubles(n * n, -1, 1).toArray();
        for (int i = 0; i < a.length; i++) {
            // multiples of 2^-6 below 2^17 are exact in both types: the point is the same
            double common = Math.rint(large * a[i] * 64) / 64;
            a[i] = common + Math.rint(b[i] * 64) / 64;
            b[i] = common;
        }
        Value x = Value.input("x", dtype, Shape.of(1, n));
        Value left = Value.input("a", dtype, Shape.of(n, n));
        Value right = Value.input("b", dtype, Shape.of(n, n));
        Value loss = x.matmul(left).subtract(x.matmul(right)).square().sum().scale(0.5);
        HessianVectorProduct h = HessianVectorProduct.of(loss, List.of(x), Backends.defaultBackend());
        h.bind("a", Tensor.of(Shape.of(n, n), a).to(dtype)).bind("b", Tensor.of(Shape.of(n, n), b).to(dtype));
        return FunctionHessian.of(h.bind("x", Tensor.zeros(dtype, Shape.of(1, n))).linearize());
    }
}
