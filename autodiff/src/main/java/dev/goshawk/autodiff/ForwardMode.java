package dev.goshawk.autodiff;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Forward-mode differentiation: Jacobian-vector products as new values over the same graph. */
public final class ForwardMode {
    private ForwardMode() {
    }

    /**
     * Jacobian-vector product: the derivative of each output in the direction that moves every {@code at} by its tangent. An output
     * that does not depend on them has a zero of its shape.
     *
     * @throws ShapeMismatchException if a tangent's type is not its value's
     * @throws NotDifferentiableException if the way passes an op without this derivative
     */
    public static List<Value> jvp(List<Value> outputs, List<Value> at, List<Value> tangents) {
        if (at.size() != tangents.size()) {
            throw new ShapeMismatchException("jvp: " + at.size() + " values, " + tangents.size() + " tangents");
        }
        Map<Value, Value> dots = new IdentityHashMap<>();
        for (int i = 0; i < at.size(); i++) {
            if (!at.get(i).type().equals(tangents.get(i).type())) {
                throw new ShapeMismatchException(
                        "jvp: value " + i + " is " + at.get(i).type() + ", its tangent " + tangents.get(i).type());
            }
            dots.put(at.get(i), tangents.get(i));
        }
        SequencedMap<String, Value> named = new LinkedHashMap<>();
        for (int i = 0; i < outputs.size(); i++) {
            named.put("y" + i, outputs.get(i));
        }
        Graph graph = Graph.of(named);
        ReverseMode.requireOwn("jvp", graph, at);
        for (Value v : graph.nodes()) {
            if (dots.containsKey(v) || v.op() instanceof Op.Leaf) {
                continue;
            }
            List<@Nullable Value> operandDots = new ArrayList<>();
            boolean moves = false;
            for (Value o : v.operands()) {
                Value dot = dots.get(o);
                operandDots.add(dot);
                moves |= dot != null;
            }
            Value dot = moves ? DerivativeRules.jvp(v, operandDots) : null;
            if (dot != null) {
                dots.put(v, dot);
            }
        }
        List<Value> result = new ArrayList<>();
        for (Value y : outputs) {
            Value dot = dots.get(y);
            result.add(dot == null ? y.like(0) : dot);
        }
        return result;
    }
}
