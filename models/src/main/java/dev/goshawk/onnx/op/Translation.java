package dev.goshawk.onnx.op;

import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Translates an ONNX graph node by node. What depends on constants alone is computed on the spot, by the same operators on the
 * reference backend: shape arithmetic needs no code of its own.
 */
public final class Translation {
    private static final Set<String> SHAPES = Set.of("Shape", "Size");
    /** Operators that compute with constants by themselves. */
    private static final Set<String> BY_THEMSELVES = Set.of("QuantizeLinear", "DequantizeLinear", "Quant");
    /** Moves of elements: a weight behind one of them is still that weight. */
    private static final Set<String> MOVES = Set.of("Identity", "Transpose", "Reshape", "Squeeze", "Unsqueeze",
            "Flatten", "Cast", "Dropout");
    /** What can as well be done before a rounding: moves, and choices of the largest. */
    private static final Set<String> BEFORE_ROUNDING = Set.of("Identity", "Transpose", "Reshape", "Squeeze",
            "Unsqueeze", "Flatten", "MaxPool", "GlobalMaxPool", "DepthToSpace", "SpaceToDepth", "Slice");

    private final OperatorTable table;
    private final OnnxModel model;
    private final Source source;
    private final Map<List<String>, String> refused;
    private final Map<String, Term> terms = new HashMap<>();
    private final Parameters parameters;

    /**
     * For a model whose arrays are known by their names from here on.
     *
     * @param table the operators there are
     * @param source where parameters and layers go
     * @param refused nodes by their outputs that have no translation, and why; an empty text where that is said elsewhere
     */
    public Translation(OperatorTable table, OnnxModel model, Source source, Map<List<String>, String> refused) {
        this.table = table;
        this.model = model;
        this.source = source;
        this.parameters = new Parameters(source);
        this.refused = refused;
        model.initializers().forEach((name, array) -> terms.put(name,
                Term.constant(name, array, !array.isInteger() && array.size() > 1)));
    }

    /** Says what a graph input stands for. */
    public void define(String input, Term term) {
        terms.put(input, term);
    }

    /** What a name stands for; call after {@link #run}. */
    public Term term(String name) {
        Term term = terms.get(name);
        if (term == null) {
            throw new OnnxException(model.source() + ": nothing makes " + OnnxException.quoted(name));
        }
        return term;
    }

    /** The value of a name with ONNX's order of axes; constants become constants of the graph or parameters. */
    public Value value(String name) {
        return logical(term(name));
    }

    /**
     * A value of the file that is a parameter.
     *
     * @param parameter its name
     * @param transposed whether it is a matrix that the file has as [in, out], not as [out, in]
     */
    public record Use(String parameter, boolean transposed) {
    }

    /** Values of the file that became parameters, by their names in the file; call after {@link #run}. */
    public Map<String, Use> uses() {
        Map<String, Use> uses = new HashMap<>();
        terms.forEach((name, term) -> parameters.use(term).ifPresent(use -> uses.put(name, use)));
        return uses;
    }

    /**
     * Translates the nodes that the given names depend on.
     *
     * @throws OnnxException in one line, naming every node that has no translation
     */
    public void run(List<String> wanted) {
        run(needed(wanted), new Refusals(model, model.nodes(), table, refused));
    }

    /**
     * What a name stands for, whether or not the rest of the model has a translation.
     *
     * @throws OnnxException if something that it depends on has none
     */
    public Term translated(String name) {
        List<OnnxNode> needed = needed(List.of(name));
        run(needed, new Refusals(model, needed, table, refused));
        return term(name);
    }

    private void run(List<OnnxNode> nodes, Refusals refusals) {
        for (OnnxNode node : nodes) {
            if (refusals.reaches(node)) {
                continue;
            }
            source.begins(node);
            try {
                translate(node);
            } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException
                    | NegativeArraySizeException e) {
                refusals.add(node, String.valueOf(e.getMessage()), e);
            } catch (OutOfMemoryError e) {
                refusals.add(node, "takes more than the heap of " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB",
                        e);
            }
        }
        refusals.check();
    }

    private List<OnnxNode> needed(List<String> wanted) {
        Set<String> needed = new HashSet<>(wanted);
        List<OnnxNode> nodes = new ArrayList<>();
        for (OnnxNode node : model.nodes().reversed()) {
            if (node.outputs().stream().anyMatch(needed::contains)) {
                needed.addAll(node.inputs());
                nodes.add(node);
            }
        }
        return nodes.reversed();
    }

    private void translate(OnnxNode node) {
        List<Term> inputs = new ArrayList<>();
        for (String name : node.inputs()) {
            inputs.add(name.isEmpty() ? Node.ABSENT : term(name));
        }
        List<Term> results = apply(node, inputs);
        for (int i = 0; i < node.outputs().size() && i < results.size(); i++) {
            Term result = results.get(i);
            terms.put(node.outputs().get(i), result);
            if (!result.isConstant() && !result.isSequence()) {
                source.computed(node.describe(), result.value());
            }
        }
        for (int i = results.size(); i < node.outputs().size(); i++) {
            if (model.uses(node.outputs().get(i)) > 0) {
                throw new OnnxException("its output " + OnnxException.quoted(node.outputs().get(i))
                        + " is used, which is not supported");
            }
        }
    }

    List<Term> apply(OnnxNode node, List<Term> inputs) {
        Operator operator = Objects.requireNonNull(table.of(node));
        if (BY_THEMSELVES.contains(node.operator())) {
            return operator.translate(new Node(node, model.opset(), inputs, this));
        }
        boolean constant = inputs.stream().allMatch(t -> t == Node.ABSENT || t.isConstant());
        boolean trainable = inputs.stream().anyMatch(Term::isTrainable);
        if (constant && (!trainable || SHAPES.contains(node.operator())) || SHAPES.contains(node.operator())) {
            return fold(node, operator, inputs, false);
        }
        if (constant && "Identity".equals(node.operator())) {
            return inputs;
        }
        if (constant && "Clip".equals(node.operator()) && isInteger(inputs)) {
            return fold(node, operator, inputs, true);
        }
        if (constant && MOVES.contains(node.operator()) && uses(node, 0, inputs.getFirst()) == 1
                && inputs.stream().skip(1).noneMatch(Term::isTrainable)) {
            return fold(node, operator, inputs, true);
        }
        Rounding rounding = inputs.isEmpty() ? null : inputs.getFirst().rounding();
        if (rounding != null && BEFORE_ROUNDING.contains(node.operator()) && node.outputs().size() == 1) {
            List<Term> exact = new ArrayList<>(inputs);
            exact.set(0,
                    inputs.getFirst().isChannelsLast() ? Term.channelsLast(rounding.x()) : Term.traced(rounding.x()));
            Term result = operator.translate(new Node(node, model.opset(), exact, this)).getFirst();
            return List.of(rounding.of(result.value()).codes(result, source.rounds()));
        }
        return operator.translate(new Node(node, model.opset(), inputs, this));
    }

    /** Whether the first operand is whole numbers that are known. */
    private static boolean isInteger(List<Term> inputs) {
        ConstantArray first = inputs.isEmpty() || inputs.getFirst() == Node.ABSENT
                ? null
                : inputs.getFirst().constant();
        return first != null && first.isInteger();
    }

    /** Computes a node of constants now. */
    private List<Term> fold(OnnxNode node, Operator operator, List<Term> inputs, boolean moved) {
        Folding folding = new Folding();
        Translation inner = new Translation(folding, this);
        List<Term> results = operator.translate(new Node(node, model.opset(), inputs, inner));
        boolean whole = isInteger(inputs);
        List<Term> folded = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            Term result = results.get(i);
            boolean same = moved && i == 0;
            String name = same ? inputs.getFirst().name() : outputName(node, i);
            if (result.isSequence() || result == Node.ABSENT) {
                folded.add(result);
            } else if (result.isConstant()) {
                boolean trains = same || result.isTrainable();
                folded.add(Term.constant(name, Objects.requireNonNull(result.constant()), trains));
            } else {
                boolean integer = Folding.makesIntegers(node, i, whole);
                folded.add(Term.constant(name, folding.compute(result.logical(), integer), same));
            }
        }
        return folded;
    }

    /** An output that is left out has no name. */
    private static String outputName(OnnxNode node, int i) {
        return i < node.outputs().size() ? node.outputs().get(i) : "";
    }

    /** For nodes of the same model, apart from its arrays. */
    private Translation(Source source, Translation outer) {
        this.table = outer.table;
        this.model = outer.model;
        this.refused = outer.refused;
        this.source = source;
        this.parameters = new Parameters(source);
    }

    Source source() {
        return source;
    }

    /** How many nodes use a node's input, or what it was before it was moved. */
    int uses(OnnxNode node, int input, Term term) {
        return Math.max(model.uses(node.inputs().get(input)), model.uses(term.name()));
    }

    OnnxModel model() {
        return model;
    }

    Value logical(Term term) {
        return term.isConstant() ? ofConstant(term, Kind.ARRAY, false) : term.logical();
    }

    /**
     * A constant as a value: one number where all elements are the same, else a parameter.
     *
     * @param transposed for a matrix, that the file has it as [in, out]
     * @return filters [height, width, in, out] and matrices [in, out] if the kind says so, else as in the file
     */
    Value ofConstant(Term term, Kind kind, boolean transposed) {
        return parameters.of(term, kind, transposed);
    }
}
