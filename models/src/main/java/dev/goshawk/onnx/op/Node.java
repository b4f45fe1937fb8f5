package dev.goshawk.onnx.op;

import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A node with what its inputs stand for: what an {@link Operator} is written in. */
public final class Node {
    /** Stands for an optional input that is left out. */
    public static final Term ABSENT = Term.constant("", ConstantArray.of(Shape.of(0), new long[0]), false);

    /** The first opset whose arithmetic broadcasts without being told to. */
    public static final int NUMPY_BROADCAST = 7;
    /** The first opset whose softmax runs along one axis; before, over that axis and all after it. */
    public static final int SOFTMAX_OF_ONE_AXIS = 13;

    private final OnnxNode node;
    private final int opset;
    private final List<Term> inputs;
    private final Translation translation;

    Node(OnnxNode node, int opset, List<Term> inputs, Translation translation) {
        this.node = node;
        this.opset = opset;
        this.inputs = inputs;
        this.translation = translation;
    }

    public OnnxNode onnx() {
        return node;
    }

    public int opset() {
        return opset;
    }

    public DType dtype() {
        return translation.source().dtype();
    }

    public Source source() {
        return translation.source();
    }

    public int inputs() {
        return inputs.size();
    }

    public boolean has(int i) {
        return i < inputs.size() && inputs.get(i) != ABSENT;
    }

    public Term term(int i) {
        if (!has(i)) {
            throw new OnnxException(i < inputs.size()
                    ? "input " + i + " is left out"
                    : "expected at least " + (i + 1) + (i == 0 ? " input" : " inputs") + ", got " + inputs.size());
        }
        return inputs.get(i);
    }

    public Shape shape(int i) {
        return term(i).shape();
    }

    public int rank(int i) {
        return shape(i).rank();
    }

    /** An input with ONNX's order of axes. */
    public Value logical(int i) {
        return translation.logical(term(i));
    }

    /** A term with ONNX's order of axes. */
    public Value logical(Term t) {
        return translation.logical(t);
    }

    /** An input [batch, ..., channels]. */
    public Value channelsLast(int i) {
        Term t = term(i);
        if (t.shape().rank() < 2) {
            throw new OnnxException("expected an input of at least 2 axes, got shape " + t.shape());
        }
        return t.isChannelsLast() ? t.value() : Axes.channelsLast(translation.logical(t));
    }

    /** An input that must be known while the network is translated. */
    public ConstantArray constant(int i) {
        ConstantArray c = term(i).constant();
        if (c == null) {
            throw new OnnxException("input " + i + " (" + OnnxException.quoted(node.inputs().get(i))
                    + ") must be a constant, here it depends on the data");
        }
        return c;
    }

    /** A vector of whole numbers: an attribute in old opsets, a constant input in new ones. */
    public int[] wholes(String attribute, int input, int... otherwise) {
        if (node.has(attribute)) {
            return node.wholes(attribute);
        }
        return has(input)
                ? Arrays.stream(constant(input).integers())
                        .mapToInt(v -> (int) Math.clamp(v, Integer.MIN_VALUE, Integer.MAX_VALUE)).toArray()
                : otherwise;
    }

    /** A number: an attribute in old opsets, a constant input in new ones. */
    public double number(String attribute, int input, double otherwise) {
        if (node.has(attribute)) {
            return node.real(attribute, otherwise);
        }
        return has(input) ? constant(input).scalar() : otherwise;
    }

    /**
     * A filter or a matrix, as a parameter if it is a constant.
     *
     * @param transposed for a matrix, that the file has it as [in, out]
     */
    public Value weight(int i, Kind kind, boolean transposed) {
        Term t = term(i);
        int rank = kind == Kind.CONV_WEIGHT ? 4 : 2;
        if (t.shape().rank() != rank) {
            throw new OnnxException("weight: expected " + rank + " axes, got shape " + t.shape());
        }
        if (t.isConstant()) {
            source().layer(node.name());
            return translation.ofConstant(t, kind, transposed);
        }
        Value v = t.logical();
        return kind == Kind.CONV_WEIGHT ? v.permute(2, 3, 1, 0) : transposed ? v : v.transpose();
    }

    /** A vector with an element a channel. */
    public Value channels(int i, Kind kind) {
        Term t = term(i);
        if (t.shape().rank() != 1) {
            throw new OnnxException("input " + i + ": expected one number a channel, got shape " + t.shape());
        }
        return t.isConstant() ? translation.ofConstant(t, kind, false) : t.logical();
    }

    /** An array that the node itself makes, as a constant that gradient descent leaves alone. */
    public Value array(String purpose, ConstantArray array) {
        return translation.ofConstant(Term.constant(node.outputs().getFirst() + "." + purpose, array, false),
                Kind.ARRAY, false);
    }

    /** What another operator gives of other operands, as if it were in this one's place. */
    public Term apply(String operator, List<Term> operands, Map<String, OnnxNode.Attribute> attributes) {
        return translation.apply(new OnnxNode(node.index(), node.place(), node.name(), operator, "",
                operands.stream().map(Term::name).toList(), node.outputs(), attributes), operands).getFirst();
    }

    /** Whether an input is of truth values. */
    public boolean isTruth(int i) {
        return translation.model().isTruth(node.inputs().get(i));
    }

    /** Whether an input is an array as the file has it. */
    public boolean isInFile(int i) {
        return translation.model().isInFile(node.inputs().get(i));
    }

    /** The name of an input's elements, or where other nodes use them too, of what this node makes of them. */
    public String ownName(int i) {
        return translation.uses(node, i, term(i)) > 1 ? node.outputs().getFirst() : term(i).name();
    }

    /** A constant with its name, for what becomes a batch normalization's parameter. */
    public Source.Named named(int i) {
        return new Source.Named(term(i).name(), constant(i));
    }

    /** The same function of the input, whatever the order of its axes. */
    public Term map(int i, UnaryOperator<Value> function) {
        Term t = term(i);
        return t.isChannelsLast()
                ? Term.channelsLast(function.apply(t.value()))
                : Term.traced(function.apply(translation.logical(t)));
    }

    /** How the activation behind this node is called. */
    public String activation() {
        return node.name().isEmpty() ? node.outputs().getFirst() : node.name();
    }
}
