package dev.goshawk.onnx.form;

import static dev.goshawk.onnx.OnnxBytes.array;
import static dev.goshawk.onnx.OnnxBytes.attribute;
import static dev.goshawk.onnx.OnnxBytes.floats;
import static dev.goshawk.onnx.OnnxBytes.integers;
import static dev.goshawk.onnx.OnnxBytes.real;
import static dev.goshawk.onnx.OnnxBytes.tensor;

import dev.goshawk.onnx.OnnxBytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Networks as other tools write them: classifiers of images "x" whose logits are "y". */
final class FormSamples {
    static final int SIDE = 8;
    private static final int FLOAT = 1;
    private static final int INT8 = 3;
    private static final int FLOAT16 = 10;
    private static final int DOUBLE = 11;
    private static final int BFLOAT16 = 16;

    private final List<Sample> all = new ArrayList<>();

    /** A network, with what integers refuse of it, if anything. */
    record Sample(String name, OnnxBytes model, String refusal) {
    }

    private FormSamples() {
    }

    static List<Sample> all() {
        FormSamples samples = new FormSamples();
        samples.images();
        samples.layouts();
        samples.outputs();
        samples.names();
        samples.arrays();
        samples.chains();
        return samples.all;
    }

    private void add(String name, OnnxBytes model) {
        add(name, model, "");
    }

    private void add(String name, OnnxBytes model, String refusal) {
        all.add(new Sample(name, model, refusal));
    }

    /** Numbers around 0 that differ by name. */
    static float[] wave(String name, int n) {
        float[] w = new float[n];
        for (int i = 0; i < n; i++) {
            w[i] = (float) Math.sin(1 + name.hashCode() % 7 + 0.7 * i) / 2;
        }
        return w;
    }

    static byte[] weight(String name, long... dims) {
        return floats(name, dims, wave(name, (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)));
    }

    /** A rectifier, a mean of all pixels, a dense layer of four classes. */
    private static OnnxBytes head(OnnxBytes model, String from, int channels) {
        return model.initializer(weight("fc", 4, channels)).initializer(weight("fc.bias", 4))
                .node("Relu", List.of(from), List.of("head.relu"))
                .node("GlobalAveragePool", List.of("head.relu"), List.of("pooled"))
                .node("Flatten", List.of("pooled"), List.of("flat"))
                .node("Gemm", List.of("flat", "fc", "fc.bias"), List.of("y"), attribute("transB", 1));
    }

    private static OnnxBytes small(OnnxBytes model) {
        return head(model.node("Conv", List.of("x", "w"), List.of("c"), attribute("pads", 1, 1, 1, 1)), "c", 5)
                .output("y");
    }

    private void images() {
        add("one channel", small(new OnnxBytes(13).input("x", FLOAT, 0, 1, SIDE, SIDE)
                .initializer(weight("w", 5, 1, 3, 3))));
        add("one channel, as LeNet", new OnnxBytes(13).input("x", FLOAT, 0, 1, SIDE, SIDE)
                .initializer(weight("w", 4, 1, 3, 3)).initializer(weight("b", 4)).initializer(weight("v", 6, 4, 3, 3))
                .initializer(weight("fc", 54, 4)).initializer(integers("rows", new long[] {2}, -1, 54))
                .node("Conv", List.of("x", "w", "b"), List.of("c"), attribute("pads", 1, 1, 1, 1))
                .node("Relu", List.of("c"), List.of("r"))
                .node("Conv", List.of("r", "v"), List.of("d")).node("Relu", List.of("d"), List.of("s"))
                .node("MaxPool", List.of("s"), List.of("m"), attribute("kernel_shape", 2L, 2L),
                        attribute("strides", 2L, 2L))
                .node("Reshape", List.of("m", "rows"), List.of("f"))
                .node("MatMul", List.of("f", "fc"), List.of("l"))
                .node("Softmax", List.of("l"), List.of("p")).output("l").output("p"));
        add("one channel, channels last", small(new OnnxBytes(13).input("images", FLOAT, 0, SIDE, SIDE, 1)
                .initializer(weight("w", 5, 1, 3, 3))
                .node("Transpose", List.of("images"), List.of("x"), attribute("perm", 0L, 3L, 1L, 2L))));
        add("every extent open but the channels", small(new OnnxBytes(13).input("x", FLOAT, 0, 3, 0, 0)
                .initializer(weight("w", 5, 3, 3, 3))));
        add("every extent open", small(new OnnxBytes(13).input("x", FLOAT, 0, 0, 0, 0)
                .initializer(weight("w", 5, 3, 3, 3))));
        add("every extent open, one channel", small(new OnnxBytes(13).input("x", FLOAT, 0, 0, 0, 0)
                .initializer(weight("w", 5, 1, 3, 3))));
        add("every extent open, channels last", small(new OnnxBytes(13).input("images", FLOAT, 0, 0, 0, 3)
                .initializer(weight("w", 5, 3, 3, 3))
                .node("Transpose", List.of("images"), List.of("x"), attribute("perm", 0L, 3L, 1L, 2L))));
    }

    private void layouts() {
        OnnxBytes tensorflow = new OnnxBytes(13).input("images", FLOAT, 0, SIDE, SIDE, 3)
                .initializer(weight("w", 5, 3, 3, 3)).initializer(weight("bias", 1, 1, 1, 5))
                .initializer(weight("d", 5, 1, 3, 3)).initializer(weight("scale", 5)).initializer(weight("shift", 5))
                .initializer(weight("fc", 80, 4)).initializer(weight("fc.bias", 4))
                .initializer(integers("rows", new long[] {2}, -1, 80));
        first(tensorflow, "images", "a").node("Conv", List.of("a", "w"), List.of("b"),
                attribute("auto_pad", "SAME_UPPER"), attribute("strides", 2L, 2L));
        last(tensorflow, "b", "c").node("Add", List.of("c", "bias"), List.of("e"))
                .node("Relu", List.of("e"), List.of("f"));
        first(tensorflow, "f", "g").node("Conv", List.of("g", "d"), List.of("h"), attribute("group", 5),
                attribute("auto_pad", "SAME_UPPER"));
        last(tensorflow, "h", "i").node("Mul", List.of("i", "scale"), List.of("j"))
                .node("Add", List.of("j", "shift"), List.of("k")).node("Relu", List.of("k"), List.of("l"))
                .node("Reshape", List.of("l", "rows"), List.of("m")).node("MatMul", List.of("m", "fc"), List.of("n"))
                .node("Add", List.of("n", "fc.bias"), List.of("y")).output("y");
        add("TensorFlow's layout", tensorflow);
    }

    private static OnnxBytes first(OnnxBytes model, String from, String to) {
        return model.node("Transpose", List.of(from), List.of(to), attribute("perm", 0L, 3L, 1L, 2L));
    }

    private static OnnxBytes last(OnnxBytes model, String from, String to) {
        return model.node("Transpose", List.of(from), List.of(to), attribute("perm", 0L, 2L, 3L, 1L));
    }

    static OnnxBytes pictures(int opset) {
        return new OnnxBytes(opset).input("x", FLOAT, 0, 3, SIDE, SIDE);
    }

    private void outputs() {
        OnnxBytes model = pictures(13).initializer(weight("w", 5, 3, 3, 3))
                .node("Conv", List.of("x", "w"), List.of("c"));
        add("two outputs", head(model, "c", 5).output("y").output("pooled"));
        OnnxBytes reversed = pictures(13).initializer(weight("w", 5, 3, 3, 3))
                .node("Conv", List.of("x", "w"), List.of("c"));
        add("logits as the second output", head(reversed, "c", 5).output("c").output("y"));
    }

    private void names() {
        OnnxBytes old = new OnnxBytes(7).input("w", FLOAT, 5, 3, 3, 3).input("x", FLOAT, 0, 3, SIDE, SIDE)
                .initializer(weight("w", 5, 3, 3, 3));
        add("arrays that are inputs", small(old));
        String w = "mod\u00e8le/conv 1/\"k\u0435rnel\":0 'q' \\ {x}";
        OnnxBytes odd = new OnnxBytes(13).input("the input:0", FLOAT, 0, 3, SIDE, SIDE)
                .initializer(weight(w, 5, 3, 3, 3)).initializer(weight("../b;rm", 5))
                .named("", "StatefulPartitionedCall/a b/\u4e2d\u6587 \ud83e\udd85", "Conv",
                        List.of("the input:0", w, "../b;rm"), List.of("out %s {0}"));
        add("odd names", head(odd, "out %s {0}", 5).output("y"));
    }

    private static byte[] narrow(String name, int type, long... dims) {
        float[] values = wave(name, (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b));
        ByteBuffer raw = ByteBuffer.allocate(values.length * (type == DOUBLE ? 8 : 2)).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            switch (type) {
                case DOUBLE -> raw.putDouble(v);
                case FLOAT16 -> raw.putShort(Float.floatToFloat16(v));
                default -> raw.putShort((short) (Float.floatToRawIntBits(v) >> 16));
            }
        }
        return tensor(name, type, dims, raw.array());
    }

    private void arrays() {
        for (int type : new int[] {FLOAT16, DOUBLE, BFLOAT16}) {
            OnnxBytes cast = pictures(13).initializer(narrow("w", type, 5, 3, 3, 3))
                    .node("Cast", List.of("w"), List.of("v"), attribute("to", 1))
                    .node("Conv", List.of("x", "v"), List.of("c"));
            add("arrays of type " + type + ", cast", head(cast, "c", 5).output("y"));
        }
        OnnxBytes half = new OnnxBytes(13).input("x", FLOAT16, 0, 3, SIDE, SIDE)
                .initializer(narrow("w", FLOAT16, 5, 3, 3, 3)).initializer(narrow("b", FLOAT16, 5))
                .initializer(narrow("fc", FLOAT16, 5, 4)).node("Conv", List.of("x", "w", "b"), List.of("c"))
                .node("Relu", List.of("c"), List.of("r")).node("GlobalAveragePool", List.of("r"), List.of("p"))
                .node("Flatten", List.of("p"), List.of("f")).node("MatMul", List.of("f", "fc"), List.of("y"));
        add("everything of 16 bits", half.output("y", FLOAT16));
        // ONNX Runtime has no convolution in float64.
        add("everything of 64 bits", new OnnxBytes(13).input("x", DOUBLE, 0, 3, SIDE, SIDE)
                .initializer(narrow("w", DOUBLE, 192, 5)).initializer(narrow("fc", DOUBLE, 5, 4))
                .node("Flatten", List.of("x"), List.of("f")).node("MatMul", List.of("f", "w"), List.of("h"))
                .node("Relu", List.of("h"), List.of("r")).node("MatMul", List.of("r", "fc"), List.of("y"))
                .output("y", DOUBLE));
        add("arrays that nothing uses", small(pictures(13).initializer(weight("w", 5, 3, 3, 3))
                .initializer(weight("unused", 100, 7)).initializer(integers("also", new long[] {2}, 1, 2))
                .initializer(tensor("text", 8, new long[] {0}, new byte[0]))));
        add("a weight from a Constant", small(pictures(13).node("Constant", List.of(), List.of("w"),
                array("value", weight("t", 5, 3, 3, 3)))));
        OnnxBytes shared = pictures(13).initializer(weight("w", 3, 3, 3, 3))
                .node("Conv", List.of("x", "w"), List.of("a"), attribute("pads", 1, 1, 1, 1))
                .node("Relu", List.of("a"), List.of("b"))
                .node("Conv", List.of("b", "w"), List.of("c"), attribute("pads", 1, 1, 1, 1));
        add("a weight of two convolutions", head(shared, "c", 3).output("y"));
        OnnxBytes both = pictures(13).initializer(weight("w", 4, 4))
                .initializer(weight("v", 4, 3, 3, 3)).node("Conv", List.of("x", "v"), List.of("a"))
                .node("GlobalMaxPool", List.of("a"), List.of("p")).node("Flatten", List.of("p"), List.of("f"))
                .node("MatMul", List.of("f", "w"), List.of("m"))
                .node("Gemm", List.of("m", "w"), List.of("y"), attribute("transB", 1));
        add("a matrix and its transpose", both.output("y"));
        OnnxBytes behind = pictures(13).initializer(weight("w", 4, 4)).initializer(weight("v", 4, 3, 3, 3))
                .node("Identity", List.of("w"), List.of("i")).node("Conv", List.of("x", "v"), List.of("a"))
                .node("Relu", List.of("a"), List.of("b")).node("GlobalMaxPool", List.of("b"), List.of("p"))
                .node("Flatten", List.of("p"), List.of("f")).node("Transpose", List.of("i"), List.of("t"))
                .node("MatMul", List.of("f", "t"), List.of("m")).node("MatMul", List.of("m", "i"), List.of("y"));
        add("a matrix and its transpose behind a node", behind.output("y"),
                "node 5 (Transpose): expected weights, biases and activations, got the array 'w'");
        OnnxBytes normalized = pictures(14).initializer(weight("w", 5, 3, 3, 3)).initializer(weight("g", 5))
                .initializer(weight("b", 5)).initializer(weight("m", 5))
                .initializer(floats("v", new long[] {5}, 1, 2, 3, 4, 5))
                .node("Conv", List.of("x", "w"), List.of("c"))
                .node("BatchNormalization", List.of("c", "g", "b", "m", "v"), List.of("n"), real("epsilon", 1e-3f));
        add("normalization that is not folded", head(normalized, "n", 5).output("y"));
    }

    /** Exported while it was trained: with ONNX Runtime it is compared as it is evaluated, which another test does. */
    static OnnxBytes training(boolean trained) {
        OnnxBytes model = pictures(14).initializer(weight("w", 5, 3, 3, 3)).initializer(weight("g", 5))
                .initializer(weight("b", 5)).initializer(weight("m", 5))
                .initializer(floats("v", new long[] {5}, 1, 2, 3, 4, 5))
                .initializer(floats("ratio", new long[0], 0.5f))
                .initializer(tensor("training", 9, new long[0], new byte[] {(byte) (trained ? 1 : 0)}))
                .node("Conv", List.of("x", "w"), List.of("c"));
        if (trained) {
            model.node("BatchNormalization", List.of("c", "g", "b", "m", "v"), List.of("n", "mean", "variance"),
                    attribute("training_mode", 1));
        } else {
            model.node("BatchNormalization", List.of("c", "g", "b", "m", "v"), List.of("n"));
        }
        // A sigmoid, so that it leaves as the nodes of its file.
        return head(model.node("Dropout", List.of("n", "ratio", "training"), List.of("d"))
                .node("Sigmoid", List.of("d"), List.of("s")), "s", 5).output("y");
    }

    private void chains() {
        long[] filter = {5, 3, 3, 3};
        byte[] numbers = new byte[27];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (byte) (i * 37);
        }
        add("the same codes by two scales",
                head(pictures(13).initializer(tensor("w", INT8, new long[] {3, 3, 1, 3}, numbers))
                        .initializer(floats("s", new long[0], 0.01f)).initializer(floats("t", new long[0], 0.003f))
                        .node("DequantizeLinear", List.of("w", "s"), List.of("v"))
                        .node("DequantizeLinear", List.of("w", "t"), List.of("u"))
                        .node("Conv", List.of("x", "v"), List.of("a")).node("Conv", List.of("a", "u"), List.of("c")),
                        "c", 3)
                        .output("y"));
        String[][] chains = {{"Identity"}, {"Cast"}, {"Transpose"}, {"Reshape"}, {"DequantizeLinear"},
                {"Transpose", "Identity", "Reshape"}, {"Cast", "Transpose", "Cast", "Identity"},
                {"DequantizeLinear", "Transpose"}, {"DequantizeLinear", "Reshape", "Identity"},
                {"QuantizeLinear", "DequantizeLinear"}, {"QuantizeLinear", "Identity", "DequantizeLinear", "Transpose"},
                {"Unsqueeze", "Squeeze"}};
        for (String[] chain : chains) {
            OnnxBytes model = pictures(13).initializer(integers("to", new long[] {4}, filter))
                    .initializer(integers("zero", new long[] {1}, 0))
                    .initializer(floats("scale", new long[0], 0.01f))
                    .initializer(tensor("z", INT8, new long[0], new byte[] {3}));
            boolean codes = chain[0].equals("DequantizeLinear");
            int n = 5 * 3 * 3 * 3;
            byte[] bytes = new byte[n];
            for (int i = 0; i < n; i++) {
                bytes[i] = (byte) (i * 37);
            }
            long[] dims = Arrays.asList(chain).contains("Transpose") ? new long[] {3, 5, 3, 3} : filter;
            dims = Arrays.asList(chain).contains("Reshape") && dims == filter ? new long[] {15, 9} : dims;
            model.initializer(codes ? tensor("w0", INT8, dims, bytes) : weight("w0", dims));
            for (int i = 0; i < chain.length; i++) {
                List<String> to = List.of("w" + (i + 1));
                String from = "w" + i;
                switch (chain[i]) {
                    case "Transpose" -> model.node(chain[i], List.of(from), to, attribute("perm", 1L, 0L, 2L, 3L));
                    case "Reshape" -> model.node(chain[i], List.of(from, "to"), to);
                    case "Cast" -> model.node(chain[i], List.of(from), to, attribute("to", 1));
                    case "Squeeze", "Unsqueeze" -> model.node(chain[i], List.of(from, "zero"), to);
                    case "Identity" -> model.node(chain[i], List.of(from), to);
                    default -> model.node(chain[i], List.of(from, "scale", "z"), to);
                }
            }
            model.node("Conv", List.of("x", "w" + chain.length), List.of("c"));
            add("a weight through " + String.join(", ", chain), head(model, "c", 5).output("y"));
        }
    }
}
