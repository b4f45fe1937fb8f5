package dev.goshawk.onnx.flow;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import dev.goshawk.onnx.format.Subgraph;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/** What takes the place of a node that has graphs: nodes, and arrays that they use. */
final class Inlined {
    /** Nodes that a file may grow to. */
    static final int MOST_NODES = 20_000;
    /** The first opset whose Unsqueeze has its axes as an input. */
    private static final int AXES_ARE_AN_INPUT = 13;

    private final OnnxModel model;
    private final OnnxNode node;
    private final Set<String> taken = new HashSet<>();
    /** The last number behind each name. */
    private final Map<String, Integer> next = new HashMap<>();
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final SequencedMap<String, ConstantArray> arrays = new LinkedHashMap<>();
    /** The arrays of each body under their names here. */
    private final Map<Subgraph.Body, Map<String, String>> hoisted = new HashMap<>();

    Inlined(OnnxModel model, OnnxNode node) {
        this.model = model;
        this.node = node;
        taken.addAll(model.initializers().keySet());
        model.inputs().forEach(i -> taken.add(i.name()));
        model.nodes().forEach(n -> taken.addAll(n.outputs()));
        taken.addAll(model.outputs());
    }

    private String unused(String name) {
        String free = name;
        while (!taken.add(free)) {
            free = name + "." + next.merge(name, 2, (last, _) -> last + 1);
        }
        return free;
    }

    /** Adds an array. */
    String array(String name, ConstantArray array) {
        String free = unused(name);
        arrays.put(free, array);
        return free;
    }

    String truth(boolean value) {
        return array(node.outputs().getFirst() + ".condition", ConstantArray.truth(value));
    }

    String number(long value) {
        return array(node.outputs().getFirst() + ".number", ConstantArray.of(Shape.scalar(), value));
    }

    /**
     * Adds a node.
     *
     * @param output its name, or where it is taken another
     */
    String add(String operator, List<String> inputs, String output, Map<String, Attribute> attributes) {
        String free = unused(output);
        add(new OnnxNode(0, node.place(), node.name(), operator, "", inputs, List.of(free), attributes));
        return free;
    }

    /** Makes an output of the replaced node of a value. */
    void output(int i, String value) {
        if (i < node.outputs().size() && !node.outputs().get(i).isEmpty()) {
            add(new OnnxNode(0, node.place(), node.name(), "Identity", "", List.of(value),
                    List.of(node.outputs().get(i)), Map.of()));
        }
    }

    private void add(OnnxNode added) {
        if (model.nodes().size() + nodes.size() >= MOST_NODES) {
            throw new OnnxException("expected graphs of at most " + MOST_NODES + " nodes when they are unrolled");
        }
        nodes.add(added);
    }

    /**
     * Adds a graph's nodes.
     *
     * @param inputs values for the graph's inputs
     * @return what its outputs are called here
     */
    List<String> body(Subgraph graph, Subgraph.Body body, List<String> inputs) {
        if (body.inputs().size() != inputs.size()) {
            throw new OnnxException("expected a graph of " + inputs.size() + " inputs, got " + body.inputs().size());
        }
        Map<String, String> names = new HashMap<>(graph.renamed());
        names.putAll(hoisted.computeIfAbsent(body, b -> {
            Map<String, String> own = new HashMap<>();
            b.initializers().forEach((name, array) -> own.put(name, array(name, array)));
            return own;
        }));
        for (int i = 0; i < inputs.size(); i++) {
            names.put(body.inputs().get(i), inputs.get(i));
        }
        for (OnnxNode inner : body.nodes()) {
            List<String> from = inner.inputs().stream().map(n -> names.getOrDefault(n, n)).toList();
            Map<String, Attribute> attributes = new HashMap<>(inner.attributes());
            attributes.replaceAll((key, value) -> value instanceof Attribute.Graph(var g)
                    ? new Attribute.Graph(g.within(names))
                    : value);
            inner.outputs().stream().filter(o -> !o.isEmpty()).forEach(o -> names.put(o, unused(o)));
            List<String> to = inner.outputs().stream().map(o -> o.isEmpty() ? o : names.getOrDefault(o, o)).toList();
            add(new OnnxNode(0, node.place() + "." + inner.place(), inner.name(), inner.operator(), inner.domain(),
                    from,
                    to, attributes));
        }
        return body.outputs().stream().map(o -> names.getOrDefault(o, o)).toList();
    }

    /** Adds nodes that lay values side by side along a new axis. */
    String stacked(List<String> values, int axis, String output) {
        if (values.isEmpty()) {
            throw new OnnxException("expected a loop with an iteration or more where their results are collected");
        }
        boolean input = model.opset() >= AXES_ARE_AN_INPUT;
        List<String> parts = new ArrayList<>();
        String axes = input ? array(output + ".axis", ConstantArray.vector(axis)) : "";
        for (String value : values) {
            parts.add(add("Unsqueeze", input ? List.of(value, axes) : List.of(value), output + ".part",
                    input ? Map.of() : Map.of("axes", new Attribute.Wholes(List.of((long) axis)))));
        }
        return add("Concat", parts, output + ".all", Map.of("axis", new Attribute.Whole(axis)));
    }

    /** The model with all that in the node's place. */
    OnnxModel model() {
        return with(model.nodes().subList(node.index() + 1, model.nodes().size()), model.outputs());
    }

    /** The model up to the node, with a value as its output. */
    OnnxModel upTo(String value) {
        return with(List.of(), List.of(value));
    }

    private OnnxModel with(List<OnnxNode> after, List<String> outputs) {
        List<OnnxNode> all = new ArrayList<>();
        Stream.of(model.nodes().subList(0, node.index()), nodes, after).flatMap(List::stream)
                .forEach(n -> all.add(n.at(all.size())));
        SequencedMap<String, ConstantArray> initializers = new LinkedHashMap<>(model.initializers());
        initializers.putAll(arrays);
        return new OnnxModel(model.source(), model.opset(), model.producer(), all, initializers, model.inputs(),
                outputs);
    }
}
