package dev.goshawk.autodiff.random;

import dev.goshawk.cpu.reference.ReferenceOps;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Taylor coefficients of a graph along a line x + t d, in float64, by {@link PowerSeries}: derivatives of any order that share nothing with the derivative table.
 */
final class Jets {
    private final int order;
    private final PowerSeries series;
    private final Map<Value, double[][]> known = new IdentityHashMap<>();

    private Jets(int order) {
        this.order = order;
        this.series = new PowerSeries(order);
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
                        PowerSeries.plus(out[k], evaluate(v, in[0][j], in[1][k - j]));
                    }
                }
                yield out;
            }
            case Op.Unary(var f) -> elementwise(v, in, (a, _) -> series.unary(f, a));
            case Op.Power(var byX, var byY) -> elementwise(v, in,
                    (a, b) -> series.product(series.power(a, PowerSeries.with(b, b[0] - byX)),
                            series.factor(a, b, byX, byY)));
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
                case DIVIDE -> series.quotient(a, b);
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

    private interface Function {
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

    private double[][] elementwise(Value v, double[][][] in, Function function) {
        double[][] out = new double[order + 1][v.shape().size()];
        double[][] x = new double[2][order + 1];
        for (int i = 0; i < out[0].length; i++) {
            for (int o = 0; o < in.length; o++) {
                for (int k = 0; k <= order; k++) {
                    x[o][k] = in[o][k][i];
                }
            }
            double[] y = function.of(x[0], x[1]);
            for (int k = 0; k <= order; k++) {
                out[k][i] = y[k];
            }
        }
        return out;
    }
}
