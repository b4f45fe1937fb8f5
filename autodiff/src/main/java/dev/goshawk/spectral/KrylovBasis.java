package dev.goshawk.spectral;

import dev.goshawk.spectral.dense.Vectors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An orthonormal basis V with the projected matrix V'AV and the residual direction that extends it. All coefficients of
 * the orthogonalisation are kept, so that the arrow shape after a thick restart needs no case of its own.
 */
final class KrylovBasis {
    /** Directions explored past an invariant subspace before a convergence test is believed again. */
    private static final int EXPLORE = 5;

    private final Products products;
    private final List<double[]> vectors = new ArrayList<>();
    private final long seed;
    private double[][] projected = new double[8][8];
    private double @Nullable [] next;
    private double beta;
    private double scale;
    private int breakdowns;
    private int unsettled;

    KrylovBasis(Products products, double[] start, long seed) {
        this.products = products;
        this.seed = seed;
        this.next = start;
    }

    Products products() {
        return products;
    }

    int size() {
        return vectors.size();
    }

    /** Whether the basis spans the whole space, so that the Ritz pairs are the eigenpairs. */
    boolean complete() {
        return vectors.size() == products.size();
    }

    /** False while the directions just outside an invariant subspace are being explored. */
    boolean settled() {
        return unsettled == 0 || complete();
    }

    RitzPairs ritz(Target target) {
        return RitzPairs.of(projected, vectors.size(), beta, target);
    }

    /** Adds one vector and its product. */
    void expand() {
        double[] v = next == null ? fresh() : next;
        vectors.add(v);
        int n = vectors.size();
        grow(n);
        double[] w = products.apply(v);
        scale = Math.max(scale, Vectors.norm(w));
        double[] h = orthogonalize(w);
        for (int i = 0; i < n; i++) {
            projected[i][n - 1] = h[i];
            projected[n - 1][i] = h[i];
        }
        beta = Vectors.norm(w);
        unsettled = Math.max(0, unsettled - 1);
        // below this the remainder is rounding error of the projection, not a direction
        if (beta <= 1e-14 * scale || n == products.size()) {
            beta = 0;
            next = null;
            unsettled = breakdowns == 0 ? EXPLORE : unsettled;
        } else {
            Vectors.scale(w, 1 / beta);
            next = w;
        }
    }

    /** A random direction outside the span, for a Krylov space that has closed early. */
    private double[] fresh() {
        breakdowns++;
        double[] v = Vectors.gaussian(products.size(), seed + breakdowns * 0x9E3779B97F4A7C15L);
        for (int pass = 0; pass < 2; pass++) {
            Vectors.scale(v, 1 / Vectors.norm(v));
            orthogonalize(v);
        }
        Vectors.scale(v, 1 / Vectors.norm(v));
        return v;
    }

    /** Removes the span from w in two passes; returns the sum of the removed coefficients. */
    private double[] orthogonalize(double[] w) {
        double[] h = new double[vectors.size()];
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < h.length; i++) {
                double c = Vectors.dot(vectors.get(i), w);
                Vectors.axpy(-c, vectors.get(i), w);
                h[i] += c;
            }
        }
        return h;
    }

    /** Keeps the first {@code keep} Ritz vectors, rotated in place; the residual direction stays the next one. */
    void restart(RitzPairs ritz, int keep) {
        int old = vectors.size();
        int kept = Math.max(1, Math.min(keep, old - 1));
        double[] row = new double[old];
        for (int e = 0; e < products.size(); e++) {
            for (int j = 0; j < old; j++) {
                row[j] = vectors.get(j)[e];
            }
            for (int i = 0; i < kept; i++) {
                vectors.get(i)[e] = Vectors.dot(ritz.vector(i), row);
            }
        }
        vectors.subList(kept, old).clear();
        for (int i = 0; i < kept; i++) {
            for (int j = 0; j < kept; j++) {
                projected[i][j] = i == j ? ritz.value(i) : 0;
            }
        }
    }

    /** The unit Ritz vector {@code i} in the full space. */
    double[] combine(RitzPairs ritz, int i) {
        double[] s = ritz.vector(i);
        double[] v = new double[products.size()];
        for (int j = 0; j < s.length; j++) {
            Vectors.axpy(s[j], vectors.get(j), v);
        }
        Vectors.scale(v, 1 / Vectors.norm(v));
        return v;
    }

    /**
     * How far a product is from what the basis says of it: A V s = theta V s + beta s_last v_next.
     *
     * @param v Ritz vector {@code i}, from {@link #combine}
     * @param w its product
     */
    double defect(RitzPairs ritz, int i, double[] v, double[] w) {
        double[] d = w.clone();
        Vectors.axpy(-ritz.value(i), v, d);
        if (next != null) {
            Vectors.axpy(-beta * ritz.vector(i)[ritz.size() - 1], next, d);
        }
        return Vectors.norm(d);
    }

    private void grow(int n) {
        if (n > projected.length) {
            double[][] larger = new double[2 * n][2 * n];
            for (int i = 0; i < projected.length; i++) {
                System.arraycopy(projected[i], 0, larger[i], 0, projected.length);
            }
            projected = larger;
        }
    }
}
