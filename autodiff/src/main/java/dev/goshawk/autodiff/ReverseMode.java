package dev.goshawk.autodiff;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Reverse-mode differentiation: gradients and vector-Jacobian products as new values over the same graph. The result can be
 * differentiated again, to any order.
 */
public final class ReverseMode {
    private ReverseMode() {
    }

    /**
     * Gradient of a scalar by each of the given values, in their order. Costs a small multiple of the function itself, whatever the
     * number of variables.
     *
     * @throws ShapeMismatchException if the function is not a scalar of a floating type
     * @throws NotDifferentiableException if the way passes an op without this derivative
     */
    public static List<Value> gradient(Value function, List<Value> by) {
        if (function.shape().size() != 1) {
            throw new ShapeMismatchException("gradient: expected a scalar function, got shape " + function.shape());
        }
        if (!function.dtype().isFloating()) {
            throw new ShapeMismatchException(
                    "gradient: expected a function of a floating type, got " + function.type());
        }
        return vjp(List.of(function), List.of(function.like(1)), by);
    }

    /**
     * Vector-Jacobian product: for outputs y(x) and cotangents u of the same shapes, the gradient of sum_k u_k . y_k by each x.
     * A variable that no output depends on has a zero of its shape.
     */
    public static List<Value> vjp(List<Value> outputs, List<Value> cotangents, List<Value> by) {
        if (outputs.size() != cotangents.size()) {
            throw new ShapeMismatchException(
                    "vjp: " + outputs.size() + " outputs, " + cotangents.size() + " cotangents");
        }
        SequencedMap<String, Value> named = new LinkedHashMap<>();
        Map<Value, Value> gradients = new IdentityHashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
            Value y = outputs.get(i);
            Value u = cotangents.get(i);
            if (!y.type().equals(u.type())) {
                throw new ShapeMismatchException(
                        "vjp: output " + i + " is " + y.type() + ", its cotangent " + u.type());
            }
            named.put("y" + i, y);
            accumulate(gradients, y, u);
        }
        Graph graph = Graph.of(named);
        requireOwn("vjp", graph, by);
        List<Value> nodes = graph.nodes();
        Dependence active = Dependence.on(nodes, by);
        for (Value v : nodes.reversed()) {
            Value g = gradients.get(v);
            if (g == null || !active.holds(v) || v.op() instanceof Op.Leaf) {
                continue;
            }
            for (int i = 0; i < v.operands().size(); i++) {
                Value x = v.operand(i);
                if (active.holds(x)) {
                    accumulate(gradients, x, DerivativeRules.vjp(v, i, g));
                }
            }
        }
        List<Value> result = new ArrayList<>();
        for (Value x : by) {
            Value g = gradients.get(x);
            result.add(g == null ? x.like(0) : g);
        }
        return result;
    }

    /** That variables that are inputs are the graph's own, where it has inputs of their names, and of a floating type. */
    static void requireOwn(String what, Graph graph, List<Value> variables) {
        for (Value x : variables) {
            if (!x.dtype().isFloating()) {
                throw new ShapeMismatchException(what + ": expected variables of a floating type, got " + x);
            }
            if (x.op() instanceof Op.Input in && graph.inputs().getOrDefault(in.name(), x) != x) {
                throw new IllegalArgumentException(what + ": the function's input '" + in.name()
                        + "' is another Value than the one given; use the same object for both");
            }
        }
    }

    /** Inner product of two lists of values of the same shapes: a scalar. */
    static Value dot(List<Value> a, List<Value> b) {
        @Nullable Value sum = null;
        for (int i = 0; i < a.size(); i++) {
            sum = DerivativeRules.plus(sum, a.get(i).multiply(b.get(i)).sum());
        }
        if (sum == null) {
            throw new ShapeMismatchException("dot: expected at least one value");
        }
        return sum.reshape(Shape.scalar());
    }

    private static void accumulate(Map<Value, Value> gradients, Value v, @Nullable Value g) {
        Value sum = DerivativeRules.plus(gradients.get(v), g);
        if (sum != null) {
            gradients.put(v, sum);
        }
    }
}
