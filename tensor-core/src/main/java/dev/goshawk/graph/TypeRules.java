package dev.goshawk.graph;

import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.List;

/** Result type of each op, and the checks on its operands: one row an op. */
final class TypeRules {
    private TypeRules() {
    }

    static TensorType infer(Op op, List<Value> in) {
        return switch (op) {
            case Op.Input(var _, var dtype, var shape) -> new TensorType(dtype, shape);
            case Op.Constant(var _, var dtype, var shape) -> new TensorType(dtype, shape);
            case Op.Unary _, Op.Piecewise _, Op.Scale _, Op.StraightThroughSlope _ -> same(op, in, 1);
            case Op.Binary _, Op.Add _, Op.Subtract _, Op.Multiply _, Op.AtLeast _, Op.Power _, Op.StraightThrough _ ->
                same(op, in, 2);
            case Op.Where _ -> same(op, in, 3);
            case Op.Reshape(var shape) -> {
                arity(op, in, 1);
                if (in.get(0).shape().size() != shape.size()) {
                    throw new ShapeMismatchException(
                            "reshape: " + in.get(0).shape() + " has " + in.get(0).shape().size() + " elements, " + shape
                                    + " has " + shape.size());
                }
                yield new TensorType(in.get(0).dtype(), shape);
            }
            case Op.Permute(var order) -> {
                Shape s = only(op, in);
                if (!order.stream().sorted().toList().equals(axesUpTo(s.rank()))) {
                    throw new ShapeMismatchException(
                            "permute: order " + order + " is not a permutation of the axes of " + s);
                }
                yield new TensorType(in.get(0).dtype(), Shape.of(order.stream().mapToInt(s::dim).toArray()));
            }
            case Op.Broadcast(var shape) -> broadcast(only(op, in), shape, in.get(0).dtype());
            case Op.Sum(var axes) -> reduce(op, axes, in);
            case Op.MaxOver(var axes) -> reduce(op, axes, in);
            case Op.CumulativeSum(var axis, var _) -> {
                TensorType type = same(op, in, 1);
                if (axis < 0 || axis >= type.shape().rank()) {
                    throw new ShapeMismatchException("cumulative_sum: no axis " + axis + " in shape " + type.shape());
                }
                yield type;
            }
            case Op.Pad p -> pad(p, only(op, in), in.get(0).dtype());
            case Op.Slice s -> slice(s, only(op, in), in.get(0).dtype());
            case Op.Concat(var axis) -> concat(axis, in);
            case Op.AvgPool(var g, var _) -> pool(op, g.inputShape(), g.outputShape(), in, 1);
            case Op.AvgPoolTranspose(var g, var _) -> pool(op, g.outputShape(), g.inputShape(), in, 1);
            case Op.MaxPoolIndices(var g) -> {
                pool(op, g.inputShape(), g.outputShape(), in, 1);
                yield new TensorType(DType.INT32, g.outputShape());
            }
            case Op.PoolGather(var g) -> indexed(op, g, g.inputShape(), g.outputShape(), in);
            case Op.PoolScatter(var g) -> indexed(op, g, g.outputShape(), g.inputShape(), in);
            case Op.MatMul m -> matmul(m, in);
            case Op.Conv(var role, var g) -> switch (role) {
                case OUTPUT -> conv(op, g, g.inputShape(), g.filterShape(), g.outputShape(), in);
                case INPUT_GRAD -> conv(op, g, g.filterShape(), g.outputShape(), g.inputShape(), in);
                case WEIGHT_GRAD -> conv(op, g, g.inputShape(), g.outputShape(), g.filterShape(), in);
            };
        };
    }

    private static void arity(Op op, List<Value> in, int n) {
        if (in.size() != n) {
            throw new ShapeMismatchException(op.label() + ": expected " + n + " operands, got " + in.size());
        }
    }

    private static Shape only(Op op, List<Value> in) {
        arity(op, in, 1);
        return in.get(0).shape();
    }

    private static int extent(String what, long extent) {
        if (extent > Integer.MAX_VALUE) {
            throw new ShapeMismatchException(what + ": an axis of " + extent + " has more than 2^31-1 elements");
        }
        return (int) extent;
    }

    /** Arithmetic is on floating numbers; int32 carries positions. */
    private static void floating(Op op, Value v) {
        if (!v.dtype().isFloating()) {
            throw new ShapeMismatchException(op.label() + ": expected a floating type, got " + v.dtype());
        }
    }

    private static TensorType same(Op op, List<Value> in, int n) {
        arity(op, in, n);
        Value first = in.get(0);
        in.forEach(v -> floating(op, v));
        for (Value v : in) {
            if (!v.shape().equals(first.shape())) {
                throw new ShapeMismatchException(
                        op.label() + ": shapes " + first.shape() + " and " + v.shape() + " differ");
            }
            if (v.dtype() != first.dtype()) {
                throw new ShapeMismatchException(
                        op.label() + ": types " + first.dtype() + " and " + v.dtype() + " differ");
            }
        }
        return first.type();
    }

    private static List<Integer> axesUpTo(int rank) {
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            axes.add(i);
        }
        return axes;
    }

    static TensorType broadcast(Shape from, Shape to, DType dtype) {
        int lead = to.rank() - from.rank();
        boolean fits = lead >= 0;
        for (int i = 0; fits && i < from.rank(); i++) {
            fits = from.dim(i) == 1 || from.dim(i) == to.dim(lead + i);
        }
        if (!fits) {
            throw new ShapeMismatchException("broadcast: " + from + " does not broadcast to " + to);
        }
        return new TensorType(dtype, to);
    }

    private static TensorType reduce(Op op, List<Integer> axes, List<Value> in) {
        Shape s = only(op, in);
        floating(op, in.get(0));
        int previous = -1;
        for (int a : axes) {
            if (a <= previous || a >= s.rank()) {
                throw new ShapeMismatchException(
                        op.label() + ": axes " + axes + " are not ascending axes of shape " + s);
            }
            previous = a;
        }
        int[] kept = new int[s.rank() - axes.size()];
        int k = 0;
        for (int i = 0; i < s.rank(); i++) {
            if (!axes.contains(i)) {
                kept[k++] = s.dim(i);
            }
        }
        return new TensorType(in.get(0).dtype(), Shape.of(kept));
    }

    private static TensorType pad(Op.Pad p, Shape s, DType dtype) {
        if (p.low().size() != s.rank() || p.high().size() != s.rank() || p.interior().size() != s.rank()) {
            throw new ShapeMismatchException("pad: " + p.low() + ", " + p.high() + " and " + p.interior()
                    + " must each have one entry an axis of " + s);
        }
        int[] d = s.dims();
        for (int i = 0; i < d.length; i++) {
            if (p.low().get(i) < 0 || p.high().get(i) < 0 || p.interior().get(i) < 0) {
                throw new ShapeMismatchException(
                        "pad: negative padding " + p.low() + ", " + p.high() + ", " + p.interior());
            }
            long extent = (long) p.low().get(i) + p.high().get(i) + d[i]
                    + Math.max(0, d[i] - 1) * (long) p.interior().get(i);
            d[i] = extent("pad", extent);
        }
        return new TensorType(dtype, Shape.of(d));
    }

    private static TensorType slice(Op.Slice p, Shape s, DType dtype) {
        int[] d = s.dims();
        if (p.start().size() != d.length || p.limit().size() != d.length || p.stride().size() != d.length) {
            throw new ShapeMismatchException("slice: start " + p.start() + ", limit " + p.limit() + " and stride "
                    + p.stride() + " must each have one entry an axis of " + s);
        }
        for (int i = 0; i < d.length; i++) {
            int start = p.start().get(i);
            int limit = p.limit().get(i);
            int stride = p.stride().get(i);
            if (start < 0 || limit > d[i] || start > limit || stride < 1) {
                throw new ShapeMismatchException(
                        "slice: axis " + i + " of " + s + " has no range " + start + ".." + limit + " by " + stride);
            }
            d[i] = Math.ceilDiv(limit - start, stride);
        }
        return new TensorType(dtype, Shape.of(d));
    }

    private static TensorType concat(int axis, List<Value> in) {
        if (in.isEmpty()) {
            throw new ShapeMismatchException("concat: expected at least one operand");
        }
        Shape first = in.get(0).shape();
        if (axis < 0 || axis >= first.rank()) {
            throw new ShapeMismatchException("concat: no axis " + axis + " in shape " + first);
        }
        int[] d = first.dims();
        d[axis] = 0;
        for (Value v : in) {
            int[] other = v.shape().dims();
            boolean fits = other.length == d.length && v.dtype() == in.get(0).dtype();
            for (int i = 0; fits && i < d.length; i++) {
                fits = i == axis || other[i] == d[i];
            }
            if (!fits) {
                throw new ShapeMismatchException(
                        "concat: " + v.type() + " does not fit " + in.get(0).type() + " along axis " + axis);
            }
            d[axis] = extent("concat", (long) d[axis] + other[axis]);
        }
        return new TensorType(in.get(0).dtype(), Shape.of(d));
    }

    private static TensorType pool(Op op, Shape expected, Shape result, List<Value> in, int operands) {
        arity(op, in, operands);
        floating(op, in.get(0));
        if (!in.get(0).shape().equals(expected)) {
            throw new ShapeMismatchException(op.label() + ": expected " + expected + ", got " + in.get(0).shape());
        }
        return new TensorType(in.get(0).dtype(), result);
    }

    private static TensorType indexed(Op op, PoolGeometry g, Shape expected, Shape result, List<Value> in) {
        TensorType type = pool(op, expected, result, in, 2);
        if (in.get(1).dtype() != DType.INT32 || !in.get(1).shape().equals(g.outputShape())) {
            throw new ShapeMismatchException(op.label() + ": expected int32 indices " + g.outputShape() + ", got "
                    + in.get(1).type());
        }
        return type;
    }

    private static TensorType matmul(Op.MatMul m, List<Value> in) {
        arity(m, in, 2);
        floating(m, in.get(0));
        Shape a = in.get(0).shape();
        Shape b = in.get(1).shape();
        if (a.rank() != 2 || b.rank() != 2) {
            throw new ShapeMismatchException("matmul: expected two matrices, got " + a + " and " + b
                    + (Math.max(a.rank(), b.rank()) > 2 ? "; Einsum.batchedMatmul multiplies batches of them" : ""));
        }
        int inner = a.dim(m.transposeA() ? 0 : 1);
        int innerB = b.dim(m.transposeB() ? 1 : 0);
        if (in.get(0).dtype() != in.get(1).dtype()) {
            throw new ShapeMismatchException(
                    "matmul: types " + in.get(0).dtype() + " and " + in.get(1).dtype() + " differ");
        }
        if (inner != innerB) {
            throw new ShapeMismatchException("matmul: inner sizes " + inner + " != " + innerB + " (A "
                    + in.get(0).type() + (m.transposeA() ? " transposed" : "") + ", B " + in.get(1).type()
                    + (m.transposeB() ? " transposed" : "") + ")");
        }
        return new TensorType(in.get(0).dtype(),
                Shape.of(a.dim(m.transposeA() ? 1 : 0), b.dim(m.transposeB() ? 0 : 1)));
    }

    private static TensorType conv(Op op, ConvGeometry g, Shape a, Shape b, Shape result, List<Value> in) {
        arity(op, in, 2);
        floating(op, in.get(0));
        if (!in.get(0).shape().equals(a) || !in.get(1).shape().equals(b) || in.get(0).dtype() != in.get(1).dtype()) {
            throw new ShapeMismatchException(op.label() + ": expected " + a + " and " + b + ", got " + in.get(0).type()
                    + " and " + in.get(1).type() + " (" + g + ")");
        }
        return new TensorType(in.get(0).dtype(), result);
    }
}
