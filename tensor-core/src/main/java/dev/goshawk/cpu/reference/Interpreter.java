package dev.goshawk.cpu.reference;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.TensorType;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates a graph node by node, exactly as it was traced: nothing is simplified, fused or reordered. Each node is
 * computed in float64 and rounded once to its own type. The oracle other backends are tested against, and, with a
 * listener, the way to look at what every node computes.
 */
public final class Interpreter {
    private Interpreter() {
    }

    /** As {@link #run(Graph, Map, BiConsumer)} with nobody listening. */
    public static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
        return evaluate(graph, inputs, null);
    }

    /**
     * The graph's outputs by name, in the graph's order, each in a tensor of its own.
     *
     * @param inputs a tensor for each of the graph's inputs; others are not looked at
     * @param listener called with each value, operands before their users, and a tensor of its elements to keep
     * @throws IllegalArgumentException if an input is missing or is of another type than was traced
     */
    public static Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs,
            BiConsumer<Value, Tensor> listener) {
        return evaluate(graph, inputs, listener);
    }

    private static Map<String, Tensor> evaluate(Graph graph, Map<String, Tensor> inputs,
            @Nullable BiConsumer<Value, Tensor> listener) {
        Map<Value, double[]> known = new HashMap<>();
        Map<Value, Integer> uses = graph.useCounts();
        for (Value v : graph.nodes()) {
            double[] result = v.op() instanceof Op.Input in ? input(in, graph, inputs) : compute(v, known);
            known.put(v, result);
            if (listener != null) {
                listener.accept(v, tensor(v.type(), result));
            }
            for (Value o : v.operands()) {
                // A value's memory is free once its last user has run; an output counts as a use that never ends.
                if (uses.merge(o, -1, Integer::sum) == 0) {
                    known.remove(o);
                }
            }
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        graph.outputs().forEach((name, v) -> outputs.put(name, tensor(v.type(), elements(known, v))));
        return outputs;
    }

    /** Bytes held when {@link #evaluate} holds most: every value that is still to be used, in float64, and the outputs. */
    static long peakBytes(Graph graph) {
        Map<Value, Integer> uses = graph.useCounts();
        long held = 0;
        long peak = 0;
        for (Value v : graph.nodes()) {
            held += (long) v.shape().size() * Double.BYTES;
            peak = Math.max(peak, held);
            for (Value o : v.operands()) {
                if (uses.merge(o, -1, Integer::sum) == 0) {
                    held -= (long) o.shape().size() * Double.BYTES;
                }
            }
        }
        return peak + graph.outputs().values().stream().mapToLong(v -> v.type().bytes()).sum();
    }

    private static double[] compute(Value v, Map<Value, double[]> known) {
        int n = v.operands().size();
        Shape[] shapes = new Shape[n];
        double[][] operands = new double[n][];
        for (int i = 0; i < n; i++) {
            shapes[i] = v.operand(i).shape();
            operands[i] = elements(known, v.operand(i));
        }
        double[] result = ReferenceOps.evaluate(v.op(), v.shape(), shapes, operands);
        if (v.dtype() == DType.FLOAT32) {
            for (int i = 0; i < result.length; i++) {
                result[i] = (float) result[i];
            }
        }
        return result;
    }

    private static double[] elements(Map<Value, double[]> known, Value v) {
        double[] x = known.get(v);
        if (x == null) {
            throw new IllegalStateException("interpreter: used before it was computed: " + v);
        }
        return x;
    }

    private static double[] input(Op.Input in, Graph graph, Map<String, Tensor> inputs) {
        Tensor t = inputs.get(in.name());
        if (t == null) {
            throw new IllegalArgumentException(
                    "input '" + in.name() + "': expected a tensor, none is bound; inputs are "
                            + graph.inputs().keySet());
        }
        return checked(in, t).toDoubles();
    }

    /** The tensor, if it is of the input's type. */
    static Tensor checked(Op.Input in, Tensor t) {
        if (t.dtype() != in.dtype() || !t.shape().equals(in.shape())) {
            throw new IllegalArgumentException("input '" + in.name() + "': expected "
                    + new TensorType(in.dtype(), in.shape()) + ", got " + new TensorType(t.dtype(), t.shape()));
        }
        return t;
    }

    private static Tensor tensor(TensorType type, double[] elements) {
        return Tensor.of(type.shape(), elements).to(type.dtype());
    }
}
