package dev.goshawk.onnx.integer;

import static dev.goshawk.onnx.integer.StandardNodes.isGiven;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/** Writes layers that ONNX Runtime's optimizer made of several nodes as the standard's nodes again. */
final class FusedLayers {
    private static final String MICROSOFT = "com.microsoft";
    private static final Set<String> ACTIVATIONS = Set.of("", "Relu", "Tanh", "Sigmoid", "LeakyRelu", "HardSigmoid");
    /** The first opset whose Clip has its bounds as inputs. */
    private static final int BOUNDS_ARE_INPUTS = 11;

    private final OnnxModel model;
    private final StandardNodes out;

    private FusedLayers(OnnxModel model) {
        this.model = model;
        this.out = new StandardNodes(model);
    }

    /** The model with its fused layers taken apart; the same one if it has none. */
    static OnnxModel apart(OnnxModel model) {
        if (model.nodes().stream().noneMatch(FusedLayers::isFused)) {
            return model;
        }
        FusedLayers layers = new FusedLayers(model);
        model.nodes().forEach(layers::write);
        return layers.out.model();
    }

    private static boolean isFused(OnnxNode n) {
        if (!MICROSOFT.equals(n.domain()) || n.outputs().isEmpty() || n.outputs().getFirst().isEmpty()) {
            return false;
        }
        boolean single = n.outputs().stream().skip(1).allMatch(String::isEmpty);
        int inputs = n.inputs().size();
        return switch (n.operator()) {
            case "Gelu", "QuickGelu", "FastGelu" -> single && inputs >= 1;
            case "BiasGelu" -> single && inputs >= 2;
            case "FusedMatMul" -> single && inputs == 2 && n.whole("transBatchA", 0) == 0
                    && n.whole("transBatchB", 0) == 0;
            case "FusedGemm", "FusedConv" -> single && inputs >= 2 && (ACTIVATIONS.contains(n.text("activation", ""))
                    || isClip(n) && numbers(n).size() == 2);
            case "SkipLayerNormalization" -> inputs >= 3 && n.outputs().stream().skip(1).limit(2)
                    .allMatch(String::isEmpty);
            default -> false;
        };
    }

    private static boolean isClip(OnnxNode n) {
        return "Clip".equals(n.text("activation", ""));
    }

    /** An activation's numbers, as convolutions have them. */
    private static List<Float> numbers(OnnxNode n) {
        return n.attributes().get("activation_params") instanceof Attribute.Reals(var numbers) ? numbers : List.of();
    }

    private void write(OnnxNode n) {
        if (!isFused(n)) {
            out.keep(n);
            return;
        }
        String x = n.inputs().getFirst();
        String y = n.outputs().getFirst();
        switch (n.operator()) {
            case "Gelu" -> gelu(n, x, y);
            case "BiasGelu" -> gelu(n, add(n, "Add", List.of(x, n.inputs().get(1)), Map.of()), y);
            case "FastGelu" -> fastGelu(n, isGiven(n, 1) ? add(n, "Add", n.inputs().subList(0, 2), Map.of()) : x, y);
            case "QuickGelu" -> {
                String steep = add(n, "Mul", List.of(x, number(n, n.real("alpha", 1.702f))), Map.of());
                out.add(n, "Mul", List.of(x, add(n, "Sigmoid", List.of(steep), Map.of())), Map.of(), y);
            }
            case "FusedMatMul" -> product(n, y);
            case "SkipLayerNormalization" -> normalization(n, y);
            default -> activated(n, y);
        }
    }

    /** x (1 + erf(x / sqrt(2))) / 2. */
    private void gelu(OnnxNode n, String x, String y) {
        String scaled = add(n, "Mul", List.of(x, number(n, Math.sqrt(0.5))), Map.of());
        half(n, x, add(n, "Erf", List.of(scaled), Map.of()), y);
    }

    /** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
    private void fastGelu(OnnxNode n, String x, String y) {
        String square = add(n, "Mul", List.of(x, x), Map.of());
        double root = Math.sqrt(2 / Math.PI);
        String slope = add(n, "Add", List.of(add(n, "Mul", List.of(square, number(n, 0.044715 * root)), Map.of()),
                number(n, root)), Map.of());
        String inner = add(n, "Mul", List.of(x, slope), Map.of());
        half(n, x, add(n, "Tanh", List.of(inner), Map.of()), y);
    }

    private void half(OnnxNode n, String x, String gate, String y) {
        String open = add(n, "Add", List.of(gate, number(n, 1)), Map.of());
        out.add(n, "Mul", List.of(add(n, "Mul", List.of(x, open), Map.of()), number(n, 0.5)), Map.of(), y);
    }

    private void product(OnnxNode n, String y) {
        List<String> inputs = new ArrayList<>(n.inputs());
        boolean left = n.whole("transA", 0) != 0 && !transposes(n, inputs, 0);
        boolean right = n.whole("transB", 0) != 0 && !transposes(n, inputs, 1);
        double alpha = n.real("alpha", 1);
        String product = alpha == 1 ? y : out.unused(y + ".product");
        if (left || right) {
            String equation = (left ? "...ji" : "...ij") + "," + (right ? "...kj" : "...jk") + "->...ik";
            out.add(n, "Einsum", inputs, Map.of("equation", new Attribute.Text(equation)), product);
        } else {
            out.add(n, "MatMul", inputs, Map.of(), product);
        }
        if (alpha != 1) {
            out.add(n, "Mul", List.of(product, number(n, alpha)), Map.of(), y);
        }
    }

    /** Transposes an input if it is known, so that a weight is one in MatMul too; of others not even the rank is. */
    private boolean transposes(OnnxNode n, List<String> inputs, int i) {
        ConstantArray array = out.constant(inputs.get(i));
        int rank = array == null ? 0 : array.shape().rank();
        if (rank < 2) {
            return false;
        }
        List<Long> perm = new ArrayList<>(LongStream.range(0, rank).boxed().toList());
        Collections.swap(perm, rank - 2, rank - 1);
        inputs.set(i, add(n, "Transpose", List.of(inputs.get(i)), Map.of("perm", new Attribute.Wholes(perm))));
        return true;
    }

    /** Of a sum, which may be a result too. */
    private void normalization(OnnxNode n, String y) {
        boolean biased = isGiven(n, 4);
        String sum = n.outputs().size() > 3 && !n.outputs().get(3).isEmpty()
                ? n.outputs().get(3)
                : out.unused(y + ".sum");
        String both = biased ? add(n, "Add", n.inputs().subList(0, 2), Map.of()) : "";
        out.add(n, "Add", biased ? List.of(both, n.inputs().get(4)) : n.inputs().subList(0, 2), Map.of(), sum);
        List<String> inputs = new ArrayList<>(List.of(sum, n.inputs().get(2)));
        if (isGiven(n, 3)) {
            inputs.add(n.inputs().get(3));
        }
        out.add(n, "LayerNormalization", inputs,
                Map.of("epsilon", new Attribute.Real((float) n.real("epsilon", 1e-12f))), y);
    }

    /** A layer, what is added to it, and its activation. */
    private void activated(OnnxNode n, String y) {
        boolean conv = n.operator().equals("FusedConv");
        String activation = n.text("activation", "");
        boolean adds = conv && isGiven(n, 3);
        Map<String, Attribute> attributes = new HashMap<>(n.attributes());
        attributes.keySet().removeIf(key -> key.startsWith("activation"));
        String layer = adds || !activation.isEmpty() ? out.unused(y + ".part") : y;
        out.add(n, conv ? "Conv" : "Gemm", n.inputs().subList(0, Math.min(3, n.inputs().size())), attributes, layer);
        if (adds) {
            String sum = activation.isEmpty() ? y : out.unused(y + ".part");
            out.add(n, "Add", List.of(layer, n.inputs().get(3)), Map.of(), sum);
            layer = sum;
        }
        if (isClip(n)) {
            clip(n, layer, numbers(n), y);
        } else if (!activation.isEmpty()) {
            out.add(n, activation, List.of(layer), slopes(n), y);
        }
    }

    private void clip(OnnxNode n, String x, List<Float> bounds, String y) {
        if (model.opset() < BOUNDS_ARE_INPUTS) {
            out.add(n, "Clip", List.of(x), Map.of("min", new Attribute.Real(bounds.get(0)), "max",
                    new Attribute.Real(bounds.get(1))), y);
        } else {
            out.add(n, "Clip", List.of(x, number(n, bounds.get(0)), number(n, bounds.get(1))), Map.of(), y);
        }
    }

    private static Map<String, Attribute> slopes(OnnxNode n) {
        Map<String, Attribute> given = new HashMap<>();
        List<String> names = List.of("alpha", "beta");
        for (int i = 0; i < names.size(); i++) {
            if (i < numbers(n).size()) {
                given.put(names.get(i), new Attribute.Real(numbers(n).get(i)));
            }
            if (n.has("activation_" + names.get(i))) {
                given.put(names.get(i), new Attribute.Real((float) n.real("activation_" + names.get(i), 0)));
            }
        }
        return given;
    }

    private String number(OnnxNode n, double value) {
        return out.array(n.outputs().getFirst() + ".number", ConstantArray.of(Shape.scalar(), (float) value));
    }

    private String add(OnnxNode n, String operator, List<String> inputs, Map<String, Attribute> attributes) {
        return out.add(n, operator, inputs, attributes, out.unused(n.outputs().getFirst() + ".part"));
    }
}
