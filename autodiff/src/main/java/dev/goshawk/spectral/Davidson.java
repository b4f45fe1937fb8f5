package dev.goshawk.spectral;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.dense.Vectors;
import java.util.Optional;

/**
 * Davidson's method with a cheap approximation B of the operator A, for where a product with B costs a fraction of one with A. The search
 * starts at B's top eigenvector. Each further direction is the top eigenvector of the matrix that equals A where A is known and B
 * elsewhere,
 * <pre>M = PA + AP - PAP + (I - P) B (I - P),</pre>
 * P the projector on the directions searched so far: the subspace projected approximate matrix of Shepard, Wagner, Tilson and Minkoff
 * (J. Comput. Phys. 172, 2001). Products with M need B's only.
 *
 * <p>B decides how many products are needed, never what is found: eigenvalue and residual are A's, from A's products with the whole
 * basis. Where a step fails to halve the residual the next direction is the residual itself, as in Lanczos' method, and after three such
 * steps all are. Against taking up another eigenvector than the top one: B's second Ritz vector is searched too where its value is near
 * the first; a pair is believed only when the next best one, if near, can no longer pass it; and one that meets the tolerance at once, as
 * in a closed invariant subspace, only after {@value #EXPLORED} more products from a random direction. What B rates far below its top
 * eigenvector, though to A it is the top one, may still be missed at a loose tolerance: {@link Lanczos} starts at random.
 *
 * <p>{@link EigenOptions#maxIterations()} and {@link EigenResult#iterations()} count products with A. Where products
 * turn out less symmetric than the tolerance asks for, a last one with the eigenvector found tells how much of the residual is rounding.
 */
public final class Davidson implements EigenSolver {
    /** On B's own residual at the start: B is not A, more digits say nothing. */
    private static final double START_TOLERANCE = 0.1;
    private static final int START_STEPS = 20;
    /** On the residual of B's second pair, where it decides whether that is near the first. */
    private static final double SECOND_TOLERANCE = 0.1;
    /** B's second Ritz value is near the first above this ratio. */
    private static final double NEAR = 0.75;
    private static final int MODEL_STEPS = 3;
    private static final double MODEL_REDUCTION = 0.1;
    private static final int MOST_FAILURES = 3;
    private static final int MAX_BASIS = 20;
    private static final int KEPT = 8;
    /** Below {@link #FINE}, products without halving the residual after which rounding is taken for the limit. */
    private static final int STALLED = 100;
    static final int EXPLORED = 5;
    /** Of lambda: above this rounding is not suspected while the iteration goes on. */
    private static final double FINE = 1e-4;
    /** Rounding below this share of the residual is not measured more closely. */
    private static final double CLEAN = 0.25;

    private final LinearOperator approximation;

    /**
     * A solver for operators near the given one.
     *
     * @param approximation symmetric, of the operator's size, about its scale
     */
    public Davidson(LinearOperator approximation) {
        this.approximation = approximation;
    }

    @Override
    public int vectors(EigenOptions options) {
        return most();
    }

    /** Most vectors held, whatever is asked for. */
    public static int most() {
        return 2 * (Math.max(MAX_BASIS, START_STEPS) + MODEL_STEPS) + 7;
    }

    @Override
    public EigenResult top(LinearOperator operator, EigenOptions options) {
        options.target().requireTop("davidson");
        if (approximation.size() != operator.size()) {
            throw new IllegalArgumentException("davidson: expected an approximation of the operator's size "
                    + operator.size() + ", got size " + approximation.size());
        }
        return new Search(operator, options).run();
    }

    /** One call's state. */
    private final class Search {
        private final Products products;
        private final Products cheap;
        private final EigenOptions options;
        private final RitzBasis basis;
        private int freshes;
        private int unsettled;
        private int failures;
        private double least = Double.POSITIVE_INFINITY;
        private int leastAt;
        private boolean failed;

        Search(LinearOperator operator, EigenOptions options) {
            this.products = new Products("davidson", operator);
            this.cheap = new Products("davidson's approximation", approximation);
            this.options = options;
            this.basis = new RitzBasis(operator.size());
        }

        EigenResult run() {
            begin();
            Optional<EigenResult> best = Optional.empty();
            double before = Double.POSITIVE_INFINITY;
            boolean first = true;
            while (true) {
                RitzPairs ritz = basis.ritz(options.target());
                double[] r = basis.residual(ritz, 0);
                double norm = Vectors.norm(r);
                options.listener().update(products.count(), ritz.value(0), norm);
                failed = unsettled == 0 && norm > before / 2;
                failures += failed ? 1 : 0;
                before = norm;
                boolean spent = products.count() + 1 >= options.maxIterations() || basis.complete()
                        || stalled(norm, ritz.value(0));
                boolean met = norm <= options.tolerance() * Math.abs(ritz.value(0));
                if (met && first) {
                    unsettled = EXPLORED;
                }
                first = false;
                double[] rival = met ? rival(ritz) : new double[0];
                if (spent || met && unsettled == 0 && rival.length == 0) {
                    EigenResult result = result(ritz);
                    if (spent || result.converged() || best.isPresent()
                            && result.residual() > best.get().residual() / 2) {
                        return best.filter(b -> b.residual() < result.residual()).orElse(result)
                                .after(products.count());
                    }
                    best = Optional.of(result);
                }
                if (basis.size() >= MAX_BASIS) {
                    basis.restart(ritz, KEPT);
                }
                expand(rival.length > 0 && unsettled == 0 && basis.orthonormalize(rival, 0)
                        ? rival
                        : direction(ritz, r));
            }
        }

        private boolean stalled(double norm, double lambda) {
            if (norm < least / 2) {
                least = norm;
                leastAt = products.count();
            }
            return least < FINE * Math.abs(lambda) && products.count() - leastAt > STALLED;
        }

        /** The second Ritz pair's residual where that pair is near and might yet grow beyond the first; else empty. */
        private double[] rival(RitzPairs ritz) {
            if (ritz.size() > 1) {
                double first = options.target().key(ritz.value(0));
                double second = options.target().key(ritz.value(1));
                double[] r = basis.residual(ritz, 1);
                if (first - second <= (1 - NEAR) * Math.abs(first) && second + Vectors.norm(r) > first) {
                    return r;
                }
            }
            return new double[0];
        }

        /** The top eigenvector of B, and the second where the two are near; or the start vector that was given. */
        private void begin() {
            double[] start = options.startVector(products.size());
            if (options.start() != null) {
                expand(start);
                return;
            }
            RitzBasis b = new RitzBasis(products.size());
            b.add(start, cheap.apply(start));
            RitzPairs ritz = b.ritz(options.target());
            double[] r = b.residual(ritz, 0);
            while (b.size() < START_STEPS && open(b, ritz, r) && b.orthonormalize(r, 0)) {
                b.add(r, cheap.apply(r));
                ritz = b.ritz(options.target());
                r = b.residual(ritz, 0);
            }
            double[] first = b.vector(ritz, 0);
            Vectors.scale(first, 1 / Vectors.norm(first));
            expand(first);
            if (b.size() > 1 && products.count() < options.maxIterations() && near(b, ritz)) {
                double[] second = b.vector(ritz, 1);
                if (basis.orthonormalize(second, 0)) {
                    tell();
                    expand(second);
                }
            }
        }

        /** Whether B's top pair is not good enough yet, or too little is known of the second. */
        private static boolean open(RitzBasis b, RitzPairs ritz, double[] r) {
            double top = Math.abs(ritz.value(0));
            if (Vectors.norm(r) > START_TOLERANCE * top || b.size() < 2) {
                return true;
            }
            double error = Vectors.norm(b.residual(ritz, 1));
            return Math.abs(ritz.value(1)) < NEAR * top && near(b, ritz) && error > SECOND_TOLERANCE * top;
        }

        /** Whether B's second pair is near the first, as far as its residual tells. */
        private static boolean near(RitzBasis b, RitzPairs ritz) {
            double error = Vectors.norm(b.residual(ritz, 1));
            return Math.abs(ritz.value(1)) + error >= NEAR * Math.abs(ritz.value(0));
        }

        private void tell() {
            RitzPairs ritz = basis.ritz(options.target());
            options.listener().update(products.count(), ritz.value(0), Vectors.norm(basis.residual(ritz, 0)));
        }

        private void expand(double[] v) {
            basis.add(v, products.apply(v));
            unsettled = Math.max(0, unsettled - 1);
        }

        /** The next unit vector to search, orthogonal to the basis. */
        private double[] direction(RitzPairs ritz, double[] r) {
            double least = 1e-14 * Math.abs(ritz.value(0));
            if (unsettled > 0) {
                double[] w = basis.lastProduct();
                return unsettled < EXPLORED && basis.orthonormalize(w, 0) ? w : fresh();
            }
            if (!failed && failures < MOST_FAILURES) {
                double[] t = model(r);
                if (basis.orthonormalize(t, least)) {
                    return t;
                }
            }
            if (basis.orthonormalize(r, least)) {
                return r;
            }
            unsettled = EXPLORED;
            return fresh();
        }

        private double[] fresh() {
            while (true) {
                freshes++;
                double[] v = Vectors.gaussian(products.size(), options.seed() + freshes * 0x9E3779B97F4A7C15L);
                if (basis.orthonormalize(v, 0)) {
                    return v;
                }
            }
        }

        /** The top Ritz vector of M, from the basis, where M is A, and a few Krylov directions outside it. */
        private double[] model(double[] residual) {
            RitzBasis m = basis.copy();
            double goal = MODEL_REDUCTION * Vectors.norm(residual);
            double[] r = residual.clone();
            RitzPairs ritz = m.ritz(options.target());
            for (int i = 0; i < MODEL_STEPS && Vectors.norm(r) > goal && !m.complete() && m.orthonormalize(r, 0); i++) {
                double[] w = cheap.apply(r);
                basis.project(w);
                basis.addCoupling(r, w);
                m.add(r, w);
                ritz = m.ritz(options.target());
                r = m.residual(ritz, 0);
            }
            return m.vector(ritz, 0);
        }

        private EigenResult result(RitzPairs ritz) {
            double[] v = basis.vector(ritz, 0);
            double[] w = basis.product(ritz, 0);
            double norm = Vectors.norm(v);
            Vectors.scale(v, 1 / norm);
            Vectors.scale(w, 1 / norm);
            double rounding = basis.size() > 1 ? basis.rounding() : Double.NaN;
            EigenResult unchecked = products.pair(v, w, rounding, Math.abs(ritz.value(0)), options);
            boolean clean = unchecked.converged() && rounding < CLEAN * unchecked.residual()
                    && unchecked.residual() > FINE * Math.abs(unchecked.eigenvalue());
            if (clean || products.count() >= options.maxIterations()) {
                return unchecked;
            }
            double[] again = products.apply(v);
            return products.pair(v, again, Vectors.residual(again, 1, w), Math.abs(ritz.value(0)), options);
        }
    }
}
