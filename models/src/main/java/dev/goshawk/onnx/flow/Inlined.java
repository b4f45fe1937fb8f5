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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What takes the place of a node that has graphs: nodes, and arrays that they use. */
final class Inlined {
    /** The first opset whose Unsqueeze has its axes as an input. */
    private static final int AXES_ARE_AN_INPUT = 13;

    private final OnnxModel model;
    private final OnnxNode node;
    private final NodeList list;
    /** The values of each body that are the same in every iteration, under their names here. */
    private final Map<Subgraph.Body, Map<String, String>> fixed = new IdentityHashMap<>();

    Inlined(OnnxModel model, OnnxNode node) {
        this.model = model;
        this.node = node;
        this.list = new NodeList(model, model.nodes().size());
    }

    String truth(boolean value) {
        return list.array(node.outputs().getFirst() + ".condition", ConstantArray.truth(value));
    }

    String number(long value) {
        return list.array(node.outputs().getFirst() + ".number", ConstantArray.of(Shape.scalar(), value));
    }

    /**
     * Adds a node.
     *
     * @param output its name, or where it is taken another
     */
    String add(String operator, List<String> inputs, String output, Map<String, Attribute> attributes) {
        String free = list.unused(output);
        list.add(new OnnxNode(0, node.place(), node.name(), operator, "", inputs, List.of(free), attributes));
        return free;
    }

    /** Makes an output of the replaced node of a value. */
    void output(int i, String value) {
        if (i < node.outputs().size() && !node.outputs().get(i).isEmpty()) {
            list.add(new OnnxNode(0, node.place(), node.name(), "Identity", "", List.of(value),
                    List.of(node.outputs().get(i)), Map.of()));
        }
    }

    /**
     * Adds a graph's nodes. Those that depend on none of its inputs are there once, however often that is done: what the iterations
     * of a loop make of a weight is one weight.
     *
     * @param inputs values for the graph's inputs
     * @return what its outputs are called here
     */
    List<String> body(Subgraph graph, Subgraph.Body body, List<String> inputs) {
        if (body.inputs().size() != inputs.size()) {
            throw new OnnxException("expected a graph of " + inputs.size() + " inputs, got " + body.inputs().size());
        }
        Map<String, String> known = fixed.computeIfAbsent(body, b -> {
            Map<String, String> own = new HashMap<>();
            b.initializers().forEach((name, array) -> own.put(name, list.array(name, array)));
            return own;
        });
        NodeList.Names names = list.new Names(graph.given()).with(graph.renamed()).with(known);
        for (int i = 0; i < inputs.size(); i++) {
            names.with(Map.of(body.inputs().get(i), inputs.get(i)));
        }
        Set<String> varying = new HashSet<>(body.inputs());
        for (OnnxNode inner : body.nodes()) {
            boolean varies = inner.inputs().stream().anyMatch(varying::contains)
                    || inner.attributes().values().stream().anyMatch(Attribute.Graph.class::isInstance);
            if (varies) {
                varying.addAll(inner.outputs());
                varying.remove("");
            } else if (known.keySet().containsAll(named(inner.outputs()))) {
                continue;
            }
            list.add(names.moved(inner, node, Map.of()));
            if (!varies) {
                named(inner.outputs()).forEach(o -> known.put(o, names.of(o)));
            }
        }
        return body.outputs().stream().map(names::of).toList();
    }

    private static List<String> named(List<String> outputs) {
        return outputs.stream().filter(o -> !o.isEmpty()).toList();
    }

    /** Adds nodes that lay values side by side along a new axis. */
    String stacked(List<String> values, int axis, String output) {
        if (values.isEmpty()) {
            throw new OnnxException("expected a loop with an iteration or more where their results are collected");
        }
        boolean input = model.opset() >= AXES_ARE_AN_INPUT;
        List<String> parts = new ArrayList<>();
        String axes = input ? list.array(output + ".axis", ConstantArray.vector(axis)) : "";
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
        Stream.of(model.nodes().subList(0, node.index()), list.nodes(), after).flatMap(List::stream)
                .forEach(n -> all.add(n.at(all.size())));
        return model.with(all, list.arrays(model), outputs);
    }
}
