package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Losses of classes that are known. */
public final class Losses {
    private Losses() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("NegativeLogLikelihoodLoss", Operator.single(n -> loss(n, n.logical(0))));
        all.put("SoftmaxCrossEntropyLoss", n -> {
            Value logs = Activations.logSoftmax(n.logical(0), 1);
            return List.of(loss(n, logs), Term.traced(logs));
        });
    }

    /** Of log-probabilities [batch, classes, ...]. */
    private static Term loss(Node n, Value logs) {
        ConstantArray classes = n.constant(1);
        Shape s = logs.shape();
        int[] expected = new int[s.rank() - 1];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = s.dim(i == 0 ? 0 : i + 1);
        }
        if (s.rank() < 2 || !classes.shape().equals(Shape.of(expected))) {
            throw new OnnxException(
                    "expected scores [batch, classes, ...] and a class for each, got shapes " + s + " and "
                            + classes.shape());
        }
        // Ones at the classes, 0 where a class is to be ignored.
        Value chosen = n.array("classes", oneHot(n, s, classes));
        int[] perClass = new int[s.rank() - 1];
        Arrays.fill(perClass, 1);
        perClass[0] = s.dim(1);
        Value weights = n.has(2) ? chosen.multiply(n.logical(2).reshape(Shape.of(perClass))) : chosen;
        // Where another class has a probability of 0, its logarithm does not count.
        Value each = Functions.where(chosen, logs, logs.like(0)).multiply(weights).sum(1).negate();
        return switch (n.onnx().text("reduction", "mean")) {
            case "none" -> Term.traced(each);
            case "sum" -> Term.traced(each.sum());
            default -> Term.traced(each.sum().divide(weights.sum()));
        };
    }

    private static ConstantArray oneHot(Node n, Shape s, ConstantArray classes) {
        boolean ignores = n.onnx().has("ignore_index");
        int ignored = n.onnx().whole("ignore_index", 0);
        double[] ones = new double[s.size()];
        int inner = Axes.product(s, 2, s.rank());
        for (int i = 0; i < classes.size(); i++) {
            long at = classes.integer(i);
            if (ignores && at == ignored) {
                continue;
            }
            if (at < 0 || at >= s.dim(1)) {
                throw new OnnxException("class " + at + " of " + s.dim(1));
            }
            ones[(i / inner * s.dim(1) + (int) at) * inner + i % inner] = 1;
        }
        return ConstantArray.of(s, ones);
    }
}
