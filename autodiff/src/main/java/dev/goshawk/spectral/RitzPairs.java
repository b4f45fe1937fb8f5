package dev.goshawk.spectral;

import dev.goshawk.spectral.dense.SymmetricEigen;
import java.util.Arrays;
import java.util.Comparator;

/** The eigenpairs of a small projected matrix, best first, with their residual estimates. */
final class RitzPairs {
    private final double[] values;
    private final double[][] vectors;
    private final double beta;

    private RitzPairs(double[] values, double[][] vectors, double beta) {
        this.values = values;
        this.vectors = vectors;
        this.beta = beta;
    }

    /**
     * Solves the eigenproblem of the leading n by n part of a symmetric matrix.
     *
     * @param beta norm of the residual of the last basis vector
     */
    static RitzPairs of(double[][] projected, int n, double beta, Target target) {
        SymmetricEigen eigen = SymmetricEigen.of(projected, n);
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> -target.key(eigen.value(i))));
        double[] values = new double[n];
        double[][] vectors = new double[n][n];
        for (int i = 0; i < n; i++) {
            int column = order[i];
            values[i] = eigen.value(column);
            for (int row = 0; row < n; row++) {
                vectors[i][row] = eigen.vector(row, column);
            }
        }
        return new RitzPairs(values, vectors, beta);
    }

    int size() {
        return values.length;
    }

    double value(int i) {
        return values[i];
    }

    /** Coordinates of Ritz vector {@code i} in the basis. */
    double[] vector(int i) {
        return vectors[i];
    }

    /** beta |s_last|, which equals ||Av - theta v|| in exact arithmetic. */
    double estimate(int i) {
        return beta * Math.abs(vectors[i][values.length - 1]);
    }

    /** The largest {@link #estimate} of the first k pairs. */
    double largestEstimate(int k) {
        double largest = 0;
        for (int i = 0; i < Math.min(k, size()); i++) {
            largest = Math.max(largest, estimate(i));
        }
        return largest;
    }

    /** The largest magnitude among the values. */
    double norm() {
        double norm = 0;
        for (double v : values) {
            norm = Math.max(norm, Math.abs(v));
        }
        return norm;
    }

    /** Whether the estimates of the first k pairs meet a relative tolerance, see {@link Target#isMet}. */
    boolean within(int k, double tolerance, Target target) {
        for (int i = 0; i < k; i++) {
            if (!target.isMet(estimate(i), tolerance, values[i], norm())) {
                return false;
            }
        }
        return true;
    }
}
