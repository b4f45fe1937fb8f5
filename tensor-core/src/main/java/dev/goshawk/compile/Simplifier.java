package dev.goshawk.compile;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds a graph with equal computations merged, constants folded, broadcasts pushed towards the results and factors that do not
 * vary along summed axes moved out of the sums. Values that nothing needs disappear in the process.
 */
public final class Simplifier {
    private record Key(Op op, List<Value> operands) {
    }

    private final Map<Key, Value> known = new HashMap<>();

    private Simplifier() {
    }

    /** An equivalent graph with the same inputs and outputs; inputs keep their identity. */
    public static Graph simplify(Graph graph) {
        Simplifier s = new Simplifier();
        Map<Value, Value> renamed = new IdentityHashMap<>();
        for (Value v : graph.nodes()) {
            if (v.op() instanceof Op.Input) {
                renamed.put(v, v);
                continue;
            }
            renamed.put(v, s.make(v.op(), v.operands().stream().map(o -> find(renamed, o)).toList()));
        }
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        graph.outputs().forEach((name, v) -> outputs.put(name, find(renamed, v)));
        return Graph.of(outputs);
    }

    private static Value find(Map<Value, Value> renamed, Value v) {
        Value r = renamed.get(v);
        if (r == null) {
            throw new IllegalStateException("operand after its user: " + v);
        }
        return r;
    }

    private Value make(Op op, List<Value> in) {
        Value simpler = rewrite(op, in);
        return simpler != null ? simpler : known.computeIfAbsent(new Key(op, in), k -> Value.of(op, in));
    }

    private Value make(Op op, Value... in) {
        return make(op, List.of(in));
    }

    private Value constant(double value, Value like) {
        return make(new Op.Constant(value, like.dtype(), like.shape()));
    }

    private Value constant(double value, Value dtypeOf, Shape shape) {
        return make(new Op.Constant(value, dtypeOf.dtype(), shape));
    }

    private @Nullable Value rewrite(Op op, List<Value> in) {
        Value smaller = pushBroadcast(op, in);
        if (smaller != null) {
            return smaller;
        }
        return switch (op) {
            case Op.Add _ -> {
                if (isConstant(in.get(0), 0)) {
                    yield in.get(1);
                }
                yield isConstant(in.get(1), 0) ? in.get(0) : null;
            }
            case Op.Subtract _ -> {
                if (isConstant(in.get(1), 0)) {
                    yield in.get(0);
                }
                yield isConstant(in.get(0), 0) ? make(new Op.Scale(-1), in.get(1)) : null;
            }
            case Op.Scale(var c) -> {
                Value x = in.get(0);
                if (c == 1) {
                    yield x;
                }
                yield switch (x.op()) {
                    case Op.Constant k -> constant(c * k.value(), x);
                    case Op.Scale inner when inner.joins((Op.Scale) op, x.dtype()) ->
                        make(new Op.Scale(c * inner.factor()), x.operand(0));
                    default -> null;
                };
            }
            // Derivatives are taken before this: what is left is the value.
            case Op.StraightThrough _ -> in.get(0);
            case Op.StraightThroughSlope _ -> constant(1, in.get(0));
            case Op.Where _ when in.get(0).op() instanceof Op.Constant k -> in.get(k.value() > 0 ? 1 : 2);
            case Op.Multiply _ -> multiply(in.get(0), in.get(1));
            case Op.AtLeast _ -> withoutRounding(in.get(0), in.get(1));
            case Op.Reshape(var shape) -> reshape(in.get(0), shape);
            case Op.Broadcast(var shape) -> {
                Value x = in.get(0);
                if (x.shape().equals(shape)) {
                    yield x;
                }
                yield switch (x.op()) {
                    case Op.Constant k -> constant(k.value(), x, shape);
                    case Op.Broadcast _ -> make(op, x.operand(0));
                    default -> null;
                };
            }
            case Op.Sum(var axes) -> {
                Value simpler = sum(axes, in.get(0));
                yield simpler != null ? simpler : apart(axes, in.get(0), Op.Sum::new);
            }
            case Op.MaxOver(var axes) -> apart(axes, in.get(0), Op.MaxOver::new);
            default -> null;
        };
    }

    private @Nullable Value multiply(Value a, Value b) {
        if (a.op() instanceof Op.Constant k) {
            return make(new Op.Scale(k.value()), b);
        }
        if (b.op() instanceof Op.Constant) {
            return multiply(b, a);
        }
        return null;
    }

    /** A rounded value compared with a constant: the value is compared with the nearest that rounds to it. */
    private @Nullable Value withoutRounding(Value a, Value b) {
        if (isRounded(a) && b.op() instanceof Op.Constant k && Rounding.isExact(k.value(), a.dtype())) {
            return make(new Op.AtLeast(), a.operand(0), constant(Rounding.least(k.value(), a.dtype()), a));
        }
        if (isRounded(b) && a.op() instanceof Op.Constant k && Rounding.isExact(k.value(), b.dtype())) {
            return make(new Op.AtLeast(), constant(Rounding.most(k.value(), b.dtype()), b), b.operand(0));
        }
        return null;
    }

    private static boolean isRounded(Value v) {
        return v.op() instanceof Op.Piecewise(var f) && f == Op.Piecewise.Function.ROUND;
    }

    private @Nullable Value reshape(Value x, Shape shape) {
        if (x.shape().equals(shape)) {
            return x;
        }
        return switch (x.op()) {
            case Op.Constant k -> constant(k.value(), x, shape);
            case Op.Reshape _ -> make(new Op.Reshape(shape), x.operand(0));
            default -> null;
        };
    }

    /** f(broadcast(a), broadcast(b)) = broadcast(f(a, b)): the work moves to the small side. */
    private @Nullable Value pushBroadcast(Op op, List<Value> in) {
        if (!Pointwise.isArithmetic(op)) {
            return null;
        }
        Shape small = null;
        for (Value v : in) {
            if (v.op() instanceof Op.Broadcast) {
                Shape s = v.operand(0).shape();
                if (small != null && !small.equals(s)) {
                    return null;
                }
                small = s;
            } else if (!(v.op() instanceof Op.Constant)) {
                return null;
            }
        }
        if (small == null) {
            return null;
        }
        List<Value> smallOperands = new ArrayList<>();
        for (Value v : in) {
            smallOperands.add(v.op() instanceof Op.Constant k ? constant(k.value(), v, small) : v.operand(0));
        }
        return make(new Op.Broadcast(in.get(0).shape()), make(op, smallOperands));
    }

    private @Nullable Value sum(List<Integer> axes, Value x) {
        Shape s = x.shape();
        int summed = 1;
        for (int a : axes) {
            summed *= s.dim(a);
        }
        Shape result = Shape.of(keep(s, axes));
        if (summed == 1) {
            return reshapeTo(x, result);
        }
        Op.Sum op = new Op.Sum(axes);
        return switch (x.op()) {
            case Op.Constant k -> constant(k.value() * summed, x, result);
            case Op.Scale scale -> make(scale, make(op, x.operand(0)));
            case Op.Broadcast _ -> {
                Value factor = factor(x, axes, result);
                yield factor == null ? null : make(new Op.Scale(summed), factor);
            }
            case Op.Multiply _ -> {
                for (int i = 0; i < 2; i++) {
                    Value factor = factor(x.operand(i), axes, result);
                    if (factor != null) {
                        yield make(new Op.Multiply(), make(op, x.operand(1 - i)), factor);
                    }
                }
                yield null;
            }
            // What is left of each element may be far smaller than the terms.
            case Op.Subtract _ when invariant(x.operand(1), axes) && !axes.contains(0) -> null;
            case Op.Add _, Op.Subtract _ -> factorable(x.operand(0), axes) || factorable(x.operand(1), axes)
                    ? make(x.op(), make(op, x.operand(0)), make(op, x.operand(1)))
                    : null;
            default -> null;
        };
    }

    /** Over axes that are not next to each other: over the first of them, whose sums lie side by side, then over the others. */
    private @Nullable Value apart(List<Integer> axes, Value x, Function<List<Integer>, Op> over) {
        List<Integer> extended = axes.stream().filter(a -> x.shape().dim(a) > 1).toList();
        for (int i = 1; i < extended.size(); i++) {
            for (int between = extended.get(i - 1) + 1; between < extended.get(i); between++) {
                if (x.shape().dim(between) != 1) {
                    int last = extended.get(i - 1);
                    List<Integer> first = axes.stream().filter(a -> a <= last).toList();
                    List<Integer> rest = axes.stream().filter(a -> a > last).map(a -> a - first.size()).toList();
                    return make(over.apply(rest), make(over.apply(first), x));
                }
            }
        }
        return null;
    }

    private Value reshapeTo(Value x, Shape shape) {
        return make(new Op.Reshape(shape), x);
    }

    /** Whether a sum of v over the axes takes a factor out; only then is a sum of terms worth splitting. */
    private static boolean factorable(Value v, List<Integer> axes) {
        return switch (v.op()) {
            case Op.Scale _ -> factorable(v.operand(0), axes);
            case Op.Multiply _ -> invariant(v.operand(0), axes) || invariant(v.operand(1), axes);
            case Op.Add _, Op.Subtract _ -> factorable(v.operand(0), axes) && factorable(v.operand(1), axes);
            default -> false;
        };
    }

    /** Whether v repeats along all the axes. */
    private static boolean invariant(Value v, List<Integer> axes) {
        if (!(v.op() instanceof Op.Broadcast)) {
            return false;
        }
        Shape from = v.operand(0).shape();
        int lead = v.shape().rank() - from.rank();
        return axes.stream().allMatch(a -> a < lead || from.dim(a - lead) == 1);
    }

    /** The value that v repeats along the axes, in the shape left when they are dropped. */
    private @Nullable Value factor(Value v, List<Integer> axes, Shape result) {
        if (!invariant(v, axes)) {
            return null;
        }
        Value x = v.operand(0);
        int lead = v.shape().rank() - x.shape().rank();
        List<Integer> own = axes.stream().filter(a -> a >= lead).map(a -> a - lead).toList();
        return make(new Op.Broadcast(result), reshapeTo(x, Shape.of(keep(x.shape(), own))));
    }

    private static int[] keep(Shape s, List<Integer> axes) {
        int[] kept = new int[s.rank() - axes.size()];
        int k = 0;
        for (int i = 0; i < s.rank(); i++) {
            if (!axes.contains(i)) {
                kept[k++] = s.dim(i);
            }
        }
        return kept;
    }

    private static boolean isConstant(Value v, double value) {
        return v.op() instanceof Op.Constant k && k.value() == value;
    }
}
