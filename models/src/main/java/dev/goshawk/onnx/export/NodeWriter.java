package dev.goshawk.onnx.export;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.export.GraphBytes.Attributes;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes values as nodes: images [batch, height, width, channels] of Goshawk's are [batch, channels, height, width] in the file. */
final class NodeWriter {
    private static final String WEIGHT = ".weight";
    /** Axis i of an image in Goshawk is axis {@code AXES[i]} of ONNX. */
    private static final int[] AXES = {0, 2, 3, 1};
    private static final List<Integer> PLANES_FIRST = List.of(0, 3, 1, 2);

    private final GraphBytes out;
    private final Map<Value, String> names = new IdentityHashMap<>();
    /** Inputs of the traced graph by name: what they are in the file. */
    private final Map<String, String> inputs = new HashMap<>();
    private final Map<String, float[]> channels = new HashMap<>();
    private final Map<String, Filter> weights = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private int count;

    /** Numbers by channel, or one for all. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Numbers(String name, float[] values) {
        float at(int channel) {
            return values[values.length == 1 ? 0 : channel];
        }
    }

    /** A float weight, [out, ...]. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Filter(long[] dims, float[] values) {
        float[] times(Numbers byOutput) {
            float[] product = new float[values.length];
            int each = values.length / (int) dims[0];
            for (int i = 0; i < product.length; i++) {
                product[i] = values[i] * byOutput.at(i / each);
            }
            return product;
        }
    }

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

    /** Says that a weight is float: a convolution with it takes in the numbers by channel that follow. */
    void floats(String input, long[] dims, float[] values) {
        weights.put(input, new Filter(dims, values));
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
        Filter filter = weights.get(name);
        String known = filter == null
                ? inputs.get(name)
                : out.floats(unused(name), filter.dims(), filter.values());
        if (known == null) {
            throw unsupported(v);
        }
        return known;
    }

    private static IllegalArgumentException unsupported(Value v) {
        return new IllegalArgumentException(
                "ONNX: expected what a network of images is made of, got " + v.op().label() + " of shape "
                        + v.shape());
    }

    /** The name, or where a layer is used more than once another, for its array may be another there. */
    private String unused(String name) {
        String free = name;
        for (int i = 2; !taken.add(free); i++) {
            free = name + "." + i;
        }
        return free;
    }

    private String fresh() {
        return "v" + count++;
    }

    /** Numbers by channel with the name of what they were, or null for anything else. */
    private @Nullable Numbers numbers(Value v) {
        return switch (v.op()) {
            case Op.Input in when channels.containsKey(in.name()) ->
                new Numbers(in.name(), channels.getOrDefault(in.name(), new float[0]));
            case Op.Constant c -> new Numbers("constant" + c.value(), new float[] {(float) c.value()});
            case Op.Broadcast _ -> numbers(v.operand(0));
            case Op.Reshape(var to) when numbers(v.operand(0)) instanceof Numbers n && to.size() == n.values().length
                    && to.dim(-1) == to.size() ->
                n;
            default -> null;
        };
    }

    /** An operand, with numbers by channel as the other operand's rank needs them. */
    private String operand(Value v, int i) {
        Numbers n = numbers(v.operand(i));
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
            case Op.Conv(var role, var g) when role == ConvRole.OUTPUT ->
                out.node("Conv", fresh(), conv(g), operand(v, 0), operand(v, 1));
            case Op.MatMul(var a, var b) when !a && !b ->
                out.node("Gemm", fresh(), new Attributes().add("transB", 1), operand(v, 0), operand(v, 1));
            case Op.Add _ when affine(v) instanceof String layer -> layer;
            case Op.Add _ -> out.node("Add", fresh(), operand(v, 0), operand(v, 1));
            case Op.Subtract _ -> out.node("Sub", fresh(), operand(v, 0), operand(v, 1));
            case Op.Multiply _ -> out.node("Mul", fresh(), operand(v, 0), operand(v, 1));
            case Op.Scale(var factor) -> out.node("Mul", fresh(), operand(v, 0),
                    out.floats("factor" + factor, new long[0], (float) factor));
            case Op.Unary(var f) when f == Op.Unary.Function.RELU -> out.node("Relu", fresh(), operand(v, 0));
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

    /**
     * A layer and what is multiplied with its channels and added to them, as one node: the sum becomes its bias, and the product goes into
     * float weights, as exporters write a folded batch normalization. Null for any other sum.
     */
    private @Nullable String affine(Value v) {
        Numbers added = numbers(v.operand(1));
        if (added == null) {
            return null;
        }
        Value layer = v.operand(0);
        Numbers factor = null;
        if (layer.op() instanceof Op.Multiply && numbers(layer.operand(1)) instanceof Numbers n) {
            factor = n;
            layer = layer.operand(0);
        }
        Numbers inner = null;
        if (factor != null && layer.op() instanceof Op.Add && numbers(layer.operand(1)) instanceof Numbers n) {
            inner = n;
            layer = layer.operand(0);
        }
        boolean conv = layer.op() instanceof Op.Conv(var role, var _) && role == ConvRole.OUTPUT;
        boolean dense = layer.op() instanceof Op.MatMul(var a, var b) && !a && !b;
        int outputs = layer.shape().dim(-1);
        if (!conv && !dense || names.containsKey(layer)) {
            return null;
        }
        if (!(layer.operand(1).op() instanceof Op.Input in)) {
            return null;
        }
        String weight;
        if (factor == null) {
            weight = write(layer.operand(1));
        } else if (weights.get(in.name()) instanceof Filter filter) {
            weight = out.floats(unused(in.name()), filter.dims(), filter.times(factor));
        } else {
            return null;
        }
        float[] bias = new float[outputs];
        for (int c = 0; c < outputs; c++) {
            double shifted = inner == null || factor == null ? 0 : (double) inner.at(c) * factor.at(c);
            bias[c] = (float) (shifted + added.at(c));
        }
        String of = in.name().endsWith(WEIGHT)
                ? in.name().substring(0, in.name().length() - WEIGHT.length())
                : in.name();
        String vector = out.floats(unused(of + ".bias"), new long[] {outputs}, bias);
        return layer.op() instanceof Op.Conv(var _, var g)
                ? out.node("Conv", fresh(), conv(g), operand(layer, 0), weight, vector)
                : out.node("Gemm", fresh(), new Attributes().add("transB", 1), operand(layer, 0), weight, vector);
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
