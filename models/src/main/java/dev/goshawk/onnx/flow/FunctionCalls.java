package dev.goshawk.onnx.flow;

import dev.goshawk.onnx.format.LocalFunction;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
            FunctionCalls calls = new FunctionCalls(model);
            model.functions().values().forEach(f -> calls.check(f, 0));
            NodeList list = new NodeList(model, 0);
            model.nodes().forEach(list::add);
            List<OnnxNode> nodes = new ArrayList<>();
            list.nodes().forEach(n -> nodes.add(n.at(nodes.size())));
            return model.with(nodes, list.arrays(model), model.outputs());
        } catch (IllegalArgumentException e) {
            throw new OnnxException(model.source() + ": " + e.getMessage(), e);
        }
    }

    /** Returns how many functions and graphs are within each other from this one on. */
    private int check(LocalFunction function, int depth) {
        Integer known = done.get(function.name());
        if (known != null) {
            return known;
        }
        if (!open.add(function.name())) {
            throw new OnnxException("the function " + function.name() + " calls itself");
        }
        requireClosed(function);
        for (OnnxNode node : function.body().nodes()) {
            int changed = CHANGED.getOrDefault(node.operator(), 0);
            if (function.opset() > 0 && function.opset() < changed != model.opset() < changed) {
                throw new OnnxException("the function " + function.name() + " is of operator set " + function.opset()
                        + " and the file of " + model.opset() + ", which differ in " + node.operator());
            }
        }
        int height = check(function.body().nodes(), depth + 1);
        open.remove(function.name());
        done.put(function.name(), height);
        return height;
    }

    private int check(List<OnnxNode> nodes, int depth) {
        requireShallow(depth);
        int height = 1;
        for (OnnxNode node : nodes) {
            LocalFunction called = model.functions().get(LocalFunction.key(node.domain(), node.operator()));
            if (called != null) {
                height = Math.max(height, 1 + check(called, depth));
            }
            for (Attribute attribute : node.attributes().values()) {
                if (attribute instanceof Attribute.Graph(var graph)) {
                    height = Math.max(height, 1 + check(graph.read().nodes(), depth + 1));
                }
            }
        }
        requireShallow(height);
        return height;
    }

    private static void requireShallow(int depth) {
        if (depth > DEEPEST) {
            throw new OnnxException("expected functions at most " + DEEPEST + " deep within each other");
        }
    }

    /** A function sees nothing of the graph around it. */
    private static void requireClosed(LocalFunction function) {
        Set<String> made = new HashSet<>(function.body().inputs());
        made.add("");
        for (OnnxNode node : function.body().nodes()) {
            requireMade(function, node.inputs(), made);
            made.addAll(node.outputs());
        }
        requireMade(function, function.body().outputs(), made);
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
