package dev.goshawk.spectral;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.dense.Vectors;

/**
 * Power iteration, v &lt;- Av / ||Av||, one product per step and five vectors of memory. The error shrinks by |lambda_2 /
 * lambda_1| a step: {@link Lanczos} needs a fraction of the products where the two are close, and where lambda_2 =
 * -lambda_1 this method does not converge at all.
 *
 * <p>The eigenvalue, the residual and the eigenvector of a result all belong to the same v. The method finds the
 * largest magnitude; for {@link Target#ALGEBRAIC}, where that eigenvalue is negative, it goes on with A - lambda_min I,
 * whose largest magnitude is at the largest eigenvalue of A.
 */
public final class PowerIteration implements EigenSolver {
    /** No power of two, so that all roundings differ. */
    private static final double PART = 0.7310585786300049;

    @Override
    public int vectors(EigenOptions options) {
        return 5;
    }

    @Override
    public EigenResult top(LinearOperator operator, EigenOptions options) {
        options.target().requireTop("power iteration");
        Products products = new Products("power iteration", operator);
        double[] start = options.startVector(products.size());
        EigenResult largest = iterate(products, options, start, 0);
        if (!goesOn(largest.eigenvalue(), options)) {
            return largest;
        }
        if (products.count() >= options.maxIterations()) {
            return new EigenResult(largest.eigenvalue(), largest.eigenvector(), largest.residual(), largest.rounding(),
                    products.count(), false, options.tolerance(), options.target(), options.seed());
        }
        // the residual bounds how far the true lambda_min may lie beyond the estimate
        double shift = largest.residual() - largest.eigenvalue();
        return iterate(products, options, Vectors.gaussian(products.size(), options.seed() + 1), shift);
    }

    /**
     * Iterates on A + shift I; lambda and residual are those of A, as (A + shift I)v - (lambda + shift)v = Av - lambda
     * v.
     */
    private static EigenResult iterate(Products products, EigenOptions options, double[] start, double shift) {
        double[] v = start;
        Vectors.scale(v, 1 / Vectors.norm(v));
        boolean suppliedStart = options.start() != null;
        Iterate iterate = products.resident().<Iterate>map(r -> new Iterate.OnDevice(products, r))
                .orElseGet(() -> new Iterate.OnHeap(products));
        Iterate.Estimate e = iterate.start(v);
        while (true) {
            options.listener().update(products.count(), e.eigenvalue(), e.residual());
            boolean spent = products.count() >= options.maxIterations();
            double norm = iterate.norm(shift);
            if (norm == 0 && suppliedStart && !spent) {
                // the caller's vector lies in the null space and says nothing about the rest of the spectrum
                suppliedStart = false;
                double[] other = Vectors.gaussian(v.length, options.seed());
                Vectors.scale(other, 1 / Vectors.norm(other));
                e = iterate.start(other);
                continue;
            }
            boolean converged = e.residual() <= options.tolerance() * Math.abs(e.eigenvalue());
            if (converged || spent || norm == 0) {
                return result(products, iterate, e, options, shift == 0 && goesOn(e.eigenvalue(), options));
            }
            e = iterate.step(shift);
        }
    }

    /** Whether the largest magnitude was found and something else is asked for. */
    private static boolean goesOn(double largest, EigenOptions options) {
        return options.target() != Target.MAGNITUDE && largest < 0;
    }

    /** With the rounding, as far as a product is left for it: how far that of another multiple of v is from linear. */
    private static EigenResult result(Products products, Iterate iterate, Iterate.Estimate e, EigenOptions options,
            boolean provisional) {
        double[] v = iterate.vector();
        double[] w = iterate.product().orElse(null);
        if (provisional || w == null || products.count() >= options.maxIterations()) {
            return new EigenResult(e.eigenvalue(), v, e.residual(), Double.NaN, products.count(),
                    e.residual() <= options.tolerance() * Math.abs(e.eigenvalue()), options.tolerance(),
                    options.target(),
                    options.seed());
        }
        double[] part = v.clone();
        Vectors.scale(part, PART);
        double[] z = products.apply(part);
        Vectors.scale(z, 1 / PART);
        return products.pair(v, w, Vectors.residual(z, 1, w), Math.abs(e.eigenvalue()), options);
    }
}
