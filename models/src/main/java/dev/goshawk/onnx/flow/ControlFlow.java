package dev.goshawk.onnx.flow;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.ElementKind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.Subgraph;
import dev.goshawk.onnx.integer.StandardNodes;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.onnx.op.Translation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Makes nodes of a file's own functions, and of the graphs of If, Loop and Scan where it is known, from the file and the shapes of the
 * inputs, which branch is taken and how often a loop runs. What is known is found by translating what it depends on.
 */
public final class ControlFlow {
    private static final Set<String> OPERATORS = Set.of("If", "Loop", "Scan", "SequenceMap");
    /** The first opset whose Scan has no batch. */
    private static final int SCAN_WITHOUT_BATCH = 9;
    /** Iterations whose condition is computed: each by translating all before it once more. */
    private static final int MOST_CONDITIONS = 100;
    /** Nodes with graphs that are looked at. */
    private static final int MOST = 500;

    private final BiFunction<OnnxModel, Map<List<String>, String>, Translation> translation;
    private final Map<List<String>, String> refused = new HashMap<>();

    private ControlFlow(BiFunction<OnnxModel, Map<List<String>, String>, Translation> translation) {
        this.translation = translation;
    }

    /**
     * A model whose nodes have no graphs, but for those that are refused.
     *
     * @param refused nodes by their outputs, and why; an empty text where something before them is refused
     */
    public record Flat(OnnxModel model, Map<List<String>, String> refused) {
        public Flat {
            refused = Map.copyOf(refused);
        }
    }

    /**
     * Takes the graphs apart.
     *
     * @param translation translates a model of which some nodes are refused, with its inputs defined
     */
    public static Flat flat(OnnxModel model,
            BiFunction<OnnxModel, Map<List<String>, String>, Translation> translation) {
        ControlFlow flow = new ControlFlow(translation);
        OnnxModel flat = StandardNodes.of(FunctionCalls.inlined(model));
        for (int looked = 0;; looked++) {
            Optional<OnnxNode> next = flat.nodes().stream()
                    .filter(n -> isFlow(n) && !flow.refused.containsKey(n.outputs())).findFirst();
            if (next.isEmpty()) {
                return new Flat(flat, flow.refused);
            }
            flat = StandardNodes.of(flow.without(flat, next.get(), looked));
        }
    }

    private static boolean isFlow(OnnxNode node) {
        return node.isStandard() && OPERATORS.contains(node.operator());
    }

    private OnnxModel without(OnnxModel model, OnnxNode node, int looked) {
        try {
            if (looked >= MOST) {
                throw new OnnxException("expected at most " + MOST + " nodes with graphs");
            }
            if (node.outputs().isEmpty()) {
                throw new OnnxException("expected an output, got none");
            }
            Inlined inlined = new Inlined(model, node);
            switch (node.operator()) {
                case "If" -> branch(model, node, inlined);
                case "Loop" -> loop(model, node, inlined);
                case "SequenceMap" ->
                    SequenceMap.write(node, node.inputs().stream().map(name -> term(model, name)).toList(), inlined);
                default -> scan(model, node, inlined);
            }
            return inlined.model();
        } catch (UnknownException e) {
            refused.put(node.outputs(), "");
        } catch (IllegalArgumentException e) {
            refused.put(node.outputs(), String.valueOf(e.getMessage()));
        }
        return model;
    }

    /** Something that a node depends on has no translation. */
    private static final class UnknownException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnknownException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }

    private Term term(OnnxModel model, String name) {
        try {
            return translation.apply(model, refused).translated(name);
        } catch (IllegalArgumentException e) {
            throw new UnknownException(e);
        }
    }

    private ConstantArray known(OnnxModel model, String name, String what) {
        ConstantArray constant = term(model, name).constant();
        if (constant == null) {
            throw new OnnxException("expected " + what + " that is known while the network is translated, here it "
                    + "depends on the data");
        }
        return constant;
    }

    /** What a condition is, where it is known. */
    private boolean isTrue(OnnxModel model, String name) {
        ConstantArray condition = known(model, name, "a condition");
        ElementKind kind = condition.kind().orElse(condition.isInteger() ? ElementKind.BOOL : ElementKind.FLOAT);
        if (kind != ElementKind.BOOL) {
            throw new OnnxException("expected a condition of type bool, got " + kind);
        }
        return condition.scalar() != 0;
    }

    private void branch(OnnxModel model, OnnxNode node, Inlined inlined) {
        if (node.inputs().isEmpty()) {
            throw new OnnxException("expected a condition, got no input");
        }
        boolean taken = isTrue(model, node.inputs().getFirst());
        Subgraph graph = node.graph(taken ? "then_branch" : "else_branch");
        List<String> results = inlined.body(graph, graph.read(), List.of());
        if (results.size() < node.outputs().size()) {
            throw new OnnxException(
                    "expected a branch of " + node.outputs().size() + " outputs, got " + results.size());
        }
        for (int i = 0; i < results.size(); i++) {
            inlined.output(i, results.get(i));
        }
    }

    private void loop(OnnxModel model, OnnxNode node, Inlined inlined) {
        Subgraph graph = node.graph("body");
        Subgraph.Body body = graph.read();
        boolean counted = isGiven(node, 0);
        long count = counted ? known(model, node.inputs().getFirst(), "a trip count").whole() : Long.MAX_VALUE;
        boolean goesOn = !isGiven(node, 1) || isTrue(model, node.inputs().get(1));
        List<String> carried = new ArrayList<>(
                node.inputs().subList(Math.min(2, node.inputs().size()), node.inputs().size()));
        requireOutputs(body, 1 + carried.size());
        List<List<String>> collected = lists(body.outputs().size() - 1 - carried.size());
        boolean always = LoopCondition.isAlways(body);
        if (always && goesOn) {
            requireFew(counted ? count : Long.MAX_VALUE, body);
        }
        for (long i = 0; i < count && goesOn; i++) {
            requireFew(i, body);
            if (!always && i >= MOST_CONDITIONS) {
                throw new OnnxException("expected a loop that goes on for at most " + MOST_CONDITIONS
                        + " iterations by a condition that it computes, it has more");
            }
            List<String> inputs = new ArrayList<>(List.of(inlined.number(i), inlined.truth(true)));
            inputs.addAll(carried);
            List<String> results = inlined.body(graph, body, inputs);
            carried = results.subList(1, 1 + carried.size());
            for (int k = 0; k < collected.size(); k++) {
                collected.get(k).add(results.get(1 + carried.size() + k));
            }
            goesOn = always || i + 1 < count && goesOn(inlined, results.getFirst());
        }
        end(node, inlined, carried, collected, Collections.nCopies(collected.size(), 0));
    }

    /** What an iteration's condition is. Its nodes are nowhere else if that cannot be told, so what is said of them is said here. */
    private boolean goesOn(Inlined inlined, String condition) {
        OnnxModel model = StandardNodes.of(inlined.upTo(condition));
        try {
            return isTrue(model, condition);
        } catch (UnknownException e) {
            String why = String.valueOf(e.getMessage());
            throw new OnnxException(why.replace(model.source() + ": ", ""), e);
        }
    }

    private static void end(OnnxNode node, Inlined inlined, List<String> carried, List<List<String>> collected,
            List<Integer> axes) {
        for (int i = 0; i < carried.size(); i++) {
            inlined.output(i, carried.get(i));
        }
        for (int k = 0; k < collected.size(); k++) {
            int at = carried.size() + k;
            if (at < node.outputs().size() && !node.outputs().get(at).isEmpty()) {
                inlined.output(at, inlined.stacked(collected.get(k), axes.get(k), node.outputs().get(at)));
            }
        }
    }

    private static boolean isGiven(OnnxNode node, int input) {
        return input < node.inputs().size() && !node.inputs().get(input).isEmpty();
    }

    static List<List<String>> lists(int count) {
        List<List<String>> lists = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            lists.add(new ArrayList<>());
        }
        return lists;
    }

    private static void requireOutputs(Subgraph.Body body, int least) {
        if (body.outputs().size() < least) {
            throw new OnnxException("expected a graph of " + least + " outputs or more, got " + body.outputs().size());
        }
    }

    static void requireFew(long count, Subgraph.Body body) {
        long most = NodeList.MOST_NODES / Math.max(1, body.nodes().size());
        if (count > most) {
            throw new OnnxException("expected a loop of at most " + most + " iterations of " + body.nodes().size()
                    + " nodes, it has " + (count == Long.MAX_VALUE ? "no end that is known" : count));
        }
    }

    private void scan(OnnxModel model, OnnxNode node, Inlined inlined) {
        if (model.opset() < SCAN_WITHOUT_BATCH) {
            throw new OnnxException("is read from operator set " + SCAN_WITHOUT_BATCH + " on, the file is of "
                    + model.opset());
        }
        Subgraph graph = node.graph("body");
        Subgraph.Body body = graph.read();
        int scanned = node.whole("num_scan_inputs", 0);
        int states = node.inputs().size() - scanned;
        if (scanned < 1 || states < 0) {
            throw new OnnxException("attribute num_scan_inputs: expected 1 to " + node.inputs().size() + ", got "
                    + scanned);
        }
        requireOutputs(body, states);
        int[] axes = numbers(node, "scan_input_axes", scanned);
        int[] back = numbers(node, "scan_input_directions", scanned);
        int count = -1;
        for (int k = 0; k < scanned; k++) {
            var shape = term(model, node.inputs().get(states + k)).shape();
            int axis = axes[k] < 0 ? axes[k] + shape.rank() : axes[k];
            if (axis < 0 || axis >= shape.rank() || count >= 0 && shape.dim(axis) != count) {
                throw new OnnxException("input " + (states + k) + ": expected axis " + axes[k]
                        + (count < 0 ? "" : " of " + count) + ", got shape " + shape);
            }
            axes[k] = axis;
            count = shape.dim(axis);
        }
        requireFew(count, body);
        List<String> carried = node.inputs().subList(0, states);
        List<List<String>> collected = lists(body.outputs().size() - states);
        int[] outputsBack = numbers(node, "scan_output_directions", collected.size());
        for (int i = 0; i < count; i++) {
            List<String> inputs = new ArrayList<>(carried);
            for (int k = 0; k < scanned; k++) {
                String place = inlined.number(back[k] == 1 ? count - 1 - i : i);
                inputs.add(inlined.add("Gather", List.of(node.inputs().get(states + k), place),
                        node.inputs().get(states + k) + ".part",
                        Map.of("axis", new OnnxNode.Attribute.Whole(axes[k]))));
            }
            List<String> results = inlined.body(graph, body, inputs);
            carried = results.subList(0, states);
            for (int k = 0; k < collected.size(); k++) {
                collected.get(k).add(outputsBack[k] == 1 ? 0 : i, results.get(states + k));
            }
        }
        List<Integer> outputAxes = new ArrayList<>();
        for (int axis : numbers(node, "scan_output_axes", collected.size())) {
            outputAxes.add(axis);
        }
        end(node, inlined, carried, collected, outputAxes);
    }

    private static int[] numbers(OnnxNode node, String attribute, int count) {
        int[] numbers = node.wholes(attribute, new int[count]).clone();
        if (numbers.length != count) {
            throw new OnnxException("attribute " + attribute + ": expected " + count + " numbers, got "
                    + numbers.length);
        }
        return numbers;
    }
}
