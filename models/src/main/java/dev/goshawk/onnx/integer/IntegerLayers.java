package dev.goshawk.onnx.integer;

import static dev.goshawk.onnx.integer.StandardNodes.isGiven;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes layers of whole numbers, as ONNX Runtime's quantizer makes them, as what they stand for: DequantizeLinear of what they take, the
 * layer in floats, QuantizeLinear of what it gives. Sums of products of codes are exact in both as long as float32 holds them.
 */
final class IntegerLayers {
    private static final String MICROSOFT = "com.microsoft";
    private static final int CONCAT_FIRST = 2;
    private static final int GEMM_BIAS = 6;
    private static final int CONV_BIAS = 8;

    private final OnnxModel model;
    private final StandardNodes out;

    private IntegerLayers(OnnxModel model) {
        this.model = model;
        this.out = new StandardNodes(model);
    }

    /** The model with its integer layers in floats; the same one if it has none. */
    static OnnxModel inFloats(OnnxModel model) {
        if (model.nodes().stream().noneMatch(IntegerLayers::isInteger)) {
            return model;
        }
        IntegerLayers layers = new IntegerLayers(model);
        model.nodes().forEach(layers::write);
        return layers.out.model();
    }

    private static boolean isInteger(OnnxNode node) {
        int inputs = node.inputs().size();
        if (node.outputs().isEmpty()) {
            return false;
        }
        if (MICROSOFT.equals(node.domain())) {
            // Without a zero point nothing says whether the result's codes have signs.
            return switch (node.operator()) {
                case "QLinearAdd", "QLinearMul" -> isGiven(node, 7);
                case "QGemm" -> inputs >= 6 && (isGiven(node, GEMM_BIAS + 2) || !isGiven(node, GEMM_BIAS + 1));
                case "QLinearSigmoid", "QLinearLeakyRelu" -> isGiven(node, 4);
                case "QLinearSoftmax" -> isGiven(node, 4) && node.whole("opset", 0) > 0;
                case "QLinearAveragePool", "QLinearGlobalAveragePool" ->
                    isGiven(node, 4) && node.whole("channels_last", 0) == 0;
                case "QLinearConcat" -> inputs >= 5 && inputs % 3 == 2;
                case "QuantizeLinear", "DequantizeLinear" -> inputs >= 2;
                default -> false;
            };
        }
        return node.isStandard() && switch (node.operator()) {
            case "QLinearConv", "QLinearMatMul" -> inputs >= 8;
            case "ConvInteger", "MatMulInteger" -> inputs >= 2;
            default -> false;
        };
    }

    private void write(OnnxNode n) {
        if (!isInteger(n)) {
            out.keep(n);
            return;
        }
        switch (n.operator()) {
            case "QLinearConv" -> {
                List<String> inputs = new ArrayList<>(List.of(floats(n, 0, 1, 2, 1), floats(n, 3, 4, 5, 0)));
                if (isGiven(n, CONV_BIAS)) {
                    inputs.add(bias(n, CONV_BIAS, 4));
                }
                codes(n, layer(n, "Conv", inputs, n.attributes()), 6, 7);
            }
            case "QLinearMatMul" -> codes(n,
                    layer(n, "MatMul", List.of(floats(n, 0, 1, 2, -2), floats(n, 3, 4, 5, -1)), Map.of()), 6, 7);
            case "QGemm" -> gemm(n);
            case "QLinearAdd", "QLinearMul" -> codes(n, layer(n, n.operator().substring("QLinear".length()),
                    List.of(floats(n, 0, 1, 2, 1), floats(n, 3, 4, 5, 1)), Map.of()), 6, 7);
            case "QLinearConcat" -> {
                List<String> inputs = new ArrayList<>();
                for (int i = CONCAT_FIRST; i < n.inputs().size(); i += 3) {
                    inputs.add(floats(n, i, i + 1, i + 2, 1));
                }
                codes(n, layer(n, "Concat", inputs, n.attributes()), 0, 1);
            }
            case "ConvInteger" -> whole(n, "Conv", 1, 0);
            case "MatMulInteger" -> whole(n, "MatMul", -2, -1);
            case "QuantizeLinear", "DequantizeLinear" ->
                out.add(n, n.operator(), n.inputs(), n.attributes(), n.outputs().getFirst());
            default -> codes(n, layer(n, n.operator().substring("QLinear".length()), List.of(floats(n, 0, 1, 2, 1)),
                    n.attributes()), 3, 4);
        }
    }

    private void gemm(OnnxNode n) {
        boolean rows = n.whole("transB", 0) == 1;
        List<String> inputs = new ArrayList<>(List.of(floats(n, 0, 1, 2, 1), floats(n, 3, 4, 5, rows ? 0 : 1)));
        if (isGiven(n, GEMM_BIAS)) {
            inputs.add(bias(n, GEMM_BIAS, 4));
        }
        if (isGiven(n, GEMM_BIAS + 1)) {
            codes(n, layer(n, "Gemm", inputs, n.attributes()), 7, 8);
        } else {
            out.add(n, "Gemm", inputs, n.attributes(), n.outputs().getFirst());
        }
    }

    /** A layer whose results are sums of products of codes. */
    private void whole(OnnxNode n, String operator, int axis, int weightAxis) {
        String one = array(n.outputs().getFirst() + ".one", ConstantArray.of(Shape.scalar(), 1.0f));
        List<String> inputs = List.of(scaled(n, 0, one, 2, axis), scaled(n, 1, one, 3, weightAxis));
        out.add(n, operator, inputs, n.attributes(), n.outputs().getFirst());
    }

    private String floats(OnnxNode n, int codes, int scale, int zero, int axis) {
        return scaled(n, codes, n.inputs().get(scale), zero, axis);
    }

    private String scaled(OnnxNode n, int codes, String scale, int zero, int axis) {
        List<String> inputs = new ArrayList<>(List.of(n.inputs().get(codes), scale));
        if (isGiven(n, zero)) {
            inputs.add(n.inputs().get(zero));
        }
        boolean single = inputs.stream().skip(1).allMatch(this::isSingle);
        return out.add(n, "DequantizeLinear", inputs, single ? Map.of() : Map.of("axis", new Attribute.Whole(axis)),
                out.unused(n.inputs().get(codes) + ".floats"));
    }

    /** Whether a value is known to be one number: then no axis is needed, which old operator sets have not. */
    private boolean isSingle(String name) {
        ConstantArray array = out.constant(name);
        return array != null
                ? array.size() == 1
                : model.nodes().stream()
                        .anyMatch(n -> "DynamicQuantizeLinear".equals(n.operator()) && n.outputs().contains(name));
    }

    private String layer(OnnxNode n, String operator, List<String> inputs, Map<String, Attribute> attributes) {
        return out.add(n, operator, inputs, attributes, out.unused(n.outputs().getFirst() + ".floats"));
    }

    private void codes(OnnxNode n, String value, int scale, int zero) {
        List<String> inputs = new ArrayList<>(List.of(value, n.inputs().get(scale)));
        if (isGiven(n, zero)) {
            inputs.add(n.inputs().get(zero));
        }
        out.add(n, "QuantizeLinear", inputs, Map.of(), n.outputs().getFirst());
    }

    /** A bias, a whole number of which is worth the product of the scales of the input and of the weight. */
    private String bias(OnnxNode n, int input, int weightScale) {
        String name = n.inputs().get(input);
        ConstantArray codes = out.constant(name);
        ConstantArray x = out.constant(n.inputs().get(1));
        ConstantArray w = out.constant(n.inputs().get(weightScale));
        double alpha = n.real("alpha", 1);
        if (codes != null && x != null && w != null && x.size() == 1 && (w.size() == 1 || w.size() == codes.size())) {
            float[] values = new float[codes.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (codes.real(i) * alpha * x.real(0) * w.real(w.size() == 1 ? 0 : i));
            }
            return array(name, ConstantArray.of(codes.shape(), values));
        }
        String factor = layer(n, "Mul", List.of(n.inputs().get(1), n.inputs().get(weightScale)), Map.of());
        if (alpha != 1) {
            String times = array(n.outputs().getFirst() + ".alpha", ConstantArray.of(Shape.scalar(), (float) alpha));
            factor = layer(n, "Mul", List.of(factor, times), Map.of());
        }
        String cast = layer(n, "Cast", List.of(name), Map.of("to", new Attribute.Whole(1)));
        return layer(n, "Mul", List.of(cast, factor), Map.of());
    }

    private String array(String name, ConstantArray array) {
        // What nothing else uses keeps its name.
        return model.initializers().containsKey(name) && model.uses(name) == 1
                ? out.replace(name, array)
                : out.array(name, array);
    }
}
