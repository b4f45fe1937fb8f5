package dev.goshawk.operator;

import dev.goshawk.tensor.ShapeMismatchException;
import java.util.Arrays;

/** Operators made of others. */
final class OperatorAlgebra {
    /** Rows of the largest matrix that is written out: 800 MB. */
    static final int MOST_DENSE = 10_000;

    private OperatorAlgebra() {
    }

    static LinearOperator sum(LinearOperator a, LinearOperator b) {
        if (a.size() != b.size()) {
            throw new ShapeMismatchException(
                    "operator sum: expected operators of one size, got " + a.size() + " and " + b.size());
        }
        return new Sum(a, b, new double[a.size()]);
    }

    static LinearOperator affine(LinearOperator a, double factor, double shift) {
        if (!Double.isFinite(factor) || !Double.isFinite(shift)) {
            throw new IllegalArgumentException(
                    "operator: expected a finite number, got " + (Double.isFinite(factor) ? shift : factor));
        }
        return new Affine(a, factor, shift);
    }

    static LinearOperator restriction(LinearOperator a, int[] indices) {
        boolean[] seen = new boolean[a.size()];
        for (int i : indices) {
            if (i < 0 || i >= seen.length || seen[i]) {
                throw new IllegalArgumentException("operator restriction: expected distinct indices in [0, "
                        + seen.length + "), got " + i + (i >= 0 && i < seen.length ? " twice" : ""));
            }
            seen[i] = true;
        }
        return new Restriction(a, indices.clone(), new double[a.size()], new double[a.size()]);
    }

    static LinearOperator dense(double[][] rows) {
        for (double[] row : rows) {
            if (row.length != rows.length) {
                throw new ShapeMismatchException(
                        "dense operator: expected a square matrix, got " + rows.length + " rows, one of length "
                                + row.length);
            }
        }
        return new Dense(rows);
    }

    static double[][] toDense(LinearOperator a) {
        int n = a.size();
        if (n > MOST_DENSE) {
            throw new IllegalArgumentException("dense matrix of an operator: expected at most " + MOST_DENSE
                    + " rows, the operator has " + n + ": ask for its spectrum, diagonal or trace instead");
        }
        double[][] rows = new double[n][n];
        double[] unit = new double[n];
        double[] column = new double[n];
        for (int j = 0; j < n; j++) {
            unit[j] = 1;
            a.apply(unit, column);
            unit[j] = 0;
            for (int i = 0; i < n; i++) {
                rows[i][j] = column[i];
            }
        }
        return rows;
    }

    @SuppressWarnings("ArrayRecordComponent") // memory of the operator's own, never compared
    private record Sum(LinearOperator a, LinearOperator b, double[] part) implements LinearOperator {
        @Override
        public int size() {
            return a.size();
        }

        @Override
        public void apply(double[] v, double[] out) {
            a.apply(v, out);
            b.apply(v, part);
            for (int i = 0; i < out.length; i++) {
                out[i] += part[i];
            }
        }
    }

    /** factor A + shift I. */
    private record Affine(LinearOperator a, double factor, double shift) implements LinearOperator {
        @Override
        public int size() {
            return a.size();
        }

        @Override
        public void apply(double[] v, double[] out) {
            a.apply(v, out);
            for (int i = 0; i < out.length; i++) {
                out[i] = factor * out[i] + shift * v[i];
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // memory of the operator's own, never compared
    private record Restriction(LinearOperator a, int[] indices, double[] whole, double[] product)
            implements
                LinearOperator {
        @Override
        public int size() {
            return indices.length;
        }

        @Override
        public void apply(double[] v, double[] out) {
            Arrays.fill(whole, 0);
            for (int i = 0; i < indices.length; i++) {
                whole[indices[i]] = v[i];
            }
            a.apply(whole, product);
            for (int i = 0; i < indices.length; i++) {
                out[i] = product[indices[i]];
            }
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // the caller's matrix, never compared
    private record Dense(double[][] rows) implements LinearOperator {
        @Override
        public int size() {
            return rows.length;
        }

        @Override
        public void apply(double[] v, double[] out) {
            for (int i = 0; i < rows.length; i++) {
                double sum = 0;
                for (int j = 0; j < v.length; j++) {
                    sum += rows[i][j] * v[j];
                }
                out[i] = sum;
            }
        }
    }
}
