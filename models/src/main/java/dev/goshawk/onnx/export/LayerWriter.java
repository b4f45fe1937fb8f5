package dev.goshawk.onnx.export;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.export.ChannelNumbers.Numbers;
import dev.goshawk.onnx.export.GraphBytes.Attributes;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.Shape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes layers with a weight, and what follows them channel by channel, as single nodes. */
final class LayerWriter {
    private static final String WEIGHT = ".weight";

    private final GraphBytes out;
    private final ChannelNumbers numbers;
    private final NodeWriter nodes;
    private final Map<String, Filter> weights = new HashMap<>();
    private final Set<String> coded = new HashSet<>();

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

    LayerWriter(GraphBytes out, ChannelNumbers numbers, NodeWriter nodes) {
        this.out = out;
        this.numbers = numbers;
        this.nodes = nodes;
    }

    /** Says that a weight is float. */
    void floats(String input, long[] dims, float[] values) {
        weights.put(input, new Filter(dims, values));
    }

    /** Writes a float weight; null for any other input. */
    @Nullable String filter(String input) {
        Filter filter = weights.get(input);
        return filter == null ? null : out.floats(input, filter.dims(), filter.values());
    }

    /** Whether an input is a filter or a matrix. */
    boolean isWeight(Value v) {
        return v.op() instanceof Op.Input in && (weights.containsKey(in.name()) || coded.contains(in.name()));
    }

    /** Says that a weight is in the file as codes. */
    void coded(String input) {
        coded.add(input);
    }

    /**
     * A layer and what is multiplied with its channels and added to them, as one node: the sum becomes its bias, and the product goes into
     * float weights, as exporters write a folded batch normalization. Null for any other sum.
     */
    @Nullable String affine(Value v) {
        Numbers added = numbers.of(v.operand(1));
        if (added == null) {
            return null;
        }
        Value layer = v.operand(0);
        Numbers factor = null;
        if (layer.op() instanceof Op.Multiply && numbers.of(layer.operand(1)) instanceof Numbers n) {
            factor = n;
            layer = layer.operand(0);
        }
        Numbers inner = null;
        if (factor != null && layer.op() instanceof Op.Add && numbers.of(layer.operand(1)) instanceof Numbers n) {
            inner = n;
            layer = layer.operand(0);
        }
        boolean conv = layer.op() instanceof Op.Conv(var role, var _) && role == ConvRole.OUTPUT;
        boolean transposed = layer.op() instanceof Op.Conv(var role, var _) && role == ConvRole.INPUT_GRAD
                && factor == null;
        boolean dense = layer.op() instanceof Op.MatMul(var a, var b) && !a && !b;
        int outputs = layer.shape().dim(-1);
        if (!conv && !dense && !transposed || nodes.isWritten(layer)) {
            return null;
        }
        if (!isWeight(weight(layer)) || !(weight(layer).op() instanceof Op.Input in)) {
            return null;
        }
        String weight;
        if (factor == null) {
            weight = nodes.write(weight(layer));
        } else if (weights.get(in.name()) instanceof Filter filter) {
            weight = out.floats(in.name(), filter.dims(), filter.times(factor));
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
        String vector = out.floats(of + ".bias", new long[] {outputs}, bias);
        return layer.op() instanceof Op.Conv(var _, var g)
                ? out.node(transposed ? "ConvTranspose" : "Conv", nodes.fresh(), conv(layer, g),
                        nodes.write(image(layer)), weight, vector)
                : out.node("Gemm", nodes.fresh(), new Attributes().add("transB", 1), nodes.write(layer.operand(0)),
                        weight,
                        vector);
    }

    private static boolean isTransposed(Value layer) {
        return layer.op() instanceof Op.Conv(var role, var _) && role == ConvRole.INPUT_GRAD;
    }

    /** What a convolution, or a transposed one, takes. */
    static Value image(Value layer) {
        return layer.operand(isTransposed(layer) ? 1 : 0);
    }

    private static Value spread(Value layer) {
        return layer.operand(isTransposed(layer) ? 0 : 1);
    }

    /** The weight of a layer, without the gaps that a dilated filter is traced with. */
    static Value weight(Value layer) {
        Value weight = spread(layer);
        return weight.op() instanceof Op.Pad ? weight.operand(0) : weight;
    }

    static Attributes conv(Value layer, ConvGeometry g) {
        Shape filter = weight(layer).shape();
        Attributes attributes = new Attributes().add("kernel_shape", filter.dim(0), filter.dim(1))
                .add("strides", g.strideHeight(), g.strideWidth())
                .add("pads", g.padTop(), g.padLeft(), g.padBottom(), g.padRight()).add("group", g.groups());
        if (isTransposed(layer)) {
            attributes.add("output_padding",
                    g.inHeight() + g.padTop() + g.padBottom() - (g.outHeight() - 1) * g.strideHeight()
                            - g.kernelHeight(),
                    g.inWidth() + g.padLeft() + g.padRight() - (g.outWidth() - 1) * g.strideWidth() - g.kernelWidth());
        }
        return spread(layer).op() instanceof Op.Pad(var _, var _, var gaps)
                ? attributes.add("dilations", gaps.get(0) + 1, gaps.get(1) + 1)
                : attributes;
    }
}
