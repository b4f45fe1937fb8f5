package dev.goshawk.random;

import dev.goshawk.cpu.reference.ReferenceOps;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * A running error analysis (Higham, Accuracy and Stability of Numerical Algorithms, 3.3): every value in float64 together with a bound on
 * how far any order of the same sums, rounded to a type at every step, may lie from it. A bound follows the problem's own condition: an
 * operand's error passes through an op as the op's derivative says, and each op adds its roundings, relative to the same op applied to
 * sizes. Where a result hangs on which side of a jump an operand falls, or leaves the type's range, the bound is infinite.
 *
 * @param value in float64
 * @param error bound on the distance from it, elementwise; infinite where nothing can be said
 * @param size what the value would be if nothing in the sums it comes from canceled: at least its absolute value
 */
public record ErrorBound(double[] value, double[] error, double[] size) {
    /** Roundings an elementary function may be off by: 8 units in the last place. */
    private static final int FUNCTION = 16;
    /** Transformed convolutions round a few more times than there are terms. */
    private static final int TRANSFORM = 16;

    /** The bounds of a graph's outputs. */
    public static SequencedMap<String, ErrorBound> of(Graph graph, Map<String, Tensor> bindings, Arithmetic type) {
        Map<Value, ErrorBound> known = new IdentityHashMap<>();
        for (Value v : graph.nodes()) {
            ErrorBound[] in = v.operands().stream().map(known::get).toArray(ErrorBound[]::new);
            known.put(v, v.op() instanceof Op.Input(var name, var _, var _)
                    ? exact(Objects.requireNonNull(bindings.get(name), name).toDoubles())
                    : of(v, in, type).inRange(type));
        }
        SequencedMap<String, ErrorBound> bounds = new LinkedHashMap<>();
        graph.outputs().forEach((name, v) -> bounds.put(name, known.get(v)));
        return bounds;
    }

    private static ErrorBound exact(double[] x) {
        return new ErrorBound(x, new double[x.length], abs(x));
    }

    private ErrorBound inRange(Arithmetic type) {
        for (int i = 0; i < value.length; i++) {
            if (!(size[i] + error[i] <= type.max())) {
                error[i] = Double.POSITIVE_INFINITY;
            }
        }
        return this;
    }

    private static ErrorBound of(Value v, ErrorBound[] in, Arithmetic type) {
        double[] value = evaluate(v.op(), v, values(in));
        return switch (v.op()) {
            case Op.Input _ -> throw new AssertionError("an input has no operands to be computed from");
            case Op.Constant _ -> rounded(value, new double[value.length], abs(value), 1, type);
            case Op.PoolGather _, Op.PoolScatter _ -> Jumps.indexed(v, in, value,
                    linear(v, v.op(), in, value, type));
            case Op.Linear op -> linear(v, op, in, value, type);
            case Op.Multilinear op -> multilinear(v, op, in, value, type);
            case Op.Unary(var f) -> {
                double[] error = new double[value.length];
                for (int i = 0; i < error.length; i++) {
                    error[i] = Slopes.moved(f, in[0].value[i], in[0].error[i]);
                }
                boolean exact = f == Op.Unary.Function.RELU || f == Op.Unary.Function.ABS;
                yield rounded(value, error, abs(value), exact ? 0 : FUNCTION, type);
            }
            case Op.Binary(var f) -> {
                double[] error = new double[value.length];
                for (int i = 0; i < error.length; i++) {
                    double ea = in[0].error[i];
                    double eb = in[1].error[i];
                    double b = Math.abs(in[1].value[i]);
                    error[i] = f != Op.Binary.Function.DIVIDE
                            ? Math.max(ea, eb)
                            : eb >= b ? Double.POSITIVE_INFINITY : (ea + Math.abs(value[i]) * eb) / (b - eb);
                }
                yield rounded(value, error, abs(value), f == Op.Binary.Function.DIVIDE ? 2 : 0, type);
            }
            case Op.Power(var byX, var byY) -> {
                double[] error = new double[value.length];
                double[] size = abs(value);
                for (int i = 0; i < error.length; i++) {
                    double x = in[0].value[i];
                    double y = in[1].value[i];
                    error[i] = Slopes.power(byX, byY, x, in[0].error[i], y, in[1].error[i]);
                    size[i] = x > 0 ? Slopes.powerSize(byX, byY, x, 0, y, 0) : size[i];
                }
                yield rounded(value, error, size, FUNCTION, type);
            }
            case Op.Where _ -> where(value, in);
            case Op.StraightThrough _ -> in[0];
            case Op.NonDifferentiable _ -> new ErrorBound(value, Jumps.error(v, in, value), abs(value));
            case Op.FirstOrderOnly _ -> exact(value);
        };
    }

    private static ErrorBound where(double[] value, ErrorBound[] in) {
        double[] error = new double[value.length];
        double[] size = new double[value.length];
        for (int i = 0; i < error.length; i++) {
            double off = in[0].error[i];
            ErrorBound chosen = in[in[0].value[i] > 0 ? 1 : 2];
            error[i] = off > 0 && Math.abs(in[0].value[i]) <= off ? Double.POSITIVE_INFINITY : chosen.error[i];
            size[i] = chosen.size[i];
        }
        return new ErrorBound(value, error, size);
    }

    /** With the error of so many roundings more. */
    private static ErrorBound rounded(double[] value, double[] error, double[] size, double roundings,
            Arithmetic type) {
        for (int i = 0; i < error.length; i++) {
            double more = roundings * (type.unit() * (size[i] + error[i]) + (size[i] == 0 ? 0 : type.tiny()));
            error[i] = Double.isNaN(error[i]) ? Double.POSITIVE_INFINITY : error[i] + (roundings == 0 ? 0 : more);
        }
        return new ErrorBound(value, error, size);
    }

    private static ErrorBound linear(Value v, Op op, ErrorBound[] in, double[] value, Arithmetic type) {
        Op positive = switch (op) {
            case Op.Subtract _ -> new Op.Add();
            case Op.Scale(var c) -> new Op.Scale(Math.abs(c));
            default -> op;
        };
        double[][] errors = new double[in.length][];
        double[][] sizes = new double[in.length][];
        for (int i = 0; i < in.length; i++) {
            boolean index = !v.operand(i).dtype().isFloating();
            errors[i] = index ? in[i].value : in[i].error;
            sizes[i] = index ? in[i].value : in[i].size;
        }
        int terms = v.shape().size() == 0 ? 0 : v.operands().get(0).shape().size() / v.shape().size();
        int roundings = switch (op) {
            case Op.Add _, Op.Subtract _ -> 1;
            case Op.Scale _ -> 2;
            case Op.Sum _ -> terms;
            case Op.CumulativeSum(var axis, var _) -> v.shape().dim(axis);
            case Op.AvgPool(var g, var _) -> g.kernelHeight() * g.kernelWidth() + 2;
            case Op.AvgPoolTranspose(var g, var _) -> g.kernelHeight() * g.kernelWidth() + 2;
            case Op.PoolScatter(var g) -> g.kernelHeight() * g.kernelWidth();
            default -> 0;
        };
        return rounded(value, evaluate(positive, v, errors), evaluate(positive, v, sizes), roundings, type);
    }

    private static ErrorBound multilinear(Value v, Op op, ErrorBound[] in, double[] value, Arithmetic type) {
        int roundings = switch (op) {
            case Op.MatMul m -> v.operand(0).shape().dim(m.transposeA() ? 0 : 1) + 1;
            case Op.Conv(var role, var g) -> TRANSFORM + switch (role) {
                case OUTPUT -> g.kernelHeight() * g.kernelWidth() * g.inChannels() / g.groups();
                case INPUT_GRAD -> g.kernelHeight() * g.kernelWidth() * g.outChannels() / g.groups();
                case WEIGHT_GRAD -> g.batch() * g.outHeight() * g.outWidth();
            };
            default -> 1;
        };
        double[] a = abs(in[0].value);
        double[] b = abs(in[1].value);
        double[] error = evaluate(op, v, in[0].error, b);
        plus(error, evaluate(op, v, a, in[1].error));
        plus(error, evaluate(op, v, in[0].error, in[1].error));
        double[] size = evaluate(op, v, in[0].size, in[1].size);
        if (op instanceof Op.Conv c && isTransformed(c.geometry())) {
            // Rows of the filter are mixed before they are taken apart again, or those of its gradient.
            int filter = c.role() == ConvRole.OUTPUT ? 1 : 0;
            double[][] sizes = {in[0].size, in[1].size};
            double[] mixed;
            if (c.role() == ConvRole.WEIGHT_GRAD) {
                mixed = mixed(size, v.shape());
            } else {
                sizes[filter] = mixed(sizes[filter], v.operand(filter).shape());
                mixed = evaluate(op, v, sizes);
            }
            double[] more = new double[size.length];
            rounded(value, more, mixed, 2.0 * roundings, type);
            plus(error, more);
        }
        return rounded(value, error, size, roundings, type);
    }

    /** Where float32 products may be Winograd's along image rows. */
    private static boolean isTransformed(ConvGeometry g) {
        return g.kernelHeight() == 3 && g.strideHeight() == 1 && g.strideWidth() == 1 && g.groups() == 1
                && g.inChannels() % 16 == 0 && g.outChannels() % 16 == 0;
    }

    /** Sums over a filter's rows, in place of each. */
    private static double[] mixed(double[] filter, Shape s) {
        int row = s.strides()[0];
        double[] out = new double[filter.length];
        for (int i = 0; i < out.length; i++) {
            for (int k = i % row; k < filter.length; k += row) {
                out[i] += filter[k];
            }
        }
        return out;
    }

    private static double[] evaluate(Op op, Value v, double[]... operands) {
        return ReferenceOps.evaluate(op, v.shape(), v.operands().stream().map(Value::shape).toArray(Shape[]::new),
                operands);
    }

    private static double[][] values(ErrorBound[] in) {
        return Arrays.stream(in).map(ErrorBound::value).toArray(double[][]::new);
    }

    private static void plus(double[] sum, double[] term) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += term[i];
        }
    }

    static double[] abs(double[] x) {
        return Arrays.stream(x).map(Math::abs).toArray();
    }
}
