package dev.goshawk.spectral;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.dense.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What all solvers promise. */
class EigenSolverTest {
    private static final EigenOptions TIGHT = EigenOptions.defaults().withTolerance(1e-8).withMaxIterations(5000);

    static Stream<EigenSolver> solvers() {
        return Stream.of(new PowerIteration(), new Lanczos(), new Lanczos(4), new Misled());
    }

    /** Davidson's method with an approximation that has nothing to do with the operator. */
    private static final class Misled implements EigenSolver {
        @Override
        public EigenResult top(LinearOperator operator, EigenOptions options) {
            double[] d = new double[operator.size()];
            java.util.Arrays.setAll(d, i -> Math.cos(i));
            return new Davidson(Matrices.diagonal(d)).top(operator, options);
        }

        @Override
        public int vectors(EigenOptions options) {
            return Davidson.most();
        }
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void diagonal(EigenSolver solver) {
        EigenResult r = solver.top(Matrices.diagonal(1, -2, 7, 3, 0.5, 4), TIGHT);
        assertTrue(r.converged());
        assertEquals(7, r.eigenvalue(), 1e-12);
        assertEquals(1, Math.abs(r.eigenvector()[2]), 1e-12);
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void mostNegativeDominates(EigenSolver solver) {
        LinearOperator a = Matrices.diagonal(5, -9, 4, 1, 2, -3, 0);
        assertEquals(-9, solver.top(a, TIGHT).eigenvalue(), 1e-10);
        EigenResult algebraic = solver.top(a, TIGHT.withTarget(Target.ALGEBRAIC));
        assertEquals(5, algebraic.eigenvalue(), 1e-10);
        assertTrue(algebraic.converged());
        assertEquals(Matrices.residual(a, algebraic), algebraic.residual(), 1e-12);
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void negativeDefiniteAlgebraic(EigenSolver solver) {
        EigenResult r = solver.top(Matrices.diagonal(-5, -9, -4, -1), TIGHT.withTarget(Target.ALGEBRAIC));
        assertEquals(-1, r.eigenvalue(), 1e-10);
        assertTrue(r.converged());
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void residualIsThatOfTheReturnedPair(EigenSolver solver) {
        LinearOperator a = Matrices.dense(Matrices.symmetric(120, 3));
        for (double tolerance : new double[] {1e-1, 1e-2, 1e-3}) {
            EigenResult r = solver.top(a, EigenOptions.defaults().withTolerance(tolerance).withMaxIterations(4000));
            assertEquals(Matrices.residual(a, r), r.residual(), 1e-12 * Math.abs(r.eigenvalue()));
            assertEquals(r.residual() <= tolerance * Math.abs(r.eigenvalue()), r.converged());
            assertEquals(1, Vectors.norm(r.eigenvector()), 1e-13);
        }
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void dimensionOne(EigenSolver solver) {
        for (double value : new double[] {3, -3, 0}) {
            for (Target target : List.of(Target.MAGNITUDE, Target.ALGEBRAIC)) {
                EigenResult r = solver.top(Matrices.diagonal(value), TIGHT.withTarget(target));
                assertEquals(value, r.eigenvalue(), 1e-15);
                assertEquals(0, r.residual(), 1e-15);
                assertTrue(r.converged());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void zeroOperator(EigenSolver solver) {
        EigenResult r = solver.top(Matrices.diagonal(new double[50]), TIGHT);
        assertEquals(0, r.eigenvalue());
        assertEquals(0, r.relativeResidual());
        assertTrue(r.converged());
        assertTrue(r.iterations() <= 8, () -> "products: " + r.iterations());
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void startInTheNullSpaceIsNotTheAnswer(EigenSolver solver) {
        double[] start = {0, 0, 1, 0, 0, 0, 0, 0, 0};
        EigenResult r = solver.top(Matrices.diagonal(2, 1, 0, 1, 1, 1, 1, 1, 1), TIGHT.withStart(start));
        assertEquals(2, r.eigenvalue(), 1e-12);
        assertArrayEquals(new double[] {0, 0, 1, 0, 0, 0, 0, 0, 0}, start);
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void sameSeedSameBits(EigenSolver solver) {
        LinearOperator a = Matrices.dense(Matrices.symmetric(60, 8));
        EigenResult one = solver.top(a, EigenOptions.defaults().withSeed(5));
        EigenResult two = solver.top(a, EigenOptions.defaults().withSeed(5));
        EigenResult other = solver.top(a, EigenOptions.defaults().withSeed(6));
        assertEquals(one.eigenvalue(), two.eigenvalue());
        assertArrayEquals(one.eigenvector(), two.eigenvector());
        assertFalse(java.util.Arrays.equals(one.eigenvector(), other.eigenvector()));
        assertEquals(5, one.seed());
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void budgetEndsUnconverged(EigenSolver solver) {
        AtomicInteger products = new AtomicInteger();
        LinearOperator a = Matrices.laplacian(400);
        LinearOperator counting = Matrices.operator(400, (v, out) -> {
            products.incrementAndGet();
            a.apply(v, out);
        });
        EigenResult r = solver.top(counting, TIGHT.withMaxIterations(7));
        assertFalse(r.converged());
        assertEquals(7, r.iterations());
        assertEquals(7, products.get());
        assertTrue(r.residual() > 0);
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void nanProductIsNamed(EigenSolver solver) {
        AtomicInteger products = new AtomicInteger();
        LinearOperator a = Matrices.operator(9, (v, out) -> {
            for (int i = 0; i < 9; i++) {
                out[i] = (i + 1) * v[i];
            }
            out[4] = products.incrementAndGet() == 3 ? Double.NaN : out[4];
        });
        String message = assertThrows(NonFiniteProductException.class, () -> solver.top(a, TIGHT)).getMessage();
        assertTrue(message.contains("NaN at index 4 of product 3"), message);
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void listenerSeesEveryStep(EigenSolver solver) {
        List<Integer> seen = new ArrayList<>();
        EigenResult r = solver.top(Matrices.dense(Matrices.symmetric(30, 1)),
                EigenOptions.defaults().withListener((products, lambda, residual) -> seen.add(products)));
        assertEquals(1, seen.get(0));
        assertTrue(seen.size() > 2 && seen.size() <= r.iterations());
    }

    @ParameterizedTest
    @MethodSource("solvers")
    void badInput(EigenSolver solver) {
        LinearOperator a = Matrices.diagonal(1, 2);
        EigenOptions defaults = EigenOptions.defaults();
        assertThrows(IllegalArgumentException.class, () -> solver.top(a, defaults.withStart(new double[3])));
        assertThrows(IllegalArgumentException.class, () -> solver.top(a, defaults.withStart(new double[2])));
        assertThrows(IllegalArgumentException.class, () -> solver.top(Matrices.diagonal(), defaults));
        assertThrows(IllegalArgumentException.class, () -> defaults.withTolerance(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> defaults.withMaxIterations(0));
    }
}
