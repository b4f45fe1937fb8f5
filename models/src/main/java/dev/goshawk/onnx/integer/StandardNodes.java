package dev.goshawk.onnx.integer;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.FreeNames;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Nodes of ONNX's own operators that take the place of a model's nodes, with the arrays that they use. */
public final class StandardNodes {
    private final OnnxModel model;
    private final FreeNames names;
    private final SequencedMap<String, ConstantArray> arrays;
    private final Map<String, ConstantArray> made = new HashMap<>();
    private final List<OnnxNode> nodes = new ArrayList<>();

    StandardNodes(OnnxModel model) {
        this.model = model;
        this.names = new FreeNames(model);
        this.arrays = new LinkedHashMap<>(model.initializers());
        for (OnnxNode node : model.nodes()) {
            if (node.attributes().get("value") instanceof Attribute.Array(var array) && node.inputs().isEmpty()
                    && !node.outputs().isEmpty()) {
                made.put(node.outputs().getFirst(), array);
            }
        }
    }

    /** The model with its fused and integer layers written as such nodes; the same one if it has none. */
    public static OnnxModel of(OnnxModel model) {
        return IntegerLayers.inFloats(FusedLayers.apart(model));
    }

    OnnxModel model() {
        return model.with(nodes, arrays, model.outputs());
    }

    /** An array of the file, of a node Constant, or one that was added; null for anything else. */
    @Nullable ConstantArray constant(String name) {
        return arrays.getOrDefault(name, made.get(name));
    }

    static boolean isGiven(OnnxNode n, int input) {
        return input < n.inputs().size() && !n.inputs().get(input).isEmpty();
    }

    String unused(String name) {
        return names.take(name);
    }

    /** Puts an array in the place of the one of this name. */
    String replace(String name, ConstantArray array) {
        arrays.put(name, array);
        return name;
    }

    /** Adds an array of this name, or of one like it. */
    String array(String name, ConstantArray array) {
        return replace(unused(name), array);
    }

    void keep(OnnxNode n) {
        nodes.add(n.at(nodes.size()));
    }

    /** Adds a node in the place of another, and gives its output's name. */
    String add(OnnxNode n, String operator, List<String> inputs, Map<String, Attribute> attributes, String output) {
        nodes.add(new OnnxNode(nodes.size(), n.place(), n.name(), operator, "", inputs, List.of(output), attributes));
        return output;
    }
}
