package dev.goshawk.onnx.export;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.export.GraphBytes.Attributes;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.PoolGeometry;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Writes values as nodes: images [batch, height, width, channels] of Goshawk's are [batch, channels, height, width] in the file. */
final class NodeWriter {
    /** Axis i of an image in Goshawk is axis {@code AXES[i]} of ONNX. */
    private static final int[] AXES = {0, 2, 3, 1};

    private final GraphBytes out;
    private final Map<Value, String> names = new IdentityHashMap<>();
    /** Inputs of the traced graph by name: what they are in the file. */
    private final Map<String, String> inputs = new HashMap<>();
    private final Map<String, float[]> channels = new HashMap<>();
    /** Values that are numbers by channel, by the name of what they were. */
    private final Map<Value, String> numbers = new IdentityHashMap<>();
    private int count;

    NodeWriter(GraphBytes out) {
        this.out = out;
    }

    /** Says what an input of the traced graph is called in the file. */
    void name(String input, String name) {
        inputs.put(input, name);
    }

    void byChannel(String input, float[] values) {
        channels.put(input, values);
    }

    String nameOf(Value v) {
        String name = names.get(v);
        if (name == null) {
            throw unsupported(v);
        }
        return name;
    }

    private static IllegalArgumentException unsupported(Value v) {
        return new IllegalArgumentException(
                "ONNX: expected what a network of images is made of, got " + v.op().label() + " of shape "
                        + v.shape());
    }

    private String fresh() {
        return "v" + count++;
    }

    /** Writes a value, its operands before it; does nothing where it was written. */
    void add(Value v) {
        if (names.containsKey(v) || numbers.containsKey(v)) {
            return;
        }
        switch (v.op()) {
            case Op.Input in -> {
                if (channels.containsKey(in.name())) {
                    numbers.put(v, in.name());
                } else {
                    String known = inputs.get(in.name());
                    if (known == null) {
                        throw unsupported(v);
                    }
                    names.put(v, known);
                }
            }
            case Op.Constant c -> {
                String name = "constant" + c.value();
                channels.put(name, new float[] {(float) c.value()});
                numbers.put(v, name);
            }
            case Op.Broadcast _ when numbers.get(v.operand(0)) instanceof String name -> numbers.put(v, name);
            case Op.MaxPoolIndices _ -> {
            }
            default -> names.put(v, node(v));
        }
    }

    /** An operand, with numbers by channel as the other operand's rank needs them. */
    private String operand(Value v, int i) {
        Value o = v.operand(i);
        String name = numbers.get(o);
        if (name == null) {
            return nameOf(o);
        }
        float[] values = channels.getOrDefault(name, new float[0]);
        boolean image = v.shape().rank() == 4 && values.length > 1;
        return out.floats(image ? name + ".image" : name,
                values.length == 1
                        ? new long[0]
                        : image ? new long[] {values.length, 1, 1} : new long[] {values.length},
                values);
    }

    private String node(Value v) {
        return switch (v.op()) {
            case Op.Conv(var role, var g) when role == ConvRole.OUTPUT ->
                out.node("Conv", fresh(), conv(g), operand(v, 0), operand(v, 1));
            case Op.MatMul(var a, var b) when !a && !b ->
                out.node("Gemm", fresh(), new Attributes().add("transB", 1), operand(v, 0), operand(v, 1));
            case Op.Add _ -> out.node("Add", fresh(), operand(v, 0), operand(v, 1));
            case Op.Subtract _ -> out.node("Sub", fresh(), operand(v, 0), operand(v, 1));
            case Op.Multiply _ -> out.node("Mul", fresh(), operand(v, 0), operand(v, 1));
            case Op.Scale(var factor) -> out.node("Mul", fresh(), operand(v, 0),
                    out.floats("factor" + factor, new long[0], (float) factor));
            case Op.Unary(var f) when f == Op.Unary.Function.RELU -> out.node("Relu", fresh(), operand(v, 0));
            case Op.Concat(var axis) when v.shape().rank() == 4 -> out.node("Concat", fresh(),
                    new Attributes().add("axis", AXES[axis]),
                    v.operands().stream().map(this::nameOf).toArray(String[]::new));
            case Op.Sum(var axes) when v.operand(0).shape().rank() == 4 && axes.equals(List.of(1, 2)) ->
                out.node("ReduceSum", fresh(), new Attributes().add("keepdims", 0), operand(v, 0),
                        out.longs("pixels", 2, 3));
            case Op.Reshape(var to) when to.rank() == 2 && v.operand(0).shape().rank() == 4
                    && v.operand(0).shape().dim(1) == 1 && v.operand(0).shape().dim(2) == 1 ->
                out.node("Flatten", fresh(), operand(v, 0));
            case Op.Slice(var start, var limit, var stride) when v.shape().rank() == 4 && start.getFirst() == 0 ->
                slice(v, start, limit, stride);
            case Op.Pad(var low, var high, var interior) when v.shape().rank() == 4
                    && interior.stream().allMatch(i -> i == 0) ->
                out.node("Pad", fresh(), operand(v, 0), pads(low, high));
            case Op.AvgPool(var g, var counted) -> out.node("AveragePool", fresh(),
                    pool(g).add("count_include_pad", counted ? 1 : 0), operand(v, 0));
            case Op.PoolGather(var g) when v.operand(1).op() instanceof Op.MaxPoolIndices
                    && v.operand(1).operand(0) == v.operand(0) ->
                out.node("MaxPool", fresh(), pool(g), operand(v, 0));
            default -> throw unsupported(v);
        };
    }

    private static Attributes conv(ConvGeometry g) {
        return new Attributes().add("kernel_shape", g.kernelHeight(), g.kernelWidth())
                .add("strides", g.strideHeight(), g.strideWidth())
                .add("pads", g.padTop(), g.padLeft(), g.padBottom(), g.padRight()).add("group", g.groups());
    }

    private static Attributes pool(PoolGeometry g) {
        return new Attributes().add("kernel_shape", g.kernelHeight(), g.kernelWidth())
                .add("strides", g.strideHeight(), g.strideWidth())
                .add("pads", g.padTop(), g.padLeft(), g.padBottom(), g.padRight());
    }

    private String slice(Value v, List<Integer> start, List<Integer> limit, List<Integer> stride) {
        String name = fresh();
        long[] axes = {1, 2, 3};
        return out.node("Slice", name, operand(v, 0), out.longs(name + ".starts", ordered(start)),
                out.longs(name + ".ends", ordered(limit)), out.longs("axes", axes),
                out.longs(name + ".steps", ordered(stride)));
    }

    private String pads(List<Integer> low, List<Integer> high) {
        long[] all = new long[8];
        for (int axis = 0; axis < 4; axis++) {
            all[AXES[axis]] = low.get(axis);
            all[4 + AXES[axis]] = high.get(axis);
        }
        return out.longs("pads" + Arrays.toString(all), all);
    }

    /** Channels, height and width of what is given by height, width and channels after the batch. */
    private static long[] ordered(List<Integer> byAxis) {
        return new long[] {byAxis.get(3), byAxis.get(1), byAxis.get(2)};
    }
}
