package dev.goshawk.spectral.dense;

/**
 * All eigenpairs of a small dense symmetric matrix: Householder's reduction to tridiagonal form, then implicit QL iterations (EISPACK's
 * tred2 and tql2; Wilkinson and Reinsch, Handbook for Automatic Computation II, 1971). O(n^3) arithmetic, backward stable.
 */
public final class SymmetricEigen {
    private static final int MOST_SWEEPS = 60;

    private final int n;
    private final double[][] vectors;
    private final double[] values;
    private final double[] off;

    private SymmetricEigen(double[][] a, int n) {
        this.n = n;
        this.vectors = new double[n][n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(a[i], 0, vectors[i], 0, n);
        }
        this.values = new double[n];
        this.off = new double[n];
    }

    /**
     * Decomposes the leading n by n part of a symmetric matrix, which is not changed.
     *
     * @throws ArithmeticException if the iteration does not converge, as for entries that are not finite
     */
    public static SymmetricEigen of(double[][] a, int n) {
        SymmetricEigen eigen = new SymmetricEigen(a, n);
        eigen.tridiagonalize();
        eigen.accumulate();
        eigen.diagonalize();
        return eigen;
    }

    /** Eigenvalue {@code i}, in no order. */
    public double value(int i) {
        return values[i];
    }

    /** Entry {@code row} of the unit eigenvector {@code i}. */
    public double vector(int row, int i) {
        return vectors[row][i];
    }

    private void tridiagonalize() {
        System.arraycopy(vectors[n - 1], 0, values, 0, n);
        for (int i = n - 1; i > 0; i--) {
            double scale = 0;
            for (int k = 0; k < i; k++) {
                scale += Math.abs(values[k]);
            }
            if (scale == 0) {
                off[i] = values[i - 1];
                for (int j = 0; j < i; j++) {
                    values[j] = vectors[i - 1][j];
                    vectors[i][j] = 0;
                    vectors[j][i] = 0;
                }
                values[i] = 0;
            } else {
                values[i] = reflect(i, scale);
            }
        }
    }

    /** One Householder reflection of the leading i by i part; returns h = u'u / 2. */
    private double reflect(int i, double scale) {
        double h = 0;
        for (int k = 0; k < i; k++) {
            values[k] /= scale;
            h += values[k] * values[k];
        }
        double f = values[i - 1];
        double g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
        off[i] = scale * g;
        h -= f * g;
        values[i - 1] = f - g;
        for (int j = 0; j < i; j++) {
            off[j] = 0;
        }
        for (int j = 0; j < i; j++) {
            f = values[j];
            vectors[j][i] = f;
            g = off[j] + vectors[j][j] * f;
            for (int k = j + 1; k < i; k++) {
                g += vectors[k][j] * values[k];
                off[k] += vectors[k][j] * f;
            }
            off[j] = g;
        }
        f = 0;
        for (int j = 0; j < i; j++) {
            off[j] /= h;
            f += off[j] * values[j];
        }
        double hh = f / (h + h);
        for (int j = 0; j < i; j++) {
            off[j] -= hh * values[j];
        }
        for (int j = 0; j < i; j++) {
            f = values[j];
            g = off[j];
            for (int k = j; k < i; k++) {
                vectors[k][j] -= f * off[k] + g * values[k];
            }
            values[j] = vectors[i - 1][j];
            vectors[i][j] = 0;
        }
        return h;
    }

    /** The product of the reflections. */
    private void accumulate() {
        for (int i = 0; i < n - 1; i++) {
            vectors[n - 1][i] = vectors[i][i];
            vectors[i][i] = 1;
            double h = values[i + 1];
            if (h != 0) {
                for (int k = 0; k <= i; k++) {
                    values[k] = vectors[k][i + 1] / h;
                }
                for (int j = 0; j <= i; j++) {
                    double g = 0;
                    for (int k = 0; k <= i; k++) {
                        g += vectors[k][i + 1] * vectors[k][j];
                    }
                    for (int k = 0; k <= i; k++) {
                        vectors[k][j] -= g * values[k];
                    }
                }
            }
            for (int k = 0; k <= i; k++) {
                vectors[k][i + 1] = 0;
            }
        }
        for (int j = 0; j < n; j++) {
            values[j] = vectors[n - 1][j];
            vectors[n - 1][j] = 0;
        }
        vectors[n - 1][n - 1] = 1;
        off[0] = 0;
    }

    private void diagonalize() {
        System.arraycopy(off, 1, off, 0, n - 1);
        off[n - 1] = 0;
        double shift = 0;
        double largest = 0;
        double epsilon = Math.ulp(1.0);
        for (int l = 0; l < n; l++) {
            largest = Math.max(largest, Math.abs(values[l]) + Math.abs(off[l]));
            int m = l;
            while (m < n - 1 && Math.abs(off[m]) > epsilon * largest) {
                m++;
            }
            for (int sweep = 0; m > l && (sweep == 0 || Math.abs(off[l]) > epsilon * largest); sweep++) {
                if (sweep == MOST_SWEEPS) {
                    throw new ArithmeticException("symmetric eigenproblem: no convergence for the " + n + " by " + n
                            + " matrix after " + sweep + " sweeps");
                }
                shift += shift(l);
                sweep(l, m);
            }
            if (Double.isNaN(values[l]) || Double.isNaN(off[l])) {
                throw new ArithmeticException("symmetric eigenproblem: expected finite entries in the " + n + " by " + n
                        + " matrix, got NaN");
            }
            values[l] += shift;
            off[l] = 0;
        }
    }

    /** Subtracts an implicit shift from all values that are still sought, and returns it. */
    private double shift(int l) {
        double g = values[l];
        double p = (values[l + 1] - g) / (2 * off[l]);
        double r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
        values[l] = off[l] / (p + r);
        values[l + 1] = off[l] * (p + r);
        double h = g - values[l];
        for (int i = l + 2; i < n; i++) {
            values[i] -= h;
        }
        return h;
    }

    /** One implicit QL sweep over rows l to m. */
    private void sweep(int l, int m) {
        double next = values[l + 1];
        double p = values[m];
        double c = 1;
        double c2 = c;
        double c3 = c;
        double el1 = off[l + 1];
        double s = 0;
        double s2 = 0;
        for (int i = m - 1; i >= l; i--) {
            c3 = c2;
            c2 = c;
            s2 = s;
            double g = c * off[i];
            double h = c * p;
            double r = Math.hypot(p, off[i]);
            off[i + 1] = s * r;
            s = off[i] / r;
            c = p / r;
            p = c * values[i] - s * g;
            values[i + 1] = h + s * (c * g + s * values[i]);
            for (int k = 0; k < n; k++) {
                double v = vectors[k][i + 1];
                vectors[k][i + 1] = s * vectors[k][i] + c * v;
                vectors[k][i] = c * vectors[k][i] - s * v;
            }
        }
        p = -s * s2 * c3 * el1 * off[l] / next;
        off[l] = s * p;
        values[l] = c * p;
    }
}
