package dev.goshawk.autodiff.random;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.ScalarFunctions;
import java.util.Arrays;

/**
 * Arithmetic of truncated power series by their recurrences (Griewank and Walther, Evaluating Derivatives, 13.2). A series is the array of
 * its coefficients, the constant first.
 *
 * @param order of the last coefficient
 */
record PowerSeries(int order) {
    /** f(a). */
    double[] unary(Op.Unary.Function f, double[] a) {
        return switch (f) {
            case EXP -> exp(a);
            case EXPM1 -> with(exp(a), Math.expm1(a[0]));
            case LOG -> log(a, a[0], Math.log(a[0]));
            case LOG1P -> log(a, 1 + a[0], Math.log1p(a[0]));
            case SQRT -> sqrt(a);
            case RECIPROCAL -> quotient(with(new double[order + 1], 1), a);
            case TANH -> {
                // tanh(x) = 2 sigmoid(2 x) - 1
                double[] s = sigmoid(scaled(2, a));
                yield with(scaled(2, s), Math.tanh(a[0]));
            }
            case SIGMOID -> sigmoid(a);
            case SIGMOID_SLOPE -> slope(sigmoid(a), a[0]);
            case SOFTPLUS -> integral(sigmoid(a), a, ScalarFunctions.softplus(a[0]));
            case ERF -> integral(slope(a), a, ErrorFunction.erf(a[0]));
            case ERFC -> integral(scaled(-1, slope(a)), a, ErrorFunction.erfc(a[0]));
            case ERF_SLOPE -> slope(a);
            case SIN -> wave(a, 0);
            case COS -> wave(a, 1);
            case RELU -> a[0] > 0 ? a : new double[order + 1];
            case ABS -> scaled(Math.signum(a[0]), a);
        };
    }

    /** sin a (0) or cos a (1): s' = c a' and c' = -s a'. */
    private double[] wave(double[] a, int which) {
        double[][] y = new double[2][order + 1];
        y[0][0] = Math.sin(a[0]);
        y[1][0] = Math.cos(a[0]);
        for (int k = 1; k <= order; k++) {
            for (int j = 1; j <= k; j++) {
                y[0][k] += j * a[j] * y[1][k - j] / k;
                y[1][k] -= j * a[j] * y[0][k - j] / k;
            }
        }
        return y[which];
    }

    /** a^b: a product for a fixed whole exponent, else exp(b log a). */
    double[] power(double[] a, double[] b) {
        boolean fixed = Arrays.stream(b).skip(1).allMatch(x -> x == 0);
        if (fixed && b[0] >= 0 && Math.rint(b[0]) == b[0]) {
            double[] y = with(new double[order + 1], 1);
            for (int i = 0; i < b[0]; i++) {
                y = product(y, a);
            }
            return y;
        }
        return with(exp(product(b, log(a, a[0], Math.log(a[0])))), Math.pow(a[0], b[0]));
    }

    /** (D + log a)^byY b (b - 1) ... (b - byX + 1). */
    double[] factor(double[] a, double[] b, int byX, int byY) {
        double[][] q = new double[byY + 1][];
        q[0] = with(new double[order + 1], 1);
        for (int i = 1; i <= byY; i++) {
            q[i] = product(q[i - 1], log(a, a[0], Math.log(a[0])));
        }
        for (int k = 0; k < byX; k++) {
            for (int i = byY; i >= 0; i--) {
                double[] next = product(with(b, b[0] - k), q[i]);
                if (i > 0) {
                    plus(next, scaled(i, q[i - 1]));
                }
                q[i] = next;
            }
        }
        return q[byY];
    }

    /** a b. */
    double[] product(double[] a, double[] b) {
        double[] y = new double[order + 1];
        for (int k = 0; k <= order; k++) {
            for (int j = 0; j <= k; j++) {
                y[k] += a[j] * b[k - j];
            }
        }
        return y;
    }

    /** 2 / sqrt(pi) exp(-a^2). */
    private double[] slope(double[] a) {
        double[] minus = new double[order + 1];
        for (int k = 0; k <= order; k++) {
            for (int j = 0; j <= k; j++) {
                minus[k] -= a[j] * a[k - j];
            }
        }
        return with(scaled(ErrorFunction.STEEPEST, exp(minus)), ErrorFunction.slope(a[0]));
    }

    /** With another first coefficient; a copy. */
    static double[] with(double[] c, double first) {
        double[] out = c.clone();
        out[0] = first;
        return out;
    }

    /** Adds in place. */
    static void plus(double[] sum, double[] term) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += term[i];
        }
    }

    private static double[] scaled(double factor, double[] c) {
        return Arrays.stream(c).map(x -> factor * x).toArray();
    }

    /** The series of y with y' = w a' and a first coefficient. */
    private double[] integral(double[] w, double[] a, double first) {
        double[] y = new double[order + 1];
        y[0] = first;
        for (int k = 1; k <= order; k++) {
            for (int j = 1; j <= k; j++) {
                y[k] += j * a[j] * w[k - j] / k;
            }
        }
        return y;
    }

    private double[] exp(double[] a) {
        double[] y = new double[order + 1];
        y[0] = Math.exp(a[0]);
        for (int k = 1; k <= order; k++) {
            for (int j = 1; j <= k; j++) {
                y[k] += j * a[j] * y[k - j] / k;
            }
        }
        return y;
    }

    private double[] log(double[] a, double a0, double first) {
        double[] y = new double[order + 1];
        y[0] = first;
        for (int k = 1; k <= order; k++) {
            y[k] = a[k];
            for (int j = 1; j < k; j++) {
                y[k] -= j * y[j] * a[k - j] / k;
            }
            y[k] /= a0;
        }
        return y;
    }

    private double[] sqrt(double[] a) {
        double[] y = new double[order + 1];
        y[0] = Math.sqrt(a[0]);
        for (int k = 1; k <= order; k++) {
            y[k] = a[k];
            for (int j = 1; j < k; j++) {
                y[k] -= y[j] * y[k - j];
            }
            y[k] /= 2 * y[0];
        }
        return y;
    }

    /** a / b. */
    double[] quotient(double[] a, double[] b) {
        double[] y = new double[order + 1];
        for (int k = 0; k <= order; k++) {
            y[k] = a[k];
            for (int j = 1; j <= k; j++) {
                y[k] -= b[j] * y[k - j];
            }
            y[k] /= b[0];
        }
        return y;
    }

    /** s' = s (1 - s) a'. */
    private double[] sigmoid(double[] a) {
        double[] s = new double[order + 1];
        s[0] = ScalarFunctions.sigmoid(a[0]);
        for (int k = 1; k <= order; k++) {
            double[] w = slope(s, a[0]);
            for (int j = 1; j <= k; j++) {
                s[k] += j * a[j] * w[k - j] / k;
            }
        }
        return s;
    }

    /** s (1 - s) of a sigmoid's series. */
    private double[] slope(double[] s, double at) {
        double[] w = new double[order + 1];
        w[0] = ScalarFunctions.sigmoidSlope(at);
        // 1 - 2 s, without cancellation
        double odd = -Math.tanh(at / 2);
        for (int k = 1; k <= order; k++) {
            w[k] = odd * s[k];
            for (int j = 1; j < k; j++) {
                w[k] -= s[j] * s[k - j];
            }
        }
        return w;
    }
}
