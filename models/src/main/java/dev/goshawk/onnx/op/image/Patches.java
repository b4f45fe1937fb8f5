package dev.goshawk.onnx.op.image;

import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Columns of patches put together, and cutting to a size. */
public final class Patches {
    private Patches() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("Col2Im", Operator.single(Patches::together));
        all.put("CenterCropPad", Operator.single(Patches::centered));
    }

    /** From [batch, channels times patch, places] to [batch, channels, ...]; patches add where they overlap. */
    private static Term together(Node n) {
        int[] image = n.wholes("", 1);
        int[] block = n.wholes("", 2);
        int axes = image.length;
        int[] ones = IntStream.generate(() -> 1).limit(axes).toArray();
        int[] stride = n.onnx().wholes("strides", ones);
        int[] dilation = n.onnx().wholes("dilations", ones);
        int[] pads = n.onnx().wholes("pads", new int[2 * axes]);
        int elements = Arrays.stream(block).reduce(1, Math::multiplyExact);
        int[] d = n.shape(0).dims();
        if (block.length != axes || stride.length != axes || dilation.length != axes || pads.length != 2 * axes
                || d.length != 3 || elements < 1 || d[1] % elements != 0
                || Arrays.stream(stride).anyMatch(s -> s < 1)) {
            throw new OnnxException(
                    "expected columns [batch, channels, places] and a block, strides, dilations and pads "
                            + "that fit an image " + Arrays.toString(image) + ", got shape " + n.shape(0)
                            + " and block "
                            + Arrays.toString(block));
        }
        Axes.requireFew(elements);
        int[] dims = new int[axes + 3];
        dims[0] = d[0];
        dims[1] = d[1] / elements;
        dims[2] = elements;
        for (int i = 0; i < axes; i++) {
            dims[i + 3] = (image[i] + pads[i] + pads[i + axes] - dilation[i] * (block[i] - 1) - 1) / stride[i] + 1;
        }
        Value columns = n.logical(0).reshape(dims);
        int[] grid = IntStream.range(0, axes + 2).map(i -> i < 2 ? dims[i] : dims[i + 1]).toArray();
        Value sum = null;
        for (int k = 0; k < elements; k++) {
            Value part = Axes.slice(columns, 2, k, k + 1, 1).reshape(grid);
            int rest = k;
            for (int i = axes - 1; i >= 0; i--) {
                part = Axes.spread(part, i + 2, rest % block[i] * dilation[i] - pads[i], stride[i], image[i]);
                rest /= block[i];
            }
            sum = sum == null ? part : sum.add(part);
        }
        return Term.traced(Objects.requireNonNull(sum));
    }

    /** The middle of an axis, or zeros on both sides of it. */
    private static Term centered(Node n) {
        int[] wanted = n.wholes("", 1);
        int rank = n.rank(0);
        int[] axes = n.onnx().wholes("axes", IntStream.range(0, rank).toArray());
        if (axes.length != wanted.length || Axes.of(axes, rank).length != axes.length) {
            throw new OnnxException("expected " + axes.length + " extents, got " + Arrays.toString(wanted));
        }
        Value x = n.logical(0);
        for (int i = 0; i < axes.length; i++) {
            int axis = Axes.of(axes[i], rank);
            int extent = x.shape().dim(axis);
            int less = extent - wanted[i];
            if (less > 0) {
                x = Axes.slice(x, axis, less / 2, less / 2 + wanted[i], 1);
            } else if (less < 0) {
                int[] low = new int[rank];
                int[] high = new int[rank];
                low[axis] = -less / 2;
                high[axis] = -less - low[axis];
                x = x.pad(low, high);
            }
        }
        return Term.traced(x);
    }
}
