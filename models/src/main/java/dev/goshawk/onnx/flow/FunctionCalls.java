package dev.goshawk.onnx.flow;

import dev.goshawk.onnx.format.LocalFunction;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import dev.goshawk.onnx.format.Subgraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts the nodes of a file's own functions in the places where they are called. */
final class FunctionCalls {
    /** Functions and graphs within each other. */
    private static final int DEEPEST = 100;
    /** Operators that mean another thing, with the same attributes, from an operator set on. */
    private static final Map<String, Integer> CHANGED = Map.of("Softmax", 13, "LogSoftmax", 13, "Hardmax", 13,
            "Resize", 11, "RoiAlign", 16, "DFT", 20, "GroupNormalization", 21, "Scan", 9);

    private final OnnxModel model;
    private final Set<String> open = new HashSet<>();
    private final Map<String, Integer> done = new HashMap<>();

    private FunctionCalls(OnnxModel model) {
        this.model = model;
    }

    /**
     * The model without calls outside of graphs that are attributes; the same one if it has no functions.
     *
     * @throws OnnxException in one line, if a function calls itself or cannot be taken apart
     */
    static OnnxModel inlined(OnnxModel model) {
        if (model.functions().isEmpty()) {
            return model;
        }
        try {
            Subgraph.Body graph = new Subgraph.Body(model.nodes(), model.initializers(), List.of(), model.outputs());
            new FunctionCalls(model).check(null, graph, Set.of(), 0);
            NodeList list = new NodeList(model, 0);
            model.nodes().forEach(list::add);
            List<OnnxNode> nodes = new ArrayList<>();
            list.nodes().forEach(n -> nodes.add(n.at(nodes.size())));
            return model.with(nodes, list.arrays(model), model.outputs());
        } catch (IllegalArgumentException e) {
            throw new OnnxException(model.source() + ": " + e.getMessage(), e);
        }
    }

    /** Checks a function and what it calls, and returns how many functions and graphs are within each other from it on. */
    private int check(LocalFunction function, int depth) {
        Integer known = done.get(function.name());
        if (known != null) {
            return known;
        }
        if (!open.add(function.name())) {
            throw new OnnxException("the function " + function.name() + " calls itself");
        }
        int height = 1 + check(function, function.body(), Set.of(""), depth + 1);
        open.remove(function.name());
        done.put(function.name(), height);
        return height;
    }

    /**
     * Checks a graph and what its nodes call: in a function, at any depth, they see nothing of the graphs around it.
     *
     * @param function that the graph belongs to; null for the file's own graph
     * @param around values of the function that the graph sees
     */
    private int check(@Nullable LocalFunction function, Subgraph.Body body, Set<String> around, int depth) {
        requireShallow(depth);
        Set<String> made = new HashSet<>(around);
        made.addAll(body.inputs());
        made.addAll(body.initializers().keySet());
        int height = 0;
        for (OnnxNode node : body.nodes()) {
            if (function != null) {
                requireMade(function, node.inputs(), made);
                requireSameMeaning(function, node);
            }
            LocalFunction called = model.functions().get(LocalFunction.key(node.domain(), node.operator()));
            if (called != null) {
                height = Math.max(height, check(called, depth));
            }
            for (Subgraph.Body inner : graphs(node)) {
                height = Math.max(height, 1 + check(function, inner, made, depth + 1));
            }
            made.addAll(node.outputs());
        }
        if (function != null) {
            requireMade(function, body.outputs(), made);
        }
        requireShallow(height);
        return height;
    }

    /** The graphs of a node, without those that cannot be read. */
    private static List<Subgraph.Body> graphs(OnnxNode node) {
        List<Subgraph.Body> graphs = new ArrayList<>();
        for (Attribute attribute : node.attributes().values()) {
            if (attribute instanceof Attribute.Graph(var graph)) {
                try {
                    graphs.add(graph.read());
                } catch (OnnxException _) {
                    // Said where it is taken.
                }
            }
        }
        return graphs;
    }

    private static void requireShallow(int depth) {
        if (depth > DEEPEST) {
            throw new OnnxException("expected functions and graphs at most " + DEEPEST + " deep within each other");
        }
    }

    private void requireSameMeaning(LocalFunction function, OnnxNode node) {
        int changed = node.isStandard() ? CHANGED.getOrDefault(node.operator(), 0) : 0;
        if (function.opset() > 0 && function.opset() < changed != model.opset() < changed) {
            throw new OnnxException("the function " + function.name() + " is of operator set " + function.opset()
                    + " and the file of " + model.opset() + ", which differ in " + node.operator());
        }
    }

    private static void requireMade(LocalFunction function, List<String> used, Set<String> made) {
        for (String name : used) {
            if (!made.contains(name)) {
                throw new OnnxException("the function " + function.name() + " uses " + OnnxException.quoted(name)
                        + ", which nothing in it makes");
            }
        }
    }
}
