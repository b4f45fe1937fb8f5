package dev.goshawk.spectral.estimate;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.NonFiniteProductException;
import dev.goshawk.spectral.Products;
import dev.goshawk.spectral.ProgressListener;
import dev.goshawk.spectral.dense.SymmetricEigen;
import dev.goshawk.spectral.dense.Vectors;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/**
 * Stochastic Lanczos quadrature of a symmetric operator (Golub and Meurant 1994; Ubaru, Chen and Saad, SIAM J. Matrix Anal. Appl. 38,
 * 2017). For a random sign vector z, m Lanczos steps from z / ||z|| give a tridiagonal T; its eigenvalues theta_j and the squared first
 * entries w_j of its eigenvectors are Gauss' quadrature for the spectrum as z sees it,
 * <pre>z' f(A) z  ~  n sum_j w_j f(theta_j),    tr f(A) = E z' f(A) z,</pre>
 * exact for polynomials f of degree 2m - 1. Every vector is orthogonalized twice against all before it, so no value is counted twice.
 *
 * <p>Products: {@code probes * steps}, fewer where a Krylov space closes, which makes that probe exact. Memory: {@code steps + 2} vectors.
 */
public final class LanczosQuadrature {
    /**
     * The quadrature of one probe.
     *
     * @param nodes in no order
     * @param weights at least 0, of sum 1
     */
    @SuppressWarnings("ArrayRecordComponent") // results are not compared or hashed
    record Rule(double[] nodes, double[] weights) {
        double sum(DoubleUnaryOperator f) {
            double sum = 0;
            for (int i = 0; i < nodes.length; i++) {
                sum += weights[i] * f.applyAsDouble(nodes[i]);
            }
            return sum;
        }
    }

    private final int size;
    private final int products;
    private final long seed;
    private final List<Rule> rules;
    private final List<Rule> shorter;

    private LanczosQuadrature(int size, int products, long seed, List<Rule> rules, List<Rule> shorter) {
        this.size = size;
        this.products = products;
        this.seed = seed;
        this.rules = rules;
        this.shorter = shorter;
    }

    /**
     * Runs the probes.
     *
     * @param seed of the random vectors
     * @param probes independent random vectors, at least 2: standard errors come from their spread
     * @param steps Lanczos steps for each, at least 4
     * @param listener told after each product of the products so far, the last diagonal entry of T and the length of what is left
     * @throws NonFiniteProductException if a product holds a NaN or an infinity
     */
    public static LanczosQuadrature of(LinearOperator operator, long seed, int probes, int steps,
            ProgressListener listener) {
        if (probes < 2 || steps < 4) {
            throw new IllegalArgumentException(
                    "lanczos quadrature: expected at least 2 probes and 4 steps, got " + probes
                            + " and " + steps);
        }
        Products products = new Products("lanczos quadrature", operator);
        SplittableRandom random = new SplittableRandom(seed);
        List<Rule> rules = new ArrayList<>();
        List<Rule> shorter = new ArrayList<>();
        for (int i = 0; i < probes; i++) {
            double[] z = new double[products.size()];
            Vectors.rademacher(z, random);
            Vectors.scale(z, 1 / Math.sqrt(z.length));
            double[][] t = tridiagonal(products, z, steps, listener);
            rules.add(rule(t, t.length));
            // a closed Krylov space is exact; otherwise a quarter of the steps less shows what the last ones changed
            shorter.add(t.length < steps ? rules.getLast() : rule(t, t.length - Math.max(1, t.length / 4)));
        }
        return new LanczosQuadrature(products.size(), products.count(), seed, List.copyOf(rules), List.copyOf(shorter));
    }

    /** As {@link #of(LinearOperator, long, int, int, ProgressListener)} with nobody listening. */
    public static LanczosQuadrature of(LinearOperator operator, long seed, int probes, int steps) {
        return of(operator, seed, probes, steps, ProgressListener.NONE);
    }

    private static double[][] tridiagonal(Products products, double[] start, int steps, ProgressListener listener) {
        int most = Math.min(steps, products.size());
        double[][] t = new double[most][most];
        List<double[]> basis = new ArrayList<>();
        double[] v = start;
        double scale = 0;
        for (int j = 0; j < most; j++) {
            basis.add(v);
            double[] w = products.apply(v);
            scale = Math.max(scale, Vectors.norm(w));
            t[j][j] = orthogonalize(basis, w) + orthogonalize(basis, w);
            double beta = Vectors.norm(w);
            listener.update(products.count(), t[j][j], beta);
            if (beta <= 1e-14 * scale) {
                return leading(t, j + 1);
            }
            if (j + 1 < most) {
                t[j][j + 1] = beta;
                t[j + 1][j] = beta;
                Vectors.scale(w, 1 / beta);
                v = w;
            }
        }
        return t;
    }

    /** Removes the basis from w; returns the coefficient of its last vector. */
    private static double orthogonalize(List<double[]> basis, double[] w) {
        double last = 0;
        for (double[] q : basis) {
            last = Vectors.dot(q, w);
            Vectors.axpy(-last, q, w);
        }
        return last;
    }

    private static double[][] leading(double[][] t, int n) {
        double[][] part = new double[n][n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(t[i], 0, part[i], 0, n);
        }
        return part;
    }

    private static Rule rule(double[][] t, int n) {
        SymmetricEigen eigen = SymmetricEigen.of(t, n);
        double[] nodes = new double[n];
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) {
            nodes[i] = eigen.value(i);
            weights[i] = eigen.vector(0, i) * eigen.vector(0, i);
        }
        return new Rule(nodes, weights);
    }

    /**
     * tr f(A), such as a log-determinant or an effective dimension.
     *
     * @param f finite on the whole spectrum
     * @param tolerance 0 or greater; converged means that both the standard error and the change by the last quarter of the steps are at
     *     most {@code tolerance * |value|}
     */
    public Estimate trace(DoubleUnaryOperator f, double tolerance) {
        RunningMean mean = new RunningMean();
        RunningMean before = new RunningMean();
        for (int i = 0; i < rules.size(); i++) {
            mean.add(size * rules.get(i).sum(f));
            before.add(size * shorter.get(i).sum(f));
        }
        Estimate e = mean.estimate(products, tolerance, seed);
        boolean settled = Math.abs(mean.mean() - before.mean()) <= tolerance * Math.abs(mean.mean());
        return new Estimate(e.value(), e.standardError(), e.draws(), products, e.converged() && settled, seed);
    }

    /**
     * A power moment of the spectrum scaled to [-1, 1]: tr (A / ||A||)^k / n, with {@link #norm()} for ||A||; exact but for the choice of
     * probes while k is at most {@code 2 steps - 1}.
     *
     * @param power k, at least 1
     */
    public Estimate moment(int power) {
        double norm = norm();
        RunningMean mean = new RunningMean();
        for (Rule r : rules) {
            mean.add(norm == 0 ? 0 : r.sum(x -> Math.pow(x / norm, power)));
        }
        return mean.estimate(products, Double.POSITIVE_INFINITY, seed);
    }

    /** The largest node in magnitude: ||A|| from below, near it after a few dozen steps. */
    public double norm() {
        Interval range = range();
        return Math.max(Math.abs(range.low()), Math.abs(range.high()));
    }

    /** Smallest to largest node; the spectrum reaches at least so far. */
    public Interval range() {
        return range(rules);
    }

    /** The same after a quarter of the steps less. */
    Interval shorterRange() {
        return range(shorter);
    }

    private static Interval range(List<Rule> rules) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Rule r : rules) {
            for (double x : r.nodes) {
                low = Math.min(low, x);
                high = Math.max(high, x);
            }
        }
        return new Interval(low, high);
    }

    /** The operator's size. */
    public int size() {
        return size;
    }

    /** Operator products spent. */
    public int products() {
        return products;
    }

    long seed() {
        return seed;
    }

    List<Rule> rules() {
        return rules;
    }

    /** The same probes with a quarter of the steps less. */
    List<Rule> shorter() {
        return shorter;
    }
}
