package dev.goshawk.onnx;

import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.integers;
import static dev.goshawk.onnx.OnnxBytes.real;
import static dev.goshawk.onnx.OnnxBytes.reals;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Recurrent layers and losses. */
final class SequenceCases extends CaseList {
    private static final int HIDDEN = 3;

    SequenceCases() {
        Map<String, Integer> gates = Map.of("RNN", 1, "GRU", 3, "LSTM", 4);
        for (String name : List.of("RNN", "GRU", "LSTM")) {
            int g = gates.get(name);
            for (String direction : List.of("forward", "reverse", "bidirectional")) {
                for (String output : name.equals("LSTM") ? List.of("y", "h", "c") : List.of("y", "h")) {
                    recurrent(name + " " + direction + " " + output, name, g, direction, output);
                }
            }
            add(name + " without states", 14, Map.of("x", new long[] {4, 2, 5}, "w", new long[] {1, g * HIDDEN, 5},
                    "r", new long[] {1, g * HIDDEN, HIDDEN})).node(name, List.of("x", "w", "r"), List.of("z"),
                            attribute("hidden_size", HIDDEN), real("clip", 0.6f));
        }
        add("GRU reset after", 14, arrays(3, 1)).node("GRU", List.of("x", "w", "r", "b"), List.of("z"),
                attribute("hidden_size", HIDDEN), attribute("linear_before_reset", 1));
        Map<String, long[]> peeping = arrays(4, 1);
        peeping.put("p", new long[] {1, 3 * HIDDEN});
        add("LSTM with peepholes", 14, peeping).node("LSTM", List.of("x", "w", "r", "b", "", "", "", "p"),
                List.of("z"), attribute("hidden_size", HIDDEN));
        add("RNN of other functions", 14, arrays(1, 2)).node("RNN", List.of("x", "w", "r", "b"), List.of("z"),
                attribute("hidden_size", HIDDEN), attribute("direction", "bidirectional"),
                texts("activations", "LeakyRelu", "Affine"), reals("activation_alpha", 0.3f, 0.7f),
                reals("activation_beta", 0.2f));
        losses();
    }

    private static Map<String, long[]> arrays(int gates, int directions) {
        return new HashMap<>(Map.of("x", new long[] {4, 2, 5}, "w", new long[] {directions, gates * HIDDEN, 5},
                "r", new long[] {directions, gates * HIDDEN, HIDDEN}, "b",
                new long[] {directions, 2 * gates * HIDDEN}));
    }

    private void recurrent(String title, String name, int gates, String direction, String output) {
        int directions = direction.equals("bidirectional") ? 2 : 1;
        Map<String, long[]> inputs = arrays(gates, directions);
        inputs.put("h0", new long[] {directions, 2, HIDDEN});
        boolean lstm = name.equals("LSTM");
        if (lstm) {
            inputs.put("c0", new long[] {directions, 2, HIDDEN});
        }
        List<String> outputs = List.of("y", "h", "c").subList(0, lstm ? 3 : 2);
        add(title, 14, inputs)
                .initializer(OnnxBytes.tensor("n", 6, new long[] {2}, new byte[] {4, 0, 0, 0, 2, 0, 0, 0}))
                .node(name,
                        lstm ? List.of("x", "w", "r", "b", "n", "h0", "c0") : List.of("x", "w", "r", "b", "n", "h0"),
                        outputs, attribute("hidden_size", HIDDEN), attribute("direction", direction))
                .node("Identity", List.of(output), List.of("z"));
    }

    private static byte[] texts(String name, String... values) {
        return OnnxBytes.message(out -> {
            out.writeString(1, name);
            for (String v : values) {
                out.writeBytes(9, ByteString.copyFromUtf8(v));
            }
            out.writeInt32(20, 8);
        });
    }

    private void losses() {
        byte[] classes = integers("t", new long[] {2, 5}, 0, 2, 1, 1, 0, 2, 2, 0, 1, 2);
        for (String operator : List.of("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")) {
            for (String reduction : List.of("none", "sum", "mean")) {
                add(operator + " " + reduction, 13, 2, 3, 5).initializer(classes).node(operator, List.of("x", "t"),
                        List.of("z"), attribute("reduction", reduction));
                add(operator + " weighted " + reduction, 13, Map.of("x", new long[] {2, 3, 5}, "w", new long[] {3}))
                        .initializer(classes).node(operator, List.of("x", "t", "w"), List.of("z"),
                                attribute("reduction", reduction), attribute("ignore_index", 2));
            }
        }
        add("SoftmaxCrossEntropyLoss's logarithms", 13, 2, 3, 5).initializer(classes).node("SoftmaxCrossEntropyLoss",
                List.of("x", "t"), List.of("l", "z"));
    }
}
