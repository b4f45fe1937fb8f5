package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.op.element.Elementwise;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Activation functions that recurrent operators name. */
final class RecurrentFunctions {
    /** What alpha and beta are where a node does not say. */
    private static final Map<String, double[]> DEFAULTS = Map.of("affine", new double[] {1, 0}, "leakyrelu",
            new double[] {0.01, 0}, "thresholdedrelu", new double[] {1, 0}, "scaledtanh", new double[] {1, 1},
            "hardsigmoid", new double[] {0.2, 0.5}, "elu", new double[] {1, 0});

    private RecurrentFunctions() {
    }

    /** The functions of a direction; those that take alpha or beta consume the node's numbers one after the other. */
    static List<UnaryOperator<Value>> of(OnnxNode node, List<String> otherwise, int direction) {
        List<String> names = node.attributes().get("activations") instanceof OnnxNode.Attribute.Texts t
                ? t.values()
                : List.of();
        int count = otherwise.size();
        if (!names.isEmpty() && names.size() < (direction + 1) * count) {
            throw new OnnxException("attribute activations: expected " + count + " functions a direction, got "
                    + names.size());
        }
        List<Double> alphas = numbers(node, "activation_alpha");
        List<Double> betas = numbers(node, "activation_beta");
        List<UnaryOperator<Value>> functions = new ArrayList<>();
        int a = 0;
        int b = 0;
        for (int i = 0; i < (direction + 1) * count; i++) {
            String name = (names.isEmpty() ? otherwise.get(i % count) : names.get(i)).toLowerCase(Locale.ROOT);
            double[] numbers = DEFAULTS.getOrDefault(name, new double[2]).clone();
            if (DEFAULTS.containsKey(name) && a < alphas.size()) {
                numbers[0] = alphas.get(a++);
            }
            if (List.of("affine", "scaledtanh", "hardsigmoid").contains(name) && b < betas.size()) {
                numbers[1] = betas.get(b++);
            }
            if (i >= direction * count) {
                functions.add(function(name, numbers[0], numbers[1]));
            }
        }
        return functions;
    }

    private static List<Double> numbers(OnnxNode node, String attribute) {
        return node.attributes().get(attribute) instanceof OnnxNode.Attribute.Reals r
                ? r.values().stream().map(Float::doubleValue).toList()
                : List.of();
    }

    private static UnaryOperator<Value> function(String name, double alpha, double beta) {
        return switch (name) {
            case "relu" -> Value::relu;
            case "tanh" -> Value::tanh;
            case "sigmoid" -> Value::sigmoid;
            case "softplus" -> Value::softplus;
            case "softsign" -> Elementwise::softsign;
            case "affine" -> x -> x.scale(alpha).add(beta);
            case "leakyrelu" -> x -> x.relu().subtract(x.negate().relu().scale(alpha));
            case "thresholdedrelu" -> x -> x.multiply(x.subtract(alpha).step());
            case "scaledtanh" -> x -> x.scale(beta).tanh().scale(alpha);
            case "hardsigmoid" -> x -> Activations.clamp(x.scale(alpha).add(beta), 0, 1);
            case "elu" -> x -> x.relu().add(x.min(x.like(0)).expm1().scale(alpha));
            default -> throw new OnnxException("attribute activations: " + OnnxException.quoted(name)
                    + " is no activation function");
        };
    }
}
