package dev.goshawk.backend;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;

/** Finds the step of a graph that first gives an infinity or NaN. */
public final class NonFinite {
    private NonFinite() {
    }

    /**
     * Evaluates a graph again with every value kept, and describes the first that is not finite in an order in which operands come
     * first: an op and its type, where, and of which operands.
     *
     * @param inputs a tensor for each of the graph's inputs; others are not looked at
     * @return empty if everything is finite
     */
    public static Optional<String> first(Backend backend, Graph graph, Map<String, Tensor> inputs) {
        SequencedMap<String, Value> all = new LinkedHashMap<>();
        graph.nodes().forEach(v -> all.put(Long.toString(v.id()), v));
        Executable every = backend.compile(Graph.of(all));
        every.inputs().forEach(name -> every.bind(name, Objects.requireNonNull(inputs.get(name), name)));
        every.run();
        for (Value v : graph.nodes()) {
            int at = at(every.output(Long.toString(v.id())));
            if (at >= 0) {
                return Optional.of(describe(v, at, every));
            }
        }
        return Optional.empty();
    }

    /** Position of the first element that is not finite, in row-major order; -1 if there is none. */
    public static int at(Tensor t) {
        if (t.dtype().isFloating()) {
            for (int i = 0; i < t.size(); i++) {
                if (!Double.isFinite(t.get(i))) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static String describe(Value v, int at, Executable every) {
        String where = every.output(Long.toString(v.id())).get(at) + " at " + index(v.shape(), at);
        if (v.op() instanceof Op.Input(var name, var _, var _)) {
            return "input '" + name + "' " + v.type() + " holds " + where;
        }
        StringBuilder text = new StringBuilder(v + " gives " + where);
        for (int i = 0; i < v.operands().size(); i++) {
            Value o = v.operand(i);
            text.append(i == 0 ? " of " : " and ");
            text.append(o.shape().equals(v.shape()) ? every.output(Long.toString(o.id())).get(at) : o.toString());
        }
        return text.toString();
    }

    private static String index(Shape shape, int at) {
        int[] index = new int[shape.rank()];
        int left = at;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            index[axis] = left % shape.dim(axis);
            left /= shape.dim(axis);
        }
        return Arrays.toString(index).replace(" ", "");
    }
}
