package dev.goshawk.random;

import dev.goshawk.cpu.reference.Interpreter;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/**
 * A graph and its inputs' elements as data: traced anew in either floating type, changed node by node, and printed.
 *
 * @param nodes operands before their users; types are float64 (or int32) until traced
 * @param outputs by name, the node
 */
public record Program(List<Node> nodes, SequencedMap<String, Integer> outputs) {

    /**
     * One op.
     *
     * @param operands the nodes it is applied to
     * @param elements an input's, exact in float32; else empty
     */
    public record Node(Op op, List<Integer> operands, double[] elements) {
        static Node input(String name, Shape shape, double[] elements) {
            return new Node(new Op.Input(name, DType.FLOAT64, shape), List.of(), elements);
        }
    }

    /**
     * A program in one type.
     *
     * @param values one a node
     */
    public record Traced(List<Value> values, Graph graph, Map<String, Tensor> bindings) {
        /** The input of a name, which the graph may not need. */
        public Value input(String name) {
            return values.stream().filter(v -> v.op() instanceof Op.Input in && in.name().equals(name)).findFirst()
                    .orElseThrow();
        }
    }

    /**
     * A traced graph as data.
     *
     * @param elements of each input
     */
    public static Program of(Graph graph, Map<String, Tensor> elements) {
        Map<Value, Integer> places = new IdentityHashMap<>();
        List<Node> nodes = new ArrayList<>();
        for (Value v : graph.nodes()) {
            double[] own = v.op() instanceof Op.Input in
                    ? Objects.requireNonNull(elements.get(in.name()), in.name()).toDoubles()
                    : new double[0];
            places.put(v, nodes.size());
            nodes.add(new Node(v.op(), v.operands().stream().map(places::get).toList(), own));
        }
        SequencedMap<String, Integer> outputs = new LinkedHashMap<>();
        graph.outputs().forEach((name, v) -> outputs.put(name, places.get(v)));
        return new Program(nodes, outputs);
    }

    /**
     * Traces it in a floating type.
     *
     * @throws dev.goshawk.tensor.ShapeMismatchException if operands do not fit
     */
    public Traced trace(DType dtype) {
        List<Value> values = new ArrayList<>();
        Map<String, Tensor> bindings = new LinkedHashMap<>();
        for (Node n : nodes) {
            values.add(switch (n.op) {
                case Op.Input(var name, var _, var shape) -> {
                    bindings.put(name, Tensor.of(shape, n.elements).to(dtype));
                    yield Value.input(name, dtype, shape);
                }
                case Op.Constant(var c, var _, var shape) -> Value.constant(c, dtype, shape);
                default -> Value.of(n.op, n.operands.stream().map(values::get).toList());
            });
        }
        SequencedMap<String, Value> named = new LinkedHashMap<>();
        outputs.forEach((name, i) -> named.put(name, values.get(i)));
        return new Traced(values, Graph.of(named), bindings);
    }

    /** Each node's elements by the interpreter in float64. */
    List<double[]> evaluate() {
        SequencedMap<String, Integer> all = new LinkedHashMap<>();
        IntStream.range(0, nodes.size()).forEach(i -> all.put("n" + i, i));
        Traced t = new Program(nodes, all).trace(DType.FLOAT64);
        return Interpreter.run(t.graph, t.bindings).values().stream().map(Tensor::toDoubles).toList();
    }

    /** Whether two programs would print the same. */
    boolean sameAs(Program o) {
        if (!outputs.equals(o.outputs) || nodes.size() != o.nodes.size()) {
            return false;
        }
        for (int i = 0; i < nodes.size(); i++) {
            Node a = nodes.get(i);
            Node b = o.nodes.get(i);
            if (!a.op.equals(b.op) || !a.operands.equals(b.operands) || !Arrays.equals(a.elements, b.elements)) {
                return false;
            }
        }
        return true;
    }

    /** Without the nodes that no output needs. */
    Program needed() {
        boolean[] needed = new boolean[nodes.size()];
        outputs.values().forEach(i -> needed[i] = true);
        int[] places = new int[nodes.size()];
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (needed[i]) {
                nodes.get(i).operands.forEach(o -> needed[o] = true);
            }
        }
        List<Node> kept = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            if (needed[i]) {
                Node n = nodes.get(i);
                places[i] = kept.size();
                kept.add(new Node(n.op, n.operands.stream().map(o -> places[o]).toList(), n.elements));
            }
        }
        SequencedMap<String, Integer> moved = new LinkedHashMap<>();
        outputs.forEach((name, i) -> moved.put(name, places[i]));
        return new Program(kept, moved);
    }
}
