package dev.goshawk.spectral;

import dev.goshawk.operator.LinearOperator;
import java.util.ArrayList;
import java.util.List;

/**
 * Thick-restart Lanczos with full reorthogonalization (Wu and Simon, SIAM J. Matrix Anal. Appl. 22, 2000). It keeps at
 * most {@link #maxBasis()} vectors: when the basis is full, the best Ritz vectors and the last residual direction start
 * the next one. Each new vector is orthogonalized twice against all others, so clustered and indefinite spectra bring
 * no ghosts.
 *
 * <p>During the iteration the residual of a Ritz pair is estimated as beta |s_last|, which costs nothing. Before a pair
 * is returned its true residual is computed with one more product; where that is above the tolerance the iteration goes
 * on, and it ends unconverged when restarting no longer lowers it: the operator's own rounding is then the limit.
 *
 * <p>Eigenvalues of multiplicity above one are found once, unless the start vector lies in an invariant subspace:
 * Lanczos sees one direction of each eigenspace.
 *
 * <p>Per product: O(size * basis) arithmetic and a small dense eigenproblem. Memory: {@code maxBasis + 3} vectors, and
 * the k returned.
 */
public final class Lanczos implements EigenSolver {
    private static final int DEFAULT_BASIS = 60;

    private final int maxBasis;

    /** A solver which keeps at most 60 basis vectors. */
    public Lanczos() {
        this(DEFAULT_BASIS);
    }

    /**
     * A solver with its own bound on memory.
     *
     * @param maxBasis most basis vectors kept, at least 4
     */
    public Lanczos(int maxBasis) {
        if (maxBasis < 4) {
            throw new IllegalArgumentException("lanczos basis: expected at least 4 vectors, got " + maxBasis);
        }
        this.maxBasis = maxBasis;
    }

    public int maxBasis() {
        return maxBasis;
    }

    @Override
    public int vectors(EigenOptions options) {
        return Math.min(maxBasis, options.maxIterations()) + 3;
    }

    @Override
    public EigenResult top(LinearOperator operator, EigenOptions options) {
        return topK(operator, 1, options).get(0);
    }

    /**
     * The k top eigenpairs, or for {@link Target#BOTTOM} the k bottom ones, outermost first; fewer where {@link EigenOptions#maxIterations()} are not
     * two products for each. Each carries its own true residual and convergence; {@code iterations} is the number of products of the whole
     * call. One product and one for its check are always made.
     *
     * @param k between 1 and the operator's size, and at most half of {@link #maxBasis()}
     */
    public List<EigenResult> topK(LinearOperator operator, int k, EigenOptions options) {
        Products products = new Products("lanczos", operator);
        int most = Math.min(products.size(), maxBasis / 2);
        if (k < 1 || k > most) {
            throw new IllegalArgumentException("lanczos: expected 1 to " + most + " eigenpairs (operator size "
                    + products.size() + ", basis " + maxBasis + "), got " + k);
        }
        return top(products, Math.clamp(options.maxIterations() / 2, 1, k), options);
    }

    private List<EigenResult> top(Products products, int k, EigenOptions options) {
        KrylovBasis basis = new KrylovBasis(products, options.startVector(products.size()), options.seed());
        List<EigenResult> best = List.of();
        while (true) {
            basis.expand();
            RitzPairs ritz = basis.ritz(options.target());
            options.listener().update(products.count(), ritz.value(0), ritz.largestEstimate(k));
            // the last k products of the budget belong to the check of the true residuals
            boolean spent = products.count() + k >= options.maxIterations() || basis.complete();
            boolean estimated = ritz.size() >= k && basis.settled()
                    && ritz.within(k, options.tolerance(), options.target());
            if (spent || estimated) {
                List<EigenResult> results = check(basis, ritz, Math.min(k, ritz.size()), options);
                double norm = ritz.norm();
                boolean stalled = best.size() == k && worst(results, norm) > worst(best, norm) / 2;
                if (best.size() < k || worst(results, norm) < worst(best, norm)) {
                    best = results;
                }
                if (spent || stalled || best.stream().allMatch(EigenResult::converged)) {
                    return stamped(best, products.count());
                }
                basis.restart(ritz, k);
            } else if (basis.size() >= maxBasis) {
                basis.restart(ritz, kept(k));
            }
        }
    }

    private int kept(int k) {
        return Math.min(Math.max(k + 2, maxBasis / 3), maxBasis - 2);
    }

    /** Replaces the estimates by Rayleigh quotients and true residuals, at one product each, which tells the rounding too. */
    private static List<EigenResult> check(KrylovBasis basis, RitzPairs ritz, int k, EigenOptions options) {
        List<EigenResult> results = new ArrayList<>();
        for (int i = 0; i < k; i++) {
            double[] v = basis.combine(ritz, i);
            double[] w = basis.products().apply(v);
            results.add(basis.products().pair(v, w, basis.defect(ritz, i, v, w), ritz.norm(), options));
        }
        return results;
    }

    private static double worst(List<EigenResult> results, double norm) {
        return results.stream()
                .mapToDouble(r -> r.residual() == 0 ? 0 : r.residual() / r.target().scale(r.eigenvalue(), norm)).max()
                .orElse(0);
    }

    private static List<EigenResult> stamped(List<EigenResult> results, int products) {
        return results.stream().map(r -> r.after(products)).toList();
    }
}
