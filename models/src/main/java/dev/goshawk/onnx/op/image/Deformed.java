package dev.goshawk.onnx.op.image;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Convolution whose taps are moved by data, and weighed by data (Dai et al. 2017, Zhu et al. 2019). */
public final class Deformed {
    private Deformed() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("DeformConv", Operator.single(Deformed::convolution));
    }

    private static Term convolution(Node n) {
        Value x = n.channelsLast(0);
        int[] d = x.shape().dims();
        int[] o = n.shape(2).dims();
        int group = n.onnx().whole("group", 1);
        int moved = n.onnx().whole("offset_group", 1);
        if (d.length != 4 || n.rank(1) != 4 || o.length != 4) {
            throw new OnnxException("expected images, filters and offsets of 4 axes, got shapes " + n.shape(0) + ", "
                    + n.shape(1) + " and " + n.shape(2));
        }
        int[] filter = n.shape(1).dims();
        int taps = filter[2] * filter[3];
        if (group < 1 || filter[0] % group != 0 || d[3] != filter[1] * group || moved < 1 || d[3] % moved != 0
                || o[0] != d[0] || o[1] != 2 * taps * moved) {
            throw new OnnxException("expected offsets [" + d[0] + "," + 2 * taps * moved
                    + ",height,width] for a weight "
                    + n.shape(1) + " in " + group + " groups of an image " + n.shape(0) + ", got shape " + n.shape(2));
        }
        Value columns = columns(n, x, filter, o, moved);
        Value weight = n.weight(1, Kind.CONV_WEIGHT, false);
        int pixels = o[2] * o[3];
        n.source().addMacs((long) pixels * weight.shape().size());
        List<Value> outputs = new ArrayList<>();
        int in = filter[1];
        int out = filter[0] / group;
        for (int g = 0; g < group; g++) {
            Value part = Axes.slice(columns, 3, g * in, (g + 1) * in, 1);
            Value matrix = Axes.slice(weight, 3, g * out, (g + 1) * out, 1).reshape(taps * in, out);
            outputs.add(Axes.permute(part, 0, 2, 1, 3).reshape(d[0] * pixels, taps * in).matmul(matrix));
        }
        Value y = joined(1, outputs).reshape(d[0], o[2], o[3], filter[0]);
        return Term.channelsLast(n.has(3) ? y.add(n.channels(3, Kind.BIAS)) : y);
    }

    private static Value joined(int axis, List<Value> parts) {
        return parts.size() == 1 ? parts.getFirst() : Functions.concat(axis, parts);
    }

    /** What the taps see, [batch, taps, pixels of the result, channels]. */
    private static Value columns(Node n, Value x, int[] filter, int[] o, int groups) {
        int[] d = x.shape().dims();
        int taps = filter[2] * filter[3];
        int pixels = o[2] * o[3];
        int[] stride = n.onnx().wholes("strides", 1, 1);
        int[] dilation = n.onnx().wholes("dilations", 1, 1);
        int[] pads = n.onnx().wholes("pads", 0, 0, 0, 0);
        if (stride.length != 2 || dilation.length != 2 || pads.length != 4) {
            throw new OnnxException("expected 2 strides, 2 dilations and 4 pads, got " + Arrays.toString(stride) + ", "
                    + Arrays.toString(dilation) + " and " + Arrays.toString(pads));
        }
        Value rows = Along.vector(x.dtype(), taps * pixels, i -> i % pixels / o[3] * stride[0] - pads[0]
                + i / pixels / filter[3] * dilation[0]);
        Value across = Along.vector(x.dtype(), taps * pixels, i -> i % o[3] * stride[1] - pads[1]
                + i / pixels % filter[3] * dilation[1]);
        Value offsets = n.logical(2).reshape(d[0], groups, taps, 2, pixels);
        int channels = d[3] / groups;
        List<Value> seen = new ArrayList<>();
        for (int g = 0; g < groups; g++) {
            Value moves = Axes.slice(offsets, 1, g, g + 1, 1);
            Value down = Axes.slice(moves, 3, 0, 1, 1).reshape(d[0], taps * pixels).add(rows);
            Value right = Axes.slice(moves, 3, 1, 2, 1).reshape(d[0], taps * pixels).add(across);
            Value part = Sampling.between(Axes.slice(x, 3, g * channels, (g + 1) * channels, 1), down, right);
            seen.add(n.has(4)
                    ? part.multiply(Axes.slice(n.logical(4).reshape(d[0], groups, taps * pixels, 1), 1, g, g + 1, 1)
                            .reshape(d[0], taps * pixels, 1))
                    : part);
        }
        return joined(2, seen).reshape(d[0], taps, pixels, d[3]);
    }
}
