package dev.goshawk.spectral;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.dense.Vectors;
import java.util.Random;

/** Operators with known spectra. */
public final class Matrices {
    private Matrices() {
    }

    public static LinearOperator diagonal(double... d) {
        return operator(d.length, (v, out) -> {
            for (int i = 0; i < d.length; i++) {
                out[i] = d[i] * v[i];
            }
        });
    }

    /** tridiag(-1, 2, -1), eigenvalues 2 - 2 cos(k pi / (n + 1)). */
    public static LinearOperator laplacian(int n) {
        return operator(n, (v, out) -> {
            for (int i = 0; i < n; i++) {
                out[i] = 2 * v[i] - (i > 0 ? v[i - 1] : 0) - (i < n - 1 ? v[i + 1] : 0);
            }
        });
    }

    public static LinearOperator dense(double[][] a) {
        return operator(a.length, (v, out) -> {
            for (int i = 0; i < a.length; i++) {
                out[i] = Vectors.dot(a[i], v);
            }
        });
    }

    /** An operator whose products are rounded to float32. */
    public static LinearOperator rounded(LinearOperator exact) {
        return operator(exact.size(), (v, out) -> {
            exact.apply(v, out);
            for (int i = 0; i < out.length; i++) {
                out[i] = (float) out[i];
            }
        });
    }

    /** An operator whose products have an error of a share of their norm, in a direction that any change of the vector changes. */
    public static LinearOperator noisy(LinearOperator exact, double share) {
        return operator(exact.size(), (v, out) -> {
            exact.apply(v, out);
            double[] error = Vectors.gaussian(out.length, java.util.Arrays.hashCode(v));
            double size = share * Vectors.norm(out) / Vectors.norm(error);
            Vectors.axpy(size, error, out);
        });
    }

    public static double[][] symmetric(int n, long seed) {
        Random random = new Random(seed);
        double[][] a = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                a[i][j] = random.nextGaussian();
                a[j][i] = a[i][j];
            }
        }
        return a;
    }

    /** ||Av - lambda v|| computed apart from the solvers. */
    public static double residual(LinearOperator a, EigenResult r) {
        double[] w = new double[a.size()];
        a.apply(r.eigenvector(), w);
        double sum = 0;
        for (int i = 0; i < w.length; i++) {
            double d = w[i] - r.eigenvalue() * r.eigenvector()[i];
            sum += d * d;
        }
        return Math.sqrt(sum);
    }

    public static LinearOperator operator(int n, Product product) {
        return new LinearOperator() {
            @Override
            public int size() {
                return n;
            }

            @Override
            public void apply(double[] v, double[] out) {
                product.apply(v, out);
            }
        };
    }

    public interface Product {
        void apply(double[] v, double[] out);
    }
}
