package dev.goshawk.spectral.solve;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.NonFiniteProductException;
import dev.goshawk.spectral.Products;
import dev.goshawk.spectral.dense.Vectors;
import dev.goshawk.tensor.ShapeMismatchException;

/**
 * Conjugate gradients for (A + damping I) x = b, A symmetric (Hestenes and Stiefel, J. Res. NBS 49, 1952): Newton and natural-gradient
 * steps, influence functions. A matrix that is not positive definite ends the search at the first direction of curvature 0 or less, as in
 * Hessian-free optimization (Martens, ICML 2010), and the result says so.
 *
 * <p>The recurrence's residual drifts from the true one by rounding. When it meets the tolerance the true residual is computed with one more
 * product, and the search goes on from there if that does not. One product a step; memory: five vectors.
 *
 * @param tolerance on ||b - (A + damping I)x|| / ||b||, 0 or greater
 * @param maxProducts most operator products, at least 2
 */
public record ConjugateGradients(double tolerance, int maxProducts) {

    public ConjugateGradients {
        if (!(tolerance >= 0) || Double.isInfinite(tolerance) || maxProducts < 2) {
            throw new IllegalArgumentException(
                    "conjugate gradients: expected a finite tolerance >= 0 and at least 2 products, got "
                            + tolerance + " and " + maxProducts);
        }
    }

    /**
     * Solves, from x = 0.
     *
     * @param damping at least 0
     * @param b of the operator's size, not changed
     * @throws ShapeMismatchException if b does not fit
     * @throws NonFiniteProductException if a product holds a NaN or an infinity
     */
    public LinearSolution solve(LinearOperator operator, double damping, double[] b) {
        Products products = new Products("conjugate gradients", operator.damped(damping));
        if (b.length != products.size()) {
            throw new ShapeMismatchException("conjugate gradients: expected a right side of the operator's size "
                    + products.size() + ", got length " + b.length);
        }
        double goal = tolerance * Vectors.norm(b);
        double[] x = new double[b.length];
        double[] r = b.clone();
        double[] d = b.clone();
        double rr = Vectors.dot(r, r);
        double least = Double.NaN;
        double restarted = Double.POSITIVE_INFINITY;
        while (true) {
            if (Math.sqrt(rr) <= goal || products.count() + 1 >= maxProducts) {
                // what the recurrence says is checked by the true residual, which it goes on from
                boolean spent = products.count() + 1 >= maxProducts;
                r = residual(products, x, b);
                rr = Vectors.dot(r, r);
                double norm = Math.sqrt(rr);
                if (norm <= goal || spent || norm > restarted / 2) {
                    return solution(x, r, b, products, norm <= goal
                            ? LinearSolution.Stop.CONVERGED
                            : spent ? LinearSolution.Stop.BUDGET : LinearSolution.Stop.STALLED, least, new double[0]);
                }
                restarted = norm;
                d = r.clone();
            }
            double[] ad = products.apply(d);
            double dd = Vectors.dot(d, d);
            double curvature = Vectors.dot(d, ad) / dd;
            least = Double.isNaN(least) ? curvature : Math.min(least, curvature);
            if (curvature <= 0) {
                double[] unit = d.clone();
                Vectors.scale(unit, 1 / Math.sqrt(dd));
                return solution(x, residual(products, x, b), b, products, LinearSolution.Stop.NEGATIVE_CURVATURE,
                        curvature, unit);
            }
            double step = rr / (curvature * dd);
            Vectors.axpy(step, d, x);
            Vectors.axpy(-step, ad, r);
            double next = Vectors.dot(r, r);
            Vectors.scale(d, next / rr);
            Vectors.axpy(1, r, d);
            rr = next;
        }
    }

    private static double[] residual(Products products, double[] x, double[] b) {
        double[] r = products.apply(x);
        for (int i = 0; i < r.length; i++) {
            r[i] = b[i] - r[i];
        }
        return r;
    }

    private static LinearSolution solution(double[] x, double[] r, double[] b, Products products,
            LinearSolution.Stop stop,
            double curvature, double[] direction) {
        double norm = Vectors.norm(r);
        return new LinearSolution(x, norm, norm == 0 ? 0 : norm / Vectors.norm(b), products.count(), stop, curvature,
                direction);
    }
}
