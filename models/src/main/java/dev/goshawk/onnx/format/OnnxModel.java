package dev.goshawk.onnx.format;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The contents of an ONNX file.
 *
 * @param source the file's name, for messages
 * @param opset version of ONNX's own operators
 * @param producer who wrote it, may be empty
 * @param nodes in an order in which every value is made before it is used
 * @param initializers constant arrays by name
 * @param inputs what is given from outside, without the initializers
 * @param outputs names of the results
 * @param functions operators that the file defines itself, by {@link LocalFunction#key}, in the file's order
 */
public record OnnxModel(String source, int opset, String producer, List<OnnxNode> nodes,
        SequencedMap<String, ConstantArray> initializers, List<Input> inputs, List<String> outputs,
        Map<String, LocalFunction> functions) {

    /** How far opsets go that were looked at; a later one may have changed an operator's meaning. */
    private static final int NEWEST = 26;
    /** Operators of truth values, whatever they are given. */
    private static final Set<String> TRUTHS = Set.of("Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And",
            "Or", "Xor", "Not", "IsNaN", "IsInf");
    /** Operators that give elements of their first input. */
    private static final Set<String> MOVES = Set.of("Identity", "Transpose", "Reshape", "Squeeze", "Unsqueeze",
            "Flatten", "Expand", "Tile", "Slice", "Split", "Gather", "GatherElements", "GatherND", "Concat", "Trilu",
            "Pad");

    /**
     * A value given from outside.
     *
     * @param dims extents; -1 where the file leaves one open
     */
    public record Input(String name, ElementKind kind, List<Integer> dims) {
        public Input {
            dims = List.copyOf(dims);
        }
    }

    public OnnxModel {
        nodes = List.copyOf(nodes);
        initializers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(initializers));
        Set<String> given = initializers.keySet();
        inputs = inputs.stream().filter(i -> !given.contains(i.name())).toList();
        outputs = List.copyOf(outputs);
        functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
        if (opset < 1 || opset > NEWEST) {
            throw new OnnxException("expected an opset of 1 to " + NEWEST + ", got " + opset);
        }
        if (nodes.isEmpty() || outputs.isEmpty()) {
            throw new OnnxException("holds a graph without " + (nodes.isEmpty() ? "nodes" : "outputs"));
        }
        checkOrder(nodes, initializers, inputs, outputs);
    }

    private static void checkOrder(List<OnnxNode> nodes, SequencedMap<String, ConstantArray> initializers,
            List<Input> inputs, List<String> outputs) {
        Set<String> made = new HashSet<>(initializers.keySet());
        inputs.forEach(i -> made.add(i.name()));
        for (OnnxNode node : nodes) {
            for (String input : node.inputs()) {
                if (!input.isEmpty() && !made.contains(input)) {
                    throw new OnnxException(node.describe() + " uses " + OnnxException.quoted(input)
                            + ", which nothing before it makes (a cycle, or nodes out of order)");
                }
            }
            for (String output : node.outputs()) {
                if (!output.isEmpty() && !made.add(output)) {
                    throw new OnnxException(node.describe() + " makes " + OnnxException.quoted(output)
                            + ", which is already there");
                }
            }
        }
        List<String> missing = new ArrayList<>(outputs);
        missing.removeAll(made);
        if (!missing.isEmpty()) {
            throw new OnnxException("nothing makes the output " + OnnxException.quoted(missing.getFirst()));
        }
    }

    /** The same file with other contents. */
    public OnnxModel with(List<OnnxNode> otherNodes, SequencedMap<String, ConstantArray> arrays, List<String> results) {
        return new OnnxModel(source, opset, producer, otherNodes, arrays, inputs, results, functions);
    }

    /** Whether a value is made of truth values, as far as the nodes tell that it comes from. */
    public boolean isTruth(String value) {
        String name = value;
        for (OnnxNode node : nodes.reversed()) {
            if (node.outputs().contains(name)) {
                if (MOVES.contains(node.operator()) || "Where".equals(node.operator())) {
                    name = "Where".equals(node.operator()) ? node.inputs().getLast() : node.inputs().getFirst();
                } else {
                    return TRUTHS.contains(node.operator())
                            || "Cast".equals(node.operator()) && node.whole("to", 1) == ElementKind.BOOL.code()
                            || node.attributes().get("value") instanceof OnnxNode.Attribute.Array a
                                    && isTruth(a.value());
                }
            }
        }
        ConstantArray array = initializers.get(name);
        String given = name;
        return array != null && isTruth(array)
                || inputs.stream().anyMatch(i -> i.name().equals(given) && i.kind() == ElementKind.BOOL);
    }

    private static boolean isTruth(ConstantArray array) {
        return array.kind().equals(Optional.of(ElementKind.BOOL));
    }

    /** Whether a value is an array of the file. */
    public boolean isInFile(String value) {
        return initializers.containsKey(value)
                || nodes.stream().anyMatch(n -> "Constant".equals(n.operator()) && n.outputs().contains(value));
    }

    /** How many nodes use a value; a use as the graph's output counts. */
    public int uses(String value) {
        long uses = nodes.stream().flatMap(n -> n.inputs().stream()).filter(value::equals).count();
        return (int) uses + (outputs.contains(value) ? 1 : 0);
    }
}
