package dev.goshawk.onnx.export;

import dev.goshawk.onnx.export.GraphBytes.Attributes;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes nodes of the operator sets 7 to 12 as those of operator set 13, the first that has scales along an axis: what were attributes became inputs,
 * softmax runs along one axis, Upsample is Resize. According to the version history in ONNX's list of operators ({@code Changelog.md}).
 */
final class OlderNodes {
    /** The operator set that is written. */
    static final int WRITTEN = 13;
    /** The oldest that is read. */
    static final int OLDEST = 7;

    private static final Set<String> SAME = Set.of("Abs", "Acos", "Acosh", "Add", "And", "ArgMax", "ArgMin", "Asin",
            "Asinh",
            "Atan", "Atanh", "AveragePool", "BatchNormalization", "Cast", "Ceil", "Celu", "Concat", "Constant",
            "ConstantOfShape", "Conv", "ConvTranspose", "Cos", "Cosh", "CumSum", "DepthToSpace", "Div", "Einsum", "Elu",
            "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "Gather", "GatherElements", "GatherND", "Gemm",
            "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "Greater", "GreaterOrEqual", "HardSigmoid",
            "Identity",
            "InstanceNormalization", "LRN", "LeakyRelu", "Less", "LessOrEqual", "Log", "LpNormalization", "LpPool",
            "MatMul", "Max", "MaxPool", "Mean", "MeanVarianceNormalization", "Min", "Mod", "Mul", "Neg", "Not", "Or",
            "PRelu", "Pow", "Range", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
            "ReduceMax",
            "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare", "Relu", "Reshape", "Round", "Selu", "Shape",
            "Sigmoid", "Sign", "Sin", "Sinh", "Size", "Softplus", "Softsign", "SpaceToDepth", "Sqrt", "Sub", "Sum",
            "Tan",
            "Tanh", "ThresholdedRelu", "Tile", "Transpose", "Where", "Xor");
    private static final Set<String> CHANGED = Set.of("Clip", "Dropout", "Hardmax", "LogSoftmax", "Pad", "ReduceSum",
            "Resize",
            "Slice", "Softmax", "Split", "Squeeze", "Unsqueeze", "Upsample");

    private final GraphBytes out;
    private final int opset;

    /** @param opset of the nodes */
    OlderNodes(GraphBytes out, int opset) {
        this.out = out;
        this.opset = opset;
    }

    /** Whether a node has a form in operator set 13 that this class knows. */
    static boolean takes(OnnxNode node, int opset) {
        return opset >= OLDEST && node.isStandard()
                && (SAME.contains(node.operator()) || CHANGED.contains(node.operator()));
    }

    /** Writes a node that takes what is called {@code inputs} here; returns what its outputs are called. */
    List<String> write(OnnxNode node, List<String> inputs) {
        return switch (node.operator()) {
            case "BatchNormalization" -> out.node(without(node, "spatial"), inputs);
            case "Dropout" -> out.node(without(node, "ratio", "seed"), inputs);
            case "Clip" -> opset < 11 ? clip(node, inputs) : out.node(node, inputs);
            case "Pad" -> opset < 11 ? pad(node, inputs) : out.node(node, inputs);
            case "Slice" -> opset < 10 ? slice(node, inputs) : out.node(node, inputs);
            case "ReduceSum", "Squeeze", "Unsqueeze" -> whole(node, inputs, "axes");
            case "Split" -> whole(node, inputs, "split");
            case "Softmax", "LogSoftmax", "Hardmax" -> overTheRest(node, inputs);
            case "Upsample" -> upsample(node, inputs);
            case "Resize" -> opset < 11
                    ? resize(node, inputs.getFirst(), inputs.get(1), node.text("mode", "nearest"))
                    : out.node(node, inputs);
            default -> out.node(node, inputs);
        };
    }

    private static OnnxNode without(OnnxNode node, String... names) {
        Map<String, Attribute> left = new HashMap<>(node.attributes());
        left.keySet().removeAll(List.of(names));
        return new OnnxNode(node.index(), node.place(), node.name(), node.operator(), node.domain(), node.inputs(),
                node.outputs(), left);
    }

    private String floats(OnnxNode node, String of, double value) {
        return out.floats(node.outputs().getFirst() + "." + of, new long[0], (float) value);
    }

    private String wholes(OnnxNode node, String of, int[] values) {
        return out.longs(node.outputs().getFirst() + "." + of, Arrays.stream(values).asLongStream().toArray());
    }

    /** Whole numbers that were an attribute, as the last input; a node may have none. */
    private List<String> whole(OnnxNode node, List<String> inputs, String attribute) {
        if (!node.has(attribute)) {
            return out.node(node, inputs);
        }
        List<String> all = new ArrayList<>(inputs);
        all.add(wholes(node, attribute, node.wholes(attribute)));
        return out.node(without(node, attribute), all);
    }

    private List<String> clip(OnnxNode node, List<String> inputs) {
        List<String> all = new ArrayList<>(inputs);
        all.add(floats(node, "min", node.real("min", -Float.MAX_VALUE)));
        all.add(floats(node, "max", node.real("max", Float.MAX_VALUE)));
        return out.node(without(node, "min", "max"), all);
    }

    private List<String> pad(OnnxNode node, List<String> inputs) {
        List<String> all = new ArrayList<>(inputs);
        all.add(wholes(node, "pads", node.wholes("pads")));
        all.add(floats(node, "value", node.real("value", 0)));
        return out.node(without(node, "pads", "value"), all);
    }

    private List<String> slice(OnnxNode node, List<String> inputs) {
        List<String> all = new ArrayList<>(inputs);
        all.add(wholes(node, "starts", node.wholes("starts")));
        all.add(wholes(node, "ends", node.wholes("ends")));
        if (node.has("axes")) {
            all.add(wholes(node, "axes", node.wholes("axes")));
        }
        return out.node(without(node, "starts", "ends", "axes"), all);
    }

    /** Before operator set 13 the function runs over an axis and all after it, as over one. */
    private List<String> overTheRest(OnnxNode node, List<String> inputs) {
        String y = node.outputs().getFirst();
        String flat = out.node("Flatten", y + ".flat", new Attributes().add("axis", (long) node.whole("axis", 1)),
                inputs.getFirst());
        String shape = out.node("Shape", y + ".shape", inputs.getFirst());
        String result = out.node(node.operator(), y + ".rows", new Attributes().add("axis", 1L), flat);
        return List.of(out.node("Reshape", y, result, shape));
    }

    private List<String> upsample(OnnxNode node, List<String> inputs) {
        String scales = inputs.size() > 1 ? inputs.get(1) : reals(node);
        return resize(node, inputs.getFirst(), scales, node.text("mode", "nearest").replace("bilinear", "linear"));
    }

    private String reals(OnnxNode node) {
        if (node.attributes().get("scales") instanceof Attribute.Reals(List<Float> values)) {
            float[] scales = new float[values.size()];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = values.get(i);
            }
            return out.floats(node.outputs().getFirst() + ".scales", new long[] {scales.length}, scales);
        }
        throw new IllegalArgumentException("ONNX: expected scales of " + node.describe());
    }

    /** As Upsample and the first Resize took their pixels. */
    private List<String> resize(OnnxNode node, String x, String scales, String mode) {
        Attributes attributes = new Attributes().add("mode", mode).add("coordinate_transformation_mode", "asymmetric")
                .add("nearest_mode", "floor");
        return List.of(out.node("Resize", node.outputs().getFirst(), attributes, x, "", scales));
    }
}
