package dev.goshawk.onnx.export;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.export.GraphBytes.Attributes;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Writes values as nodes: images [batch, height, width, channels] of Goshawk's are [batch, channels, height, width] in the file. */
final class NodeWriter {
    /** Axis i of an image in Goshawk is axis {@code AXES[i]} of ONNX. */
    private static final int[] AXES = {0, 2, 3, 1};
    private static final List<Integer> PLANES_FIRST = List.of(0, 3, 1, 2);

    private final GraphBytes out;
    private final Map<Value, String> names = new IdentityHashMap<>();
    /** Inputs of the traced graph by name: what they are in the file. */
    private final Map<String, String> inputs = new HashMap<>();
    private final ChannelNumbers numbers = new ChannelNumbers();
    private final LayerWriter layers;
    private int count;

    NodeWriter(GraphBytes out) {
        this.out = out;
        this.layers = new LayerWriter(out, numbers, this);
    }

    /** Says that a weight is in the file as codes, and what they are called. */
    void coded(String input, String name) {
        layers.coded(input);
        inputs.put(input, name);
    }

    /** Says what an input of the traced graph is called in the file. */
    void name(String input, String name) {
        inputs.put(input, name);
    }

    void byChannel(String input, float[] values) {
        numbers.put(input, values);
    }

    /** Says that a weight is float: a convolution with it takes in the numbers by channel that follow. */
    void floats(String input, long[] dims, float[] values) {
        layers.floats(input, dims, values);
    }

    /** Whether a value is in the file. */
    boolean isWritten(Value v) {
        return names.containsKey(v);
    }

    /** Writes a value where it was not written before, its operands before it; gives its name in the file. */
    String write(Value v) {
        String known = names.get(v);
        if (known != null) {
            return known;
        }
        String name = v.op() instanceof Op.Input in ? input(v, in.name()) : node(v);
        names.put(v, name);
        return name;
    }

    private String input(Value v, String name) {
        String filter = layers.filter(name);
        String known = filter == null ? inputs.get(name) : filter;
        if (known == null) {
            throw unsupported(v);
        }
        return known;
    }

    /** What has no operator here. */
    static final class UnsupportedException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        private UnsupportedException(Value v) {
            super("ONNX: expected what a network of images is made of, got " + v.op().label() + " of shape "
                    + v.shape());
        }
    }

    private static UnsupportedException unsupported(Value v) {
        return new UnsupportedException(v);
    }

    /** A name for what comes next. */
    String fresh() {
        return "v" + count++;
    }

    /** An operand, with numbers by channel as the other operand's rank needs them. */
    String operand(Value v, int i) {
        ChannelNumbers.Numbers n = numbers.of(v.operand(i));
        if (n == null) {
            return write(v.operand(i));
        }
        float[] values = n.values();
        boolean image = v.shape().rank() == 4 && values.length > 1;
        return out.floats(image ? n.name() + ".image" : n.name(),
                values.length == 1
                        ? new long[0]
                        : image ? new long[] {values.length, 1, 1} : new long[] {values.length},
                values);
    }

    private String node(Value v) {
        return switch (v.op()) {
            case Op.Conv(var role, var g) when role != ConvRole.WEIGHT_GRAD && layers.isWeight(LayerWriter.weight(v)) ->
                out.node(role == ConvRole.OUTPUT ? "Conv" : "ConvTranspose", fresh(), LayerWriter.conv(v, g),
                        write(LayerWriter.image(v)), write(LayerWriter.weight(v)));
            case Op.MatMul(var a, var b) when !a && !b && layers.isWeight(v.operand(1)) ->
                out.node("Gemm", fresh(), new Attributes().add("transB", 1), write(v.operand(0)), write(v.operand(1)));
            case Op.Add _ when layers.affine(v) instanceof String layer -> layer;
            case Op.Add _ -> out.node("Add", fresh(), operand(v, 0), operand(v, 1));
            case Op.Subtract _ -> out.node("Sub", fresh(), operand(v, 0), operand(v, 1));
            case Op.Multiply _ -> out.node("Mul", fresh(), operand(v, 0), operand(v, 1));
            case Op.Scale(var factor) -> out.node("Mul", fresh(), operand(v, 0),
                    out.floats("factor" + factor, new long[0], (float) factor));
            case Op.Unary(var f) when f == Op.Unary.Function.RELU -> out.node("Relu", fresh(), operand(v, 0));
            case Op.Binary(var f) when f == Op.Binary.Function.MIN || f == Op.Binary.Function.MAX ->
                out.node(f == Op.Binary.Function.MIN ? "Min" : "Max", fresh(), operand(v, 0), operand(v, 1));
            case Op.Concat(var axis) when v.shape().rank() == 4 -> out.node("Concat", fresh(),
                    new Attributes().add("axis", AXES[axis]),
                    v.operands().stream().map(this::write).toArray(String[]::new));
            case Op.Sum(var axes) when v.operand(0).shape().rank() == 4
                    && axes.equals(List.of(1, 2)) ->
                out.node("ReduceSum", fresh(), new Attributes().add("keepdims", 0), operand(v, 0),
                        out.longs("pixels", 2, 3));
            case Op.Reshape(var to) -> reshape(v, to);
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

    /** Images of one pixel become vectors and the other way round, and whole images vectors of their planes. */
    private String reshape(Value v, Shape to) {
        Value from = v.operand(0);
        while (from.op() instanceof Op.Reshape) {
            from = from.operand(0);
        }
        Shape s = from.shape();
        if (s.equals(to)) {
            return write(from);
        }
        int batch = to.dim(0);
        boolean pixel = s.rank() == 4 && s.dim(1) == 1 && s.dim(2) == 1;
        if (pixel && to.rank() == 2 && to.dim(0) == s.dim(0)) {
            return out.node("Flatten", fresh(), write(from));
        }
        if (s.rank() == 2 && s.dim(0) == batch && to.rank() == 4 && to.dim(3) == s.dim(1)) {
            return out.node("Unsqueeze", fresh(), write(from), out.longs("pixels", 2, 3));
        }
        if (from.op() instanceof Op.Permute(var order) && order.equals(PLANES_FIRST) && to.rank() == 2
                && s.dim(0) == batch) {
            return out.node("Flatten", fresh(), write(from.operand(0)));
        }
        throw unsupported(v);
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
