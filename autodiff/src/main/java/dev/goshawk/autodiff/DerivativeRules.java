package dev.goshawk.autodiff;

import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The derivative table: one row an op, serving both modes and, since every row is written in ops of the table, every order. An
 * absent value ({@code null}) is a symbolic zero.
 */
final class DerivativeRules {
    /** Beyond this numbers are all whole, and one less is the same. */
    private static final double LARGEST_WHOLE = 0x1p52;

    private DerivativeRules() {
    }

    /**
     * t times d result / d operand i of an elementwise op; absent where the derivative is zero everywhere. The factors come in the order
     * that keeps an intermediate from leaving the range that the result is in: the square of a reciprocal may underflow before it
     * meets a large t.
     */
    static @Nullable Value chain(Op.Elementwise op, Value result, int i, Value t) {
        Value x = result.operand(0);
        return switch (op) {
            case Op.Unary(var f) -> switch (f) {
                case EXP -> t.multiply(result);
                case EXPM1 -> t.multiply(x.exp());
                case LOG -> t.divide(x);
                case LOG1P -> t.divide(x.add(1));
                // Of the doubled root: halving afterwards leaves the second derivative, the root's third power, a factor too large.
                case SQRT -> t.multiply(result.scale(2).reciprocal());
                case RECIPROCAL -> t.multiply(result).multiply(result).negate();
                // 1 - tanh(x)^2 = 4 sigmoid(2x) sigmoid(-2x)
                case TANH -> t.multiply(x.scale(2).sigmoidSlope().scale(4));
                case SIGMOID -> t.multiply(x.sigmoidSlope());
                // sigmoid(-x) - sigmoid(x) = -tanh(x / 2)
                case SIGMOID_SLOPE -> t.multiply(result.multiply(x.scale(0.5).tanh())).negate();
                case SOFTPLUS -> t.multiply(x.sigmoid());
                case ERF -> t.multiply(x.erfSlope());
                case ERFC -> t.multiply(x.erfSlope()).negate();
                // Beyond 64 the slope is 0; infinity times 0 would be NaN.
                case ERF_SLOPE -> t.multiply(Activations.clamp(x, -64, 64).multiply(result)).scale(-2);
                case SIN -> t.multiply(x.cos());
                case COS -> t.multiply(x.sin()).negate();
                case RELU -> t.multiply(result.step());
                case ABS -> t.multiply(x.sign());
            };
            case Op.Binary(var f) -> {
                Value y = result.operand(1);
                yield switch (f) {
                    case DIVIDE -> i == 0 ? t.divide(y) : t.multiply(result).divide(y).negate();
                    case MAX -> t.multiply(i == 0 ? x.atLeast(y) : x.atLeast(y).negate().add(1));
                    case MIN -> t.multiply(i == 0 ? y.atLeast(x) : y.atLeast(x).negate().add(1));
                };
            }
            case Op.Power p -> power(p, result, i, t);
            case Op.Where _ -> {
                Value zero = t.like(0);
                yield i == 0 ? null : Functions.where(x, i == 1 ? t : zero, i == 1 ? zero : t);
            }
            case Op.StraightThrough _ ->
                i == 1 ? t.multiply(Value.of(new Op.StraightThroughSlope(), result.operand(1))) : null;
        };
    }

    /** Gradient by operand i of a linear op, given the result's gradient; absent for an index operand. */
    static @Nullable Value transpose(Op.Linear op, Value result, int i, Value g) {
        Shape from = result.operand(i).shape();
        return switch (op) {
            case Op.Add _ -> g;
            case Op.Subtract _ -> i == 0 ? g : g.negate();
            case Op.Scale(var c) -> g.scale(c);
            case Op.Reshape _ -> g.reshape(from);
            case Op.Permute(var order) -> g.permute(inverse(order));
            case Op.Broadcast _ -> g.sumTo(from);
            case Op.Sum(var axes) -> {
                int[] kept = from.dims();
                axes.forEach(a -> kept[a] = 1);
                yield g.reshape(Shape.of(kept)).broadcast(from);
            }
            case Op.CumulativeSum(var axis, var reverse) -> Value.of(new Op.CumulativeSum(axis, !reverse), g);
            case Op.Pad p -> unpad(p, from, g);
            case Op.Slice s -> unslice(s, from, g);
            case Op.Concat(var axis) -> part(result, axis, i, g);
            case Op.AvgPool(var geometry, var padding) -> Value.of(new Op.AvgPoolTranspose(geometry, padding), g);
            case Op.AvgPoolTranspose(var geometry, var padding) -> Functions.avgPool(g, geometry, padding);
            case Op.PoolGather(var geometry) ->
                i == 0 ? Value.of(new Op.PoolScatter(geometry), g, result.operand(1)) : null;
            case Op.PoolScatter(var geometry) ->
                i == 0 ? Value.of(new Op.PoolGather(geometry), g, result.operand(1)) : null;
        };
    }

    /** Gradient by operand i of a multilinear op, given the result's gradient. */
    static Value transpose(Op.Multilinear op, Value result, int i, Value g) {
        Value a = result.operand(0);
        Value b = result.operand(1);
        return switch (op) {
            case Op.Multiply _ -> g.multiply(i == 0 ? b : a);
            case Op.MatMul(var ta, var tb) -> {
                if (i == 0) {
                    yield ta ? matmul(b, g, tb, true) : matmul(g, b, false, !tb);
                }
                yield tb ? matmul(g, a, true, ta) : matmul(a, g, !ta, false);
            }
            // T(x, w, g) is linear in each of the three: the gradient by one is the role that leaves it out.
            case Op.Conv(var role, var geometry) -> switch (role) {
                case OUTPUT ->
                    i == 0 ? conv(ConvRole.INPUT_GRAD, geometry, b, g) : conv(ConvRole.WEIGHT_GRAD, geometry, a, g);
                case INPUT_GRAD ->
                    i == 0 ? conv(ConvRole.WEIGHT_GRAD, geometry, g, b) : conv(ConvRole.OUTPUT, geometry, g, a);
                case WEIGHT_GRAD ->
                    i == 0 ? conv(ConvRole.INPUT_GRAD, geometry, g, b) : conv(ConvRole.OUTPUT, geometry, a, g);
            };
        };
    }

    /** Tangent of a value, given its operands' tangents of which at least one is present; absent where it is zero. */
    static @Nullable Value jvp(Value v, List<@Nullable Value> tangents) {
        return switch (v.op()) {
            case Op.Where _ -> {
                Value a = tangents.get(1);
                Value b = tangents.get(2);
                yield a == null && b == null
                        ? null
                        : Functions.where(v.operand(0), a == null ? v.like(0) : a, b == null ? v.like(0) : b);
            }
            case Op.Elementwise e -> {
                @Nullable Value sum = null;
                for (int i = 0; i < tangents.size(); i++) {
                    Value t = tangents.get(i);
                    sum = t == null ? sum : plus(sum, chain(e, v, i, t));
                }
                yield sum;
            }
            case Op.Add _ -> plus(tangents.get(0), tangents.get(1));
            case Op.Subtract _ -> {
                Value right = tangents.get(1);
                Value left = tangents.get(0);
                if (right == null) {
                    yield left;
                }
                yield left == null ? right.negate() : left.subtract(right);
            }
            case Op.Linear linear -> linearJvp(linear, v, tangents);
            case Op.Multilinear _ -> {
                @Nullable Value sum = null;
                for (int i = 0; i < tangents.size(); i++) {
                    Value t = tangents.get(i);
                    if (t != null) {
                        List<Value> replaced = new ArrayList<>(v.operands());
                        replaced.set(i, t);
                        sum = plus(sum, Value.of(v.op(), replaced));
                    }
                }
                yield sum;
            }
            case Op.NonDifferentiable _ -> null;
            case Op.FirstOrderOnly _ -> throw firstOrderOnly(v);
            case Op.Leaf _ -> throw new IllegalStateException("leaf with operands: " + v);
        };
    }

    /** Gradient by operand i of any op, given the result's gradient; absent where it is zero. */
    static @Nullable Value vjp(Value v, int i, Value g) {
        Masked masked = Masked.of(g);
        if (masked != null && v.op() instanceof Op.Broadcast) {
            return masked.broadcastFrom(v.operand(0).shape());
        }
        boolean rearranged = Masked.isRearrangement(v.op());
        if (masked != null && (rearranged || Masked.isOfSingleElements(v.op()))) {
            Value inner = vjp(v, i, masked.gradient());
            Value condition = rearranged ? vjp(v, i, masked.condition()) : masked.condition();
            return inner == null || condition == null ? null : new Masked(condition, inner, masked.chosen()).value();
        }
        return switch (v.op()) {
            case Op.Elementwise e -> chain(e, v, i, g);
            case Op.Linear linear -> transpose(linear, v, i, g);
            case Op.Multilinear multilinear -> transpose(multilinear, v, i, g);
            case Op.NonDifferentiable _ -> null;
            case Op.FirstOrderOnly _ -> throw firstOrderOnly(v);
            case Op.Leaf _ -> throw new IllegalStateException("leaf with operands: " + v);
        };
    }

    /** Sum of two tangents or gradients, either of which may be absent. */
    static @Nullable Value plus(@Nullable Value a, @Nullable Value b) {
        if (a == null) {
            return b;
        }
        if (b == null) {
            return a;
        }
        Value masked = Masked.sum(a, b);
        return masked != null ? masked : a.add(b);
    }

    /** As {@link #chain}, of a power. */
    private static @Nullable Value power(Op.Power p, Value result, int i, Value t) {
        Value x = result.operand(0);
        Value y = result.operand(1);
        boolean itself = p.byX() == 0 && p.byY() == 0;
        if (i == 0 && itself && y.op() instanceof Op.Constant k && Math.rint(k.value()) == k.value()
                && Math.abs(k.value()) < LARGEST_WHOLE) {
            return k.value() == 0 ? null : t.multiply(x.pow(k.value() - 1).scale(k.value()));
        }
        return t.multiply(Value.of(new Op.Power(p.byX() + 1 - i, p.byY() + i), x, y));
    }

    private static @Nullable Value linearJvp(Op.Linear op, Value v, List<@Nullable Value> tangents) {
        List<Value> replaced = new ArrayList<>();
        for (int i = 0; i < tangents.size(); i++) {
            Value t = tangents.get(i);
            Value primal = v.operand(i);
            if (t != null) {
                replaced.add(t);
            } else {
                replaced.add(primal.dtype() == DType.INT32 ? primal : primal.like(0));
            }
        }
        return Value.of(op, replaced);
    }

    private static NotDifferentiableException firstOrderOnly(Value v) {
        return new NotDifferentiableException("straight_through " + v.shape()
                + " cannot be differentiated twice (by its "
                + v.op().label()
                + "): the straight-through estimator defines a first derivative only; take second derivatives of the float model");
    }

    private static Value matmul(Value a, Value b, boolean transposeA, boolean transposeB) {
        return Value.of(new Op.MatMul(transposeA, transposeB), a, b);
    }

    private static Value conv(ConvRole role, dev.goshawk.tensor.ConvGeometry geometry, Value a, Value b) {
        return Value.of(new Op.Conv(role, geometry), a, b);
    }

    private static int[] inverse(List<Integer> order) {
        int[] inverse = new int[order.size()];
        for (int i = 0; i < inverse.length; i++) {
            inverse[order.get(i)] = i;
        }
        return inverse;
    }

    private static Value unpad(Op.Pad p, Shape from, Value g) {
        List<Integer> limit = new ArrayList<>();
        List<Integer> stride = new ArrayList<>();
        for (int a = 0; a < from.rank(); a++) {
            int step = p.interior().get(a) + 1;
            limit.add(p.low().get(a) + Math.max(0, (from.dim(a) - 1) * step + 1));
            stride.add(step);
        }
        return Value.of(new Op.Slice(p.low(), List.copyOf(limit), List.copyOf(stride)), g);
    }

    private static Value unslice(Op.Slice s, Shape from, Value g) {
        List<Integer> high = new ArrayList<>();
        List<Integer> interior = new ArrayList<>();
        for (int a = 0; a < from.rank(); a++) {
            int n = g.shape().dim(a);
            int covered = n == 0 ? 0 : (n - 1) * s.stride().get(a) + 1;
            high.add(from.dim(a) - s.start().get(a) - covered);
            interior.add(s.stride().get(a) - 1);
        }
        return Value.of(new Op.Pad(s.start(), List.copyOf(high), List.copyOf(interior)), g);
    }

    private static Value part(Value result, int axis, int operand, Value g) {
        int[] start = new int[g.shape().rank()];
        int[] limit = g.shape().dims();
        int[] stride = new int[start.length];
        java.util.Arrays.fill(stride, 1);
        for (int k = 0; k < operand; k++) {
            start[axis] += result.operand(k).shape().dim(axis);
        }
        limit[axis] = start[axis] + result.operand(operand).shape().dim(axis);
        return g.slice(start, limit, stride);
    }
}
