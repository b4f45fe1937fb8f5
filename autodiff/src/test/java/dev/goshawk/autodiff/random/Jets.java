package dev.goshawk.autodiff.random;

import dev.goshawk.cpu.reference.ReferenceOps;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ErrorFunction;
import dev.goshawk.tensor.ScalarFunctions;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Taylor coefficients of a graph along a line x + t d, in float64, by the recurrences of truncated power series (Griewank and Walther,
 * Evaluating Derivatives, 13.2): derivatives of any order that share nothing with the derivative table.
 */
final class Jets {
    private final int order;
    private final Map<Value, double[][]> known = new IdentityHashMap<>();

    private Jets(int order) {
        this.order = order;
    }

    /**
     * The k-th derivatives of a scalar output by t at 0, for k from 0 to the order.
     *
     * @param directions of inputs that move, by name
     */
    static double[] derivatives(Graph graph, Value output, Map<String, Tensor> at, Map<String, Tensor> directions,
            int order) {
        Jets jets = new Jets(order);
        for (Value v : graph.nodes()) {
            jets.known.put(v, v.op() instanceof Op.Input(var name, var _, var _)
                    ? jets.line(at.get(name), directions.get(name))
                    : jets.of(v, v.operands().stream().map(jets.known::get).toArray(double[][][]::new)));
        }
        double[] result = new double[order + 1];
        double factorial = 1;
        for (int k = 0; k <= order; k++) {
            result[k] = factorial * jets.known.get(output)[k][0];
            factorial *= k + 1;
        }
        return result;
    }

    private double[][] line(Tensor at, Tensor direction) {
        double[][] c = new double[order + 1][at.size()];
        c[0] = at.toDoubles();
        if (direction != null && order > 0) {
            c[1] = direction.toDoubles();
        }
        return c;
    }

    private double[][] of(Value v, double[][][] in) {
        return switch (v.op()) {
            case Op.PoolGather _, Op.PoolScatter _ -> each(v, k -> new double[][] {in[0][k], in[1][0]});
            case Op.Linear _ -> each(v, k -> Arrays.stream(in).map(c -> c[k]).toArray(double[][]::new));
            case Op.Multilinear _ -> {
                double[][] out = new double[order + 1][v.shape().size()];
                for (int k = 0; k <= order; k++) {
                    for (int j = 0; j <= k; j++) {
                        plus(out[k], evaluate(v, in[0][j], in[1][k - j]));
                    }
                }
                yield out;
            }
            case Op.Unary(var f) -> elementwise(v, in, (a, _) -> unary(f, a));
            case Op.Power(var byX, var byY) -> elementwise(v, in,
                    (a, b) -> product(power(a, with(b, b[0] - byX)), factor(a, b, byX, byY)));
            case Op.Where _ -> {
                double[][] out = new double[order + 1][v.shape().size()];
                for (int k = 0; k <= order; k++) {
                    for (int i = 0; i < out[k].length; i++) {
                        out[k][i] = in[in[0][0][i] > 0 ? 1 : 2][k][i];
                    }
                }
                yield out;
            }
            case Op.Binary(var f) -> elementwise(v, in, (a, b) -> switch (f) {
                case DIVIDE -> quotient(a, b);
                case MAX -> a[0] >= b[0] ? a : b;
                case MIN -> b[0] >= a[0] ? a : b;
            });
            default -> {
                double[][] out = new double[order + 1][v.shape().size()];
                out[0] = evaluate(v, Arrays.stream(in).map(c -> c[0]).toArray(double[][]::new));
                yield out;
            }
        };
    }

    private interface Operands {
        double[][] of(int coefficient);
    }

    private interface Series {
        double[] of(double[] a, double[] b);
    }

    private double[][] each(Value v, Operands operands) {
        double[][] out = new double[order + 1][];
        for (int k = 0; k <= order; k++) {
            out[k] = evaluate(v, operands.of(k));
        }
        return out;
    }

    private static double[] evaluate(Value v, double[]... operands) {
        return ReferenceOps.evaluate(v.op(), v.shape(), v.operands().stream().map(Value::shape).toArray(Shape[]::new),
                operands);
    }

    private static void plus(double[] sum, double[] term) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += term[i];
        }
    }

    private double[][] elementwise(Value v, double[][][] in, Series series) {
        double[][] out = new double[order + 1][v.shape().size()];
        double[][] x = new double[2][order + 1];
        for (int i = 0; i < out[0].length; i++) {
            for (int o = 0; o < in.length; o++) {
                for (int k = 0; k <= order; k++) {
                    x[o][k] = in[o][k][i];
                }
            }
            double[] y = series.of(x[0], x[1]);
            for (int k = 0; k <= order; k++) {
                out[k][i] = y[k];
            }
        }
        return out;
    }

    private double[] unary(Op.Unary.Function f, double[] a) {
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
    private double[] power(double[] a, double[] b) {
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
    private double[] factor(double[] a, double[] b, int byX, int byY) {
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

    private double[] product(double[] a, double[] b) {
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

    private static double[] with(double[] c, double first) {
        double[] out = c.clone();
        out[0] = first;
        return out;
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

    private double[] quotient(double[] a, double[] b) {
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
