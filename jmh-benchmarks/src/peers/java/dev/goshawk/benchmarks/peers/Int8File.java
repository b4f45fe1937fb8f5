package dev.goshawk.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.models.TracedNetwork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A float ONNX file in 8 bits, as ONNX Runtime's own static quantization writes it ("QDQ"): weights int8 by output channel, biases int32, and what
 * layers, additions and pooling read and give uint8 with the range that the images have there. Exports with this form run in its integer kernels.
 */
final class Int8File {
    private static final int FLOAT = 1;
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT32 = 6;
    private static final int NODE = 1;
    private static final int INITIALIZER = 5;
    private static final int OUTPUT = 12;
    private static final int GRAPH = 7;
    private static final Set<String> LAYERS = Set.of("Conv", "Gemm");
    /** What only moves numbers keeps their range. */
    private static final Set<String> MOVES = Set.of("MaxPool", "Slice");
    /** What is computed in floats between what is quantized. */
    private static final Set<String> FLOATS = Set.of("Relu", "Identity", "Mul", "Flatten", "Pad");

    private final Map<String, float[]> ranges;
    private final Map<String, Proto> initializers = new HashMap<>();
    /** What was written, rounded or not. */
    private final Set<String> written = new HashSet<>();
    private final Proto out;

    private Int8File(Proto graph, Map<String, float[]> ranges) {
        this.ranges = ranges;
        this.out = graph.without(NODE, INITIALIZER);
        for (byte[] tensor : graph.all(INITIALIZER)) {
            Proto t = Proto.of(tensor);
            initializers.put(t.texts(8).getFirst(), t);
        }
    }

    /** Quantizes a file by the ranges of its values on a problem's images. */
    static byte[] of(byte[] floats, Problem problem) {
        Proto model = Proto.of(floats);
        Proto graph = Proto.of(model.all(GRAPH).getFirst());
        Int8File file = new Int8File(graph, ranges(model, graph, problem));
        for (byte[] node : graph.all(NODE)) {
            file.add(Proto.of(node));
        }
        return model.without(GRAPH).add(GRAPH, file.out).bytes();
    }

    private static String operator(Proto node) {
        return node.texts(4).getFirst();
    }

    /** Smallest and largest number of every value: the file is run with all of them as outputs. */
    private static Map<String, float[]> ranges(Proto model, Proto graph, Problem problem) {
        Proto all = graph.without();
        Proto tensor = new Proto().add(1, new Proto().add(1, FLOAT));
        for (byte[] node : graph.all(NODE)) {
            String name = Proto.of(node).texts(2).getFirst();
            if (!Proto.of(graph.all(OUTPUT).getFirst()).texts(1).contains(name)) {
                all.add(OUTPUT, new Proto().add(1, name).add(2, tensor));
            }
        }
        Map<String, float[]> ranges = new HashMap<>();
        try (OrtSession session = OrtNetwork.session(model.without(GRAPH).add(GRAPH, all).bytes(), 1);
                OnnxTensor images = OrtNetwork.images(problem.images());
                OrtSession.Result result = session.run(Map.of(TracedNetwork.IMAGES, images))) {
            ranges.put(TracedNetwork.IMAGES, range(images));
            for (Map.Entry<String, OnnxValue> value : result) {
                ranges.put(value.getKey(), range((OnnxTensor) value.getValue()));
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
        for (byte[] node : graph.all(NODE)) {
            Proto n = Proto.of(node);
            if (MOVES.contains(operator(n))) {
                ranges.put(n.texts(2).getFirst(), ranges.get(n.texts(1).getFirst()));
            }
        }
        return ranges;
    }

    /** Of the numbers and 0. */
    private static float[] range(OnnxTensor tensor) {
        float low = 0;
        float high = 0;
        FloatBuffer numbers = tensor.getFloatBuffer();
        while (numbers.hasRemaining()) {
            float x = numbers.get();
            low = Math.min(low, x);
            high = Math.max(high, x);
        }
        return new float[] {low, high};
    }

    private void add(Proto node) {
        List<String> inputs = node.texts(1);
        Proto changed = new Proto();
        if (LAYERS.contains(operator(node))) {
            changed.add(1, rounded(inputs.get(0))).add(1, weight(inputs.get(1)));
            if (inputs.size() > 2) {
                changed.add(1, bias(inputs.get(2), inputs.get(0), inputs.get(1)));
            }
        } else {
            for (String i : inputs) {
                changed.add(1, FLOATS.contains(operator(node)) || initializers.containsKey(i) ? kept(i) : rounded(i));
            }
        }
        Proto rest = node.without(1);
        for (int field = 2; field <= 7; field++) {
            changed.addAll(rest, field);
        }
        out.add(NODE, changed);
    }

    /** An operand as it is. */
    private String kept(String name) {
        Proto array = initializers.get(name);
        if (array != null && written.add(name)) {
            out.add(INITIALIZER, array);
        }
        return name;
    }

    /** An activation after rounding to uint8. */
    private String rounded(String name) {
        String result = name + "/rounded";
        if (written.add(name)) {
            float[] range = Objects.requireNonNull(ranges.get(name), name);
            float step = step(name);
            int zero = Math.clamp(Math.round(-range[0] / step), 0, 255);
            tensor(name + "/step", FLOAT, new long[0], floats(step));
            tensor(name + "/zero", UINT8, new long[0], new byte[] {(byte) zero});
            node("QuantizeLinear", List.of(name, name + "/step", name + "/zero"), name + "/codes", -1);
            node("DequantizeLinear", List.of(name + "/codes", name + "/step", name + "/zero"), result, -1);
        }
        return result;
    }

    private float step(String activation) {
        float[] range = Objects.requireNonNull(ranges.get(activation), activation);
        return Math.max((range[1] - range[0]) / 255, Float.MIN_NORMAL);
    }

    private String weight(String name) {
        Proto t = Objects.requireNonNull(initializers.get(name), name);
        FloatBuffer values = values(t);
        float[] steps = steps(t);
        byte[] codes = new byte[values.limit()];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) Math.clamp(Math.round(values.get(i) / steps[i / (codes.length / steps.length)]), -127, 127);
        }
        tensor(name + "/codes", INT8, t.wholes(1), codes);
        tensor(name + "/steps", FLOAT, new long[] {steps.length}, floats(steps));
        tensor(name + "/zeros", INT8, new long[] {steps.length}, new byte[steps.length]);
        node("DequantizeLinear", List.of(name + "/codes", name + "/steps", name + "/zeros"), name + "/rounded", 0);
        return name + "/rounded";
    }

    /** By output channel, the first axis of convolutions' and Gemm's weights. */
    private static float[] steps(Proto weight) {
        FloatBuffer values = values(weight);
        float[] steps = new float[(int) weight.wholes(1)[0]];
        for (int i = 0; i < values.limit(); i++) {
            int channel = i / (values.limit() / steps.length);
            steps[channel] = Math.max(steps[channel], Math.abs(values.get(i)) / 127);
        }
        for (int c = 0; c < steps.length; c++) {
            steps[c] = Math.max(steps[c], Float.MIN_NORMAL);
        }
        return steps;
    }

    private String bias(String name, String activation, String weight) {
        FloatBuffer values = values(Objects.requireNonNull(initializers.get(name), name));
        float[] steps = steps(Objects.requireNonNull(initializers.get(weight), weight));
        ByteBuffer codes = ByteBuffer.allocate(4 * steps.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int c = 0; c < steps.length; c++) {
            steps[c] *= step(activation);
            codes.putInt(Math.round(values.get(c) / steps[c]));
        }
        long[] dims = {steps.length};
        tensor(name + "/codes", INT32, dims, codes.array());
        tensor(name + "/steps", FLOAT, dims, floats(steps));
        tensor(name + "/zeros", INT32, dims, new byte[4 * steps.length]);
        node("DequantizeLinear", List.of(name + "/codes", name + "/steps", name + "/zeros"), name + "/rounded", 0);
        return name + "/rounded";
    }

    private static FloatBuffer values(Proto tensor) {
        return ByteBuffer.wrap(tensor.all(9).getFirst()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private void tensor(String name, int type, long[] dims, byte[] raw) {
        Proto t = new Proto();
        for (long d : dims) {
            t.add(1, d);
        }
        out.add(INITIALIZER, t.add(2, type).add(8, name).add(9, raw));
    }

    /** @param axis of channels, or -1 where there is one step for all */
    private void node(String operator, List<String> inputs, String output, int axis) {
        Proto n = new Proto();
        inputs.forEach(i -> n.add(1, i));
        n.add(2, output).add(3, output).add(4, operator);
        if (axis >= 0) {
            n.add(5, new Proto().add(1, "axis").add(3, axis).add(20, 2));
        }
        out.add(NODE, n);
    }
}
