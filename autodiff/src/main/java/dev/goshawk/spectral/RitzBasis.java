package dev.goshawk.spectral;

import dev.goshawk.spectral.dense.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An orthonormal basis V with its products W = AV and V'W, from which a Ritz vector's residual follows without a product. */
final class RitzBasis {
    private final int size;
    private final List<double[]> vectors = new ArrayList<>();
    private final List<double[]> products = new ArrayList<>();
    private double[][] projected = new double[8][8];
    private double asymmetry;

    RitzBasis(int size) {
        this.size = size;
    }

    /** A basis that starts with the same vectors, which are shared, and grows by itself. */
    RitzBasis copy() {
        RitzBasis copy = new RitzBasis(size);
        copy.vectors.addAll(vectors);
        copy.products.addAll(products);
        copy.projected = new double[projected.length][];
        Arrays.setAll(copy.projected, i -> projected[i].clone());
        return copy;
    }

    int size() {
        return vectors.size();
    }

    /**
     * The largest |u'Av - v'Au| seen, times the square root of the size: about the norm of the products' error, if that points anywhere.
     * 0 of a single vector.
     */
    double rounding() {
        return asymmetry * Math.sqrt(size);
    }

    boolean complete() {
        return vectors.size() == size;
    }

    /** Removes the span from t, in two passes, and scales the rest to norm 1; false if the rest is only rounding. */
    boolean orthonormalize(double[] t, double least) {
        for (int pass = 0; pass < 2; pass++) {
            double norm = Vectors.norm(t);
            if (!(norm > least)) {
                return false;
            }
            Vectors.scale(t, 1 / norm);
            project(t);
            least = 1e-12;
        }
        double norm = Vectors.norm(t);
        if (!(norm > 0.5)) {
            return false;
        }
        Vectors.scale(t, 1 / norm);
        return true;
    }

    /** Removes the span from t. */
    void project(double[] t) {
        for (double[] v : vectors) {
            Vectors.axpy(-Vectors.dot(v, t), v, t);
        }
    }

    /** Adds V W'x: for an x outside the span the part of Ax that lies in it. */
    void addCoupling(double[] x, double[] to) {
        for (int i = 0; i < vectors.size(); i++) {
            Vectors.axpy(Vectors.dot(products.get(i), x), vectors.get(i), to);
        }
    }

    /** Adds a unit vector orthogonal to all others, and its product. */
    void add(double[] v, double[] w) {
        vectors.add(v);
        products.add(w);
        grow();
        int last = vectors.size() - 1;
        for (int i = 0; i <= last; i++) {
            double h = Vectors.dot(vectors.get(i), w);
            asymmetry = Math.max(asymmetry, Math.abs(h - Vectors.dot(v, products.get(i))));
            projected[i][last] = h;
            projected[last][i] = h;
        }
    }

    RitzPairs ritz(Target target) {
        return RitzPairs.of(projected, vectors.size(), 0, target);
    }

    /** The Ritz vector {@code i}. */
    double[] vector(RitzPairs ritz, int i) {
        return combine(vectors, ritz.vector(i));
    }

    /** The product of Ritz vector {@code i}, from the basis' products. */
    double[] product(RitzPairs ritz, int i) {
        return combine(products, ritz.vector(i));
    }

    /** The residual A u - theta u of Ritz vector {@code i}. */
    double[] residual(RitzPairs ritz, int i) {
        double[] r = product(ritz, i);
        Vectors.axpy(-ritz.value(i), vector(ritz, i), r);
        return r;
    }

    /** A copy of the last vector's product. */
    double[] lastProduct() {
        return products.getLast().clone();
    }

    private double[] combine(List<double[]> of, double[] s) {
        double[] sum = new double[size];
        for (int j = 0; j < s.length; j++) {
            Vectors.axpy(s[j], of.get(j), sum);
        }
        return sum;
    }

    /** Keeps the first {@code keep} Ritz vectors. */
    void restart(RitzPairs ritz, int keep) {
        int kept = Math.min(keep, vectors.size());
        rotate(vectors, ritz, kept);
        rotate(products, ritz, kept);
        for (int i = 0; i < kept; i++) {
            Arrays.fill(projected[i], 0, kept, 0);
            projected[i][i] = ritz.value(i);
        }
    }

    private void rotate(List<double[]> list, RitzPairs ritz, int kept) {
        double[] row = new double[list.size()];
        for (int e = 0; e < size; e++) {
            for (int j = 0; j < row.length; j++) {
                row[j] = list.get(j)[e];
            }
            for (int i = 0; i < kept; i++) {
                list.get(i)[e] = Vectors.dot(ritz.vector(i), row);
            }
        }
        list.subList(kept, list.size()).clear();
    }

    private void grow() {
        if (vectors.size() > projected.length) {
            double[][] larger = new double[2 * projected.length][2 * projected.length];
            for (int i = 0; i < projected.length; i++) {
                System.arraycopy(projected[i], 0, larger[i], 0, projected.length);
            }
            projected = larger;
        }
    }
}
