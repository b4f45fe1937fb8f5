package dev.goshawk.onnx.flow;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.FreeNames;
import dev.goshawk.onnx.format.LocalFunction;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import dev.goshawk.onnx.format.Subgraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Nodes that a model gets, with arrays that they use. Calls of the file's own functions become the nodes of their bodies. */
final class NodeList {
    /** Nodes that a file may grow to. */
    static final int MOST_NODES = 20_000;

    private final Map<String, LocalFunction> functions;
    private final int kept;
    private final FreeNames names;
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final SequencedMap<String, ConstantArray> arrays = new LinkedHashMap<>();

    /**
     * Begins with nothing.
     *
     * @param kept how many of the model's nodes stay
     */
    NodeList(OnnxModel model, int kept) {
        this.functions = model.functions();
        this.kept = kept;
        this.names = new FreeNames(model);
    }

    List<OnnxNode> nodes() {
        return nodes;
    }

    /** The model's arrays and those that were added. */
    SequencedMap<String, ConstantArray> arrays(OnnxModel model) {
        SequencedMap<String, ConstantArray> all = new LinkedHashMap<>(model.initializers());
        all.putAll(arrays);
        return all;
    }

    /** A name that nothing has yet: this one, or one like it. */
    String unused(String name) {
        return names.take(name);
    }

    /** Adds an array and says what it is called. */
    String array(String name, ConstantArray array) {
        String free = unused(name);
        arrays.put(free, array);
        return free;
    }

    /** Adds a node, or the nodes of the function that it calls. */
    void add(OnnxNode node) {
        LocalFunction function = functions.get(LocalFunction.key(node.domain(), node.operator()));
        if (function != null) {
            call(function, node);
            return;
        }
        if (kept + nodes.size() >= MOST_NODES) {
            throw new OnnxException("expected graphs of at most " + MOST_NODES + " nodes when they are unrolled");
        }
        nodes.add(node);
    }

    private void call(LocalFunction function, OnnxNode node) {
        Subgraph.Body body = function.body();
        if (node.inputs().size() > body.inputs().size() || node.outputs().size() > body.outputs().size()) {
            throw new OnnxException(node.describe() + ": expected at most " + body.inputs().size() + " inputs and "
                    + body.outputs().size() + " outputs, got " + node.inputs().size() + " and "
                    + node.outputs().size());
        }
        Map<String, Attribute> given = new HashMap<>(function.defaults());
        given.putAll(node.attributes());
        Names names = new Names(given);
        for (int i = 0; i < body.inputs().size(); i++) {
            names.values.put(body.inputs().get(i), i < node.inputs().size() ? node.inputs().get(i) : "");
        }
        Map<String, String> results = new HashMap<>();
        for (int i = 0; i < node.outputs().size(); i++) {
            if (!node.outputs().get(i).isEmpty()) {
                results.putIfAbsent(body.outputs().get(i), node.outputs().get(i));
            }
        }
        for (OnnxNode inner : body.nodes()) {
            add(names.moved(inner, node, results));
        }
        for (int i = 0; i < node.outputs().size(); i++) {
            String made = names.of(body.outputs().get(i));
            String output = node.outputs().get(i);
            if (!output.isEmpty() && !output.equals(made)) {
                add(new OnnxNode(0, node.place(), node.name(), "Identity", "", List.of(made), List.of(output),
                        Map.of()));
            }
        }
    }

    /** What the values of a body are called here, and what the function around was given. */
    final class Names {
        private final Map<String, String> values = new HashMap<>();
        private final Map<String, Attribute> given;

        Names(Map<String, Attribute> given) {
            this.given = given;
        }

        Names with(Map<String, String> known) {
            values.putAll(known);
            return this;
        }

        String of(String value) {
            return values.getOrDefault(value, value);
        }

        /**
         * A node of the body as it is here.
         *
         * @param around the node that the body belongs to
         * @param results names for some of the values that the body makes
         */
        OnnxNode moved(OnnxNode inner, OnnxNode around, Map<String, String> results) {
            List<String> from = inner.inputs().stream().map(this::of).toList();
            Map<String, Attribute> attributes = new HashMap<>();
            inner.attributes().forEach((key, value) -> {
                Attribute here = moved(value);
                if (here != null) {
                    attributes.put(key, here);
                }
            });
            List<String> to = new ArrayList<>();
            for (String output : inner.outputs()) {
                if (!output.isEmpty()) {
                    String result = results.get(output);
                    values.put(output, result == null ? unused(output) : result);
                }
                to.add(of(output));
            }
            return new OnnxNode(0, around.place() + "." + inner.place(), inner.name(), inner.operator(),
                    inner.domain(), from, to, attributes);
        }

        /** Null for what the function was not given. */
        private @Nullable Attribute moved(Attribute value) {
            return switch (value) {
                case Attribute.Reference(var name) -> given.get(name);
                case Attribute.Graph(var g) -> new Attribute.Graph(g.within(values, given));
                default -> value;
            };
        }
    }
}
