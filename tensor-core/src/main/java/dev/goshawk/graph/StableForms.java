package dev.goshawk.graph;

import dev.goshawk.graph.Op.Unary.Function;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Forms that overflow or cancel where the function they stand for does not, replaced while they are traced and so before they are
 * differentiated: log(1 + exp(x)) is softplus(x), 1 / (1 + exp(-x)) is sigmoid(x), log(1 + x) is log1p(x), exp(x) - 1 is expm1(x),
 * 1 - sigmoid(x) is sigmoid(-x), 1 - tanh(x)^2 is four times the sigmoid's slope at 2x, log(sigmoid(x)) is -softplus(-x), max(x, 0) + softplus(-|x|) is softplus(x).
 */
final class StableForms {
    private StableForms() {
    }

    /** The value to use in place of the op applied to the operands, or null if that is stable as it stands. */
    static @Nullable Value of(Op op, List<Value> in) {
        return switch (op) {
            case Op.Unary(var f) when in.size() == 1 -> switch (f) {
                case LOG -> log(in.get(0));
                case LOG1P -> argument(Function.EXP, in.get(0)) instanceof Value x ? x.softplus() : null;
                case RECIPROCAL -> onePlus(in.get(0)) instanceof Value y
                        && argument(Function.EXP, y) instanceof Value x ? x.negate().sigmoid() : null;
                default -> null;
            };
            case Op.Binary(var f) when in.size() == 2 && f == Op.Binary.Function.DIVIDE ->
                quotient(in.get(0), in.get(1));
            case Op.Add _ when in.size() == 2 -> {
                Value sum = sum(in.get(0), in.get(1));
                yield sum != null ? sum : sum(in.get(1), in.get(0));
            }
            case Op.Subtract _ when in.size() == 2 -> difference(in.get(0), in.get(1));
            default -> null;
        };
    }

    private static @Nullable Value log(Value x) {
        Value y = onePlus(x);
        if (y != null) {
            return y.log1p();
        }
        Value s = argument(Function.SIGMOID, x);
        if (s != null) {
            return s.logSigmoid();
        }
        return x.op() instanceof Op.Subtract && isConstant(x.operand(0), 1) ? x.operand(1).negate().log1p() : null;
    }

    private static @Nullable Value quotient(Value a, Value b) {
        Value y = onePlus(b);
        Value x = y == null ? null : argument(Function.EXP, y);
        if (x == null) {
            return null;
        }
        if (isConstant(a, 1)) {
            return x.negate().sigmoid();
        }
        return argument(Function.EXP, a) == x ? x.sigmoid() : null;
    }

    private static @Nullable Value sum(Value a, Value b) {
        if (isConstant(b, -1) && argument(Function.EXP, a) instanceof Value x) {
            return x.expm1();
        }
        if (isConstant(b, 1) && a.op() instanceof Op.Scale(var c) && c == -1) {
            Value rest = oneMinus(a.operand(0));
            if (rest != null) {
                return rest;
            }
        }
        Value x = positivePart(a);
        Value tail = argument(Function.SOFTPLUS, b);
        return x != null && tail != null && tail.op() instanceof Op.Scale(var c) && c == -1
                && argument(Function.ABS, tail.operand(0)) == x ? x.softplus() : null;
    }

    private static @Nullable Value difference(Value a, Value b) {
        if (isConstant(b, 1) && argument(Function.EXP, a) instanceof Value x) {
            return x.expm1();
        }
        return isConstant(a, 1) ? oneMinus(b) : null;
    }

    /** 1 - sigmoid(x) or 1 - tanh(x)^2. */
    private static @Nullable Value oneMinus(Value v) {
        if (argument(Function.SIGMOID, v) instanceof Value x) {
            return x.negate().sigmoid();
        }
        return v.op() instanceof Op.Multiply && v.operand(0) == v.operand(1)
                && argument(Function.TANH, v.operand(0)) instanceof Value x ? x.scale(2).sigmoidSlope().scale(4) : null;
    }

    /** x of max(x, 0). */
    private static @Nullable Value positivePart(Value v) {
        if (v.op() instanceof Op.Binary(var f) && f == Op.Binary.Function.MAX) {
            if (isConstant(v.operand(1), 0)) {
                return v.operand(0);
            }
            return isConstant(v.operand(0), 0) ? v.operand(1) : null;
        }
        return argument(Function.RELU, v);
    }

    /** y of 1 + y or y + 1. */
    private static @Nullable Value onePlus(Value v) {
        if (!(v.op() instanceof Op.Add)) {
            return null;
        }
        if (isConstant(v.operand(0), 1)) {
            return v.operand(1);
        }
        return isConstant(v.operand(1), 1) ? v.operand(0) : null;
    }

    private static @Nullable Value argument(Function f, Value v) {
        return v.op() instanceof Op.Unary(var g) && g == f ? v.operand(0) : null;
    }

    /** Also a constant that was broadcast. */
    private static boolean isConstant(Value v, double value) {
        return switch (v.op()) {
            case Op.Constant k -> k.value() == value;
            case Op.Broadcast _ -> isConstant(v.operand(0), value);
            default -> false;
        };
    }
}
