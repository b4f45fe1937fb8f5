package dev.goshawk.spectral;

import dev.goshawk.operator.LinearOperator;

/** Finds the top eigenpair of a symmetric operator. */
public interface EigenSolver {
    /**
     * The top eigenpair, or the best approximation of it after {@link EigenOptions#maxIterations()} products, with
     * {@link EigenResult#converged()} saying which.
     *
     * @throws IllegalArgumentException if the operator has size 0 or the start vector does not fit it
     * @throws NonFiniteProductException if a product holds a NaN or an infinity
     */
    EigenResult top(LinearOperator operator, EigenOptions options);

    /** Most vectors of the operator's size that are held at one time, the result's among them. */
    int vectors(EigenOptions options);
}
