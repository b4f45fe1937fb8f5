package dev.goshawk.operator;

import dev.goshawk.backend.ResidentProducts;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.Optional;

/** A square real matrix known by its products only. Spectral algorithms ask for nothing else. */
public interface LinearOperator {
    /** Number of rows and columns. */
    int size();

    /**
     * Writes A v to {@code out}.
     *
     * @param v input, length {@link #size()}, not changed
     * @param out result, length {@link #size()}, another array than {@code v}
     */
    void apply(double[] v, double[] out);

    /**
     * Writes A v_i to {@code out[i]} for several vectors; unless an operator knows better, one after another.
     *
     * @param v inputs, each of length {@link #size()}, not changed
     * @param out results, as many and as long
     * @throws ShapeMismatchException if there are not as many results as inputs
     */
    default void apply(double[][] v, double[][] out) {
        if (v.length != out.length) {
            throw new ShapeMismatchException(
                    "operator: expected as many results as vectors, got " + out.length + " and " + v.length);
        }
        for (int i = 0; i < v.length; i++) {
            apply(v[i], out[i]);
        }
    }

    /** Repeated products with a vector that stays where the operator computes; empty where there is no such place. */
    default Optional<ResidentVector> resident() {
        return Optional.empty();
    }

    /**
     * A + B: one product with each.
     *
     * @throws ShapeMismatchException if the sizes differ
     */
    default LinearOperator plus(LinearOperator other) {
        return OperatorAlgebra.sum(this, other);
    }

    /**
     * c A.
     *
     * @throws IllegalArgumentException if c is not finite
     */
    default LinearOperator scaled(double factor) {
        return OperatorAlgebra.affine(this, factor, 0);
    }

    /**
     * A + s I: every eigenvalue moves by s, eigenvectors stay.
     *
     * @throws IllegalArgumentException if s is not finite
     */
    default LinearOperator shifted(double shift) {
        return OperatorAlgebra.affine(this, 1, shift);
    }

    /**
     * A + d I with d of at least 0, as Levenberg-Marquardt and natural-gradient methods damp a curvature matrix.
     *
     * @throws IllegalArgumentException if d is negative or not finite
     */
    default LinearOperator damped(double damping) {
        if (!(damping >= 0)) {
            throw new IllegalArgumentException("damping: expected a number >= 0, got " + damping);
        }
        return shifted(damping);
    }

    /**
     * P' A P, the principal submatrix of some rows and the same columns: of a Hessian, the diagonal block of some of its variables
     * with the others held fixed. One product with A each; an operator made for those variables alone may cost less.
     *
     * @param indices distinct, in [0, size)
     * @throws IllegalArgumentException if an index is out of range or given twice
     */
    default LinearOperator restricted(int... indices) {
        return OperatorAlgebra.restriction(this, indices);
    }

    /**
     * The whole matrix, row by row: {@link #size()} products.
     *
     * @throws IllegalArgumentException if it has more than {@value OperatorAlgebra#MOST_DENSE} rows
     */
    default double[][] toDense() {
        return OperatorAlgebra.toDense(this);
    }

    /**
     * A matrix that is there as a whole.
     *
     * @param rows [n][n], shared
     * @throws ShapeMismatchException if it is not square
     */
    static LinearOperator dense(double[][] rows) {
        return OperatorAlgebra.dense(rows);
    }

    /** A vector v on an operator's device. */
    interface ResidentVector {
        /**
         * Takes v over and multiplies.
         *
         * @return v'v, v'Av and (Av)'(Av)
         */
        ResidentProducts.Dots start(double[] v);

        /** Lets v be (A + shift I) v, normalized, and multiplies; returns as {@link #start}. */
        ResidentProducts.Dots step(double shift);

        /** A copy of v. */
        double[] vector();
    }
}
