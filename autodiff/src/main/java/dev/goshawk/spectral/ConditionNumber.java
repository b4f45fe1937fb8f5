package dev.goshawk.spectral;

import dev.goshawk.operator.LinearOperator;

/**
 * The condition number lambda_max / lambda_min of a positive definite operator, such as a damped Gauss-Newton matrix or a damped
 * Hessian, from its two outermost eigenpairs.
 *
 * @param value the quotient of the two Rayleigh quotients: a bound from below on the true one; NaN if the operator is not positive definite
 * @param most a bound from above, (lambda_max + its residual) / (lambda_min - its residual), if these pairs are the outermost; infinite
 *     where lambda_min is not told from 0
 * @param largest the top eigenpair
 * @param smallest the bottom eigenpair
 */
public record ConditionNumber(double value, double most, EigenResult largest, EigenResult smallest) {
    /**
     * Finds both pairs by {@link Lanczos}.
     *
     * @param options of which the target is passed over; for the bottom pair the tolerance is on residual / lambda_max
     * @throws NonFiniteProductException if a product holds a NaN or an infinity
     */
    public static ConditionNumber of(LinearOperator operator, EigenOptions options) {
        Lanczos lanczos = new Lanczos();
        EigenResult largest = lanczos.top(operator, options.withTarget(Target.ALGEBRAIC));
        EigenResult smallest = lanczos.top(operator, options.withTarget(Target.BOTTOM));
        double least = smallest.eigenvalue() - smallest.residual();
        return new ConditionNumber(
                smallest.eigenvalue() > 0 ? largest.eigenvalue() / smallest.eigenvalue() : Double.NaN,
                least > 0 ? (largest.eigenvalue() + largest.residual()) / least : Double.POSITIVE_INFINITY, largest,
                smallest);
    }

    /** Whether the smallest eigenvalue found is above 0. */
    public boolean isPositiveDefinite() {
        return smallest.eigenvalue() > 0;
    }

    /** Whether both pairs met the tolerance and the smallest eigenvalue is told from 0. */
    public boolean converged() {
        return largest.converged() && smallest.converged() && !Double.isInfinite(most);
    }
}
