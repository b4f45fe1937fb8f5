package dev.goshawk.spectral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.ResidentProducts.Dots;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.dense.Vectors;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Power iteration on an operator that keeps its vector gives what it gives on the heap. */
class ResidentPowerIterationTest {
    private static final EigenOptions OPTIONS = EigenOptions.defaults().withTolerance(1e-6).withMaxIterations(3000);

    /** The operator with a place of its own for v; plain products are refused. */
    private record Keeping(LinearOperator a) implements LinearOperator {
        @Override
        public int size() {
            return a.size();
        }

        @Override
        public void apply(double[] v, double[] out) {
            throw new AssertionError("a vector crossed to the heap");
        }

        @Override
        public Optional<ResidentVector> resident() {
            return Optional.of(new ResidentVector() {
                private double[] x = new double[size()];
                private final double[] y = new double[size()];

                @Override
                public Dots start(double[] v) {
                    x = v.clone();
                    a.apply(x, y);
                    return new Dots(Vectors.dot(x, x), Vectors.dot(x, y), Vectors.dot(y, y));
                }

                @Override
                public Dots step(double shift) {
                    Vectors.axpy(shift, x, y);
                    double[] next = y.clone();
                    Vectors.scale(next, 1 / Vectors.norm(next));
                    return start(next);
                }

                @Override
                public double[] vector() {
                    return x.clone();
                }
            });
        }
    }

    private static void compare(LinearOperator a, EigenOptions options) {
        EigenResult expected = new PowerIteration().top(a, options);
        EigenResult kept = new PowerIteration().top(new Keeping(a), options);
        assertEquals(expected.eigenvalue(), kept.eigenvalue(), 1e-12 * Math.abs(expected.eigenvalue()));
        // on the heap one more tells the rounding
        assertEquals(expected.iterations(), kept.iterations() + (Double.isNaN(expected.rounding()) ? 0 : 1));
        assertTrue(Double.isNaN(kept.rounding()));
        assertEquals(expected.converged(), kept.converged());
        assertEquals(expected.residual(), kept.residual(), 1e-7 * Math.abs(expected.eigenvalue()));
        assertEquals(1, Vectors.norm(kept.eigenvector()), 1e-13);
        assertEquals(Matrices.residual(a, kept), kept.residual(), 1e-7 * Math.abs(expected.eigenvalue()));
    }

    @Test
    void agreesWithTheHeap() {
        LinearOperator a = Matrices.dense(Matrices.symmetric(60, 3));
        compare(a, OPTIONS);
        compare(a, OPTIONS.withTarget(Target.ALGEBRAIC));
        compare(Matrices.diagonal(-5, -9, -4, -1), OPTIONS.withTarget(Target.ALGEBRAIC));
        compare(a, OPTIONS.withMaxIterations(4));
    }

    @Test
    void zeroOperatorAndNonFiniteProductsEndAsOnTheHeap() {
        EigenResult zero = new PowerIteration().top(new Keeping(Matrices.diagonal(0, 0, 0)), OPTIONS);
        assertEquals(0, zero.eigenvalue());
        assertTrue(zero.converged());
        assertThrows(NonFiniteProductException.class,
                () -> new PowerIteration().top(new Keeping(Matrices.diagonal(1, Double.NaN)), OPTIONS));
    }
}
