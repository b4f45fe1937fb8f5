package dev.goshawk.onnx.integer;

import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxModel;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.format.OnnxNode.Attribute;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/** Writes layers that ONNX Runtime's optimizer made of several nodes as the standard's nodes again. */
public final class FusedLayers {
    private static final String MICROSOFT = "com.microsoft";
    private static final Set<String> ACTIVATIONS = Set.of("Relu", "Tanh", "Sigmoid", "LeakyRelu", "HardSigmoid");

    private final SequencedMap<String, ConstantArray> arrays;
    private final Set<String> taken = new HashSet<>();
    private final List<OnnxNode> nodes = new ArrayList<>();

    private FusedLayers(OnnxModel model) {
        this.arrays = new LinkedHashMap<>(model.initializers());
        taken.addAll(arrays.keySet());
        model.inputs().forEach(i -> taken.add(i.name()));
        model.nodes().forEach(n -> taken.addAll(n.outputs()));
    }

    /** The model with its fused layers taken apart; the same one if it has none. */
    public static OnnxModel apart(OnnxModel model) {
        if (model.nodes().stream().noneMatch(FusedLayers::isFused)) {
            return model;
        }
        FusedLayers layers = new FusedLayers(model);
        model.nodes().forEach(layers::write);
        return model.with(layers.nodes, layers.arrays, model.outputs());
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
            case "FusedGemm", "FusedConv" -> single && inputs >= 2 && ACTIVATIONS.contains(n.text("activation", ""));
            case "SkipLayerNormalization" -> inputs >= 3 && n.outputs().stream().skip(1).limit(2)
                    .allMatch(String::isEmpty);
            default -> false;
        };
    }

    private void write(OnnxNode n) {
        if (!isFused(n)) {
            nodes.add(n.at(nodes.size()));
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
                put(n, "Mul", List.of(x, add(n, "Sigmoid", List.of(steep), Map.of())), Map.of(), y);
            }
            case "FusedMatMul" -> product(n, y);
            case "SkipLayerNormalization" -> normalization(n, y);
            default -> activated(n, y);
        }
    }

    private static boolean isGiven(OnnxNode n, int input) {
        return input < n.inputs().size() && !n.inputs().get(input).isEmpty();
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
        put(n, "Mul", List.of(add(n, "Mul", List.of(x, open), Map.of()), number(n, 0.5)), Map.of(), y);
    }

    private void product(OnnxNode n, String y) {
        boolean left = n.whole("transA", 0) != 0;
        boolean right = n.whole("transB", 0) != 0;
        String equation = (left ? "...ji" : "...ij") + "," + (right ? "...kj" : "...jk") + "->...ik";
        double alpha = n.real("alpha", 1);
        String product = alpha == 1 ? y : unused(y + ".product");
        if (left || right) {
            put(n, "Einsum", n.inputs(), Map.of("equation", new Attribute.Text(equation)), product);
        } else {
            put(n, "MatMul", n.inputs(), Map.of(), product);
        }
        if (alpha != 1) {
            put(n, "Mul", List.of(product, number(n, alpha)), Map.of(), y);
        }
    }

    /** Of a sum, which may be a result too. */
    private void normalization(OnnxNode n, String y) {
        boolean biased = isGiven(n, 4);
        String sum = n.outputs().size() > 3 && !n.outputs().get(3).isEmpty()
                ? n.outputs().get(3)
                : unused(y + ".sum");
        String both = biased ? add(n, "Add", n.inputs().subList(0, 2), Map.of()) : "";
        put(n, "Add", biased ? List.of(both, n.inputs().get(4)) : n.inputs().subList(0, 2), Map.of(), sum);
        List<String> inputs = new ArrayList<>(List.of(sum, n.inputs().get(2)));
        if (isGiven(n, 3)) {
            inputs.add(n.inputs().get(3));
        }
        put(n, "LayerNormalization", inputs,
                Map.of("epsilon", new Attribute.Real((float) n.real("epsilon", 1e-12f))), y);
    }

    /** A layer, what is added to it, and its activation. */
    private void activated(OnnxNode n, String y) {
        boolean conv = n.operator().equals("FusedConv");
        Map<String, Attribute> attributes = new HashMap<>(n.attributes());
        attributes.keySet().removeIf(key -> key.startsWith("activation"));
        String layer = add(n, conv ? "Conv" : "Gemm", n.inputs().subList(0, Math.min(3, n.inputs().size())),
                attributes);
        if (conv && isGiven(n, 3)) {
            layer = add(n, "Add", List.of(layer, n.inputs().get(3)), Map.of());
        }
        Map<String, Attribute> given = new HashMap<>();
        if (n.attributes().get("activation_params") instanceof Attribute.Reals(var numbers)) {
            for (int i = 0; i < Math.min(2, numbers.size()); i++) {
                given.put(i == 0 ? "alpha" : "beta", new Attribute.Real(numbers.get(i)));
            }
        }
        for (String name : List.of("alpha", "beta")) {
            if (n.has("activation_" + name)) {
                given.put(name, new Attribute.Real((float) n.real("activation_" + name, 0)));
            }
        }
        put(n, n.text("activation", ""), List.of(layer), given, y);
    }

    private String number(OnnxNode n, double value) {
        String free = unused(n.outputs().getFirst() + ".number");
        arrays.put(free, ConstantArray.of(Shape.scalar(), (float) value));
        return free;
    }

    private String unused(String name) {
        String free = name;
        for (int i = 2; !taken.add(free); i++) {
            free = name + "." + i;
        }
        return free;
    }

    private String add(OnnxNode n, String operator, List<String> inputs, Map<String, Attribute> attributes) {
        String free = unused(n.outputs().getFirst() + ".part");
        put(n, operator, inputs, attributes, free);
        return free;
    }

    private void put(OnnxNode n, String operator, List<String> inputs, Map<String, Attribute> attributes,
            String output) {
        nodes.add(new OnnxNode(nodes.size(), n.place(), n.name(), operator, "", inputs, List.of(output), attributes));
    }
}
