package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Convolutions;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Convolution and its transpose, of rows, images and volumes. A row is an image of height 1; of a volume, the slices that a window covers
 * are channels of one image.
 */
public final class Windows {
    private Windows() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("Conv", Operator.single(Windows::conv));
        all.put("ConvTranspose", Operator.single(Windows::convTranspose));
    }

    /** The filter [height, width, slices times in, out] of images, from ONNX's order of axes. */
    private static Value filter(Node n) {
        int rank = n.rank(0);
        if (rank == 4) {
            return n.weight(1, Kind.CONV_WEIGHT, false);
        }
        Value w = n.logical(1);
        if (w.shape().rank() != rank) {
            throw new OnnxException("weight: expected " + rank + " axes, got shape " + w.shape());
        }
        if (rank == 3) {
            return w.reshape(Axes.insert(w.shape().dims(), 2, 1)).permute(2, 3, 1, 0);
        }
        int[] d = w.shape().dims();
        return w.permute(3, 4, 2, 1, 0).reshape(d[3], d[4], d[2] * d[1], d[0]);
    }

    private static int[] kernel(Node n) {
        int[] d = n.shape(1).dims();
        int axes = n.rank(0) - 2;
        int[] kernel = {1, 1, 1};
        if (d.length == axes + 2) {
            System.arraycopy(d, 2, kernel, kernel.length - axes, axes);
        }
        return kernel;
    }

    private static Value dilated(Value filter, Slide s) {
        return Convolutions.dilated(filter, s.dilation()[1], s.dilation()[2]);
    }

    private static Term conv(Node n) {
        Value x = Slide.volume(n);
        Value filter = filter(n);
        Slide s = Slide.of(n, x, kernel(n));
        int groups = n.onnx().whole("group", 1);
        int channels = x.shape().dim(4);
        if (groups < 1 || channels != (long) groups * n.shape(1).dim(1)) {
            throw new OnnxException("expected " + groups * (long) n.shape(1).dim(1) + " input channels for weight "
                    + n.shape(1) + " in " + groups + " groups, got " + channels);
        }
        Value w = dilated(filter, s);
        Value images = slices(x, s, groups);
        int[] d = images.shape().dims();
        ConvGeometry g = new ConvGeometry(d[0], d[1], d[2], d[3], w.shape().dim(3), w.shape().dim(0), w.shape().dim(1),
                s.stride()[1], s.stride()[2], s.low()[1], s.low()[2], s.high()[1], s.high()[2], groups);
        Value y = Value.of(new Op.Conv(ConvRole.OUTPUT, g), images, w);
        n.source().addMacs((long) s.out(0) * g.outHeight() * g.outWidth() * filter.shape().size());
        return result(n, y, s.out(0));
    }

    /** [batch times windows along the depth, height, width, channels]: by group, by slice of the window, by channel. */
    private static Value slices(Value x, Slide s, int groups) {
        int[] d = x.shape().dims();
        if (s.isStill(0)) {
            return x.reshape(d[0] * d[1], d[2], d[3], d[4]);
        }
        int out = s.out(0);
        Value padded = x.pad(new int[] {0, s.low()[0], 0, 0, 0}, new int[] {0, s.high()[0], 0, 0, 0});
        List<Value> parts = new ArrayList<>();
        Axes.requireFew(s.kernel()[0]);
        for (int k = 0; k < s.kernel()[0]; k++) {
            int from = k * s.dilation()[0];
            Value part = Axes.slice(padded, 1, from, from + (out - 1) * s.stride()[0] + 1, s.stride()[0]);
            parts.add(part.reshape(d[0] * out * d[2] * d[3], groups, 1, d[4] / groups));
        }
        Value joined = parts.size() == 1 ? parts.getFirst() : Functions.concat(2, parts);
        return joined.reshape(d[0] * out, d[2], d[3], parts.size() * d[4]);
    }

    private static Term result(Node n, Value images, int depth) {
        int[] d = images.shape().dims();
        Value y = Slide.back(n, images.reshape(d[0] / depth, depth, d[1], d[2], d[3]));
        return Term.channelsLast(n.has(2) ? y.add(n.channels(2, Kind.BIAS)) : y);
    }

    /** The gradient of a convolution with respect to its input; its filter is [in, out / groups, (depth,) height, width]. */
    private static Term convTranspose(Node n) {
        Value x = Slide.volume(n);
        Value filter = filter(n);
        Slide s = Slide.of(n, x, kernel(n));
        int groups = n.onnx().whole("group", 1);
        if (groups < 1 || x.shape().dim(4) != n.shape(1).dim(0) || n.shape(1).dim(0) % groups != 0) {
            throw new OnnxException("expected " + n.shape(1).dim(0) + " input channels for weight " + n.shape(1)
                    + ", a multiple of " + groups + " groups, got " + x.shape().dim(4));
        }
        int[] out = transposedExtents(n, s);
        Value w = dilated(filter, s);
        int[] d = x.shape().dims();
        int channels = groups * w.shape().dim(2);
        ConvGeometry g = new ConvGeometry(d[0] * d[1], out[1], out[2], channels, w.shape().dim(3), w.shape().dim(0),
                w.shape().dim(1), s.stride()[1], s.stride()[2], s.low()[1], s.low()[2], s.high()[1], s.high()[2],
                groups);
        n.source().addMacs((long) d[1] * g.outHeight() * g.outWidth() * filter.shape().size());
        Value y = Value.of(new Op.Conv(ConvRole.INPUT_GRAD, g), w, x.reshape(d[0] * d[1], d[2], d[3], d[4]));
        return result(n, stacked(y.reshape(d[0], d[1], out[1] * out[2], channels), s, out, groups), out[0]);
    }

    /** Output extents; where they are given, or a multiple of the input's, the padding follows from them. */
    private static int[] transposedExtents(Node n, Slide s) {
        int[] extra = Slide.numbers(n, "output_padding", 0);
        int[] out = new int[extra.length];
        String auto = n.onnx().text("auto_pad", "NOTSET");
        int axes = n.rank(0) - 2;
        int[] given = n.onnx().wholes("output_shape");
        // Some exporters give the whole shape.
        int[] wanted = given.length == axes + 2 ? Arrays.copyOfRange(given, 2, given.length) : given;
        if (wanted.length != 0 && wanted.length != axes) {
            throw new OnnxException("attribute output_shape: expected " + axes + " numbers, got "
                    + Arrays.toString(given));
        }
        for (int i = 0; i < out.length; i++) {
            int full = Slide.extent("a result", (s.in()[i] - 1L) * s.stride()[i] + s.reach(i) + extra[i]);
            boolean same = auto.startsWith("SAME");
            int at = i - out.length + axes;
            if (at >= 0 && (wanted.length > 0 || same)) {
                int result = wanted.length == 0
                        ? Slide.extent("a result", (long) s.in()[i] * s.stride()[i])
                        : wanted[at];
                int total = Math.max(0, full - result);
                int half = total / 2;
                s.high()[i] = "SAME_UPPER".equals(auto) ? total - half : half;
                s.low()[i] = total - s.high()[i];
                full = Math.max(full, result);
            }
            out[i] = Slide.extent("a result", (long) full - s.low()[i] - s.high()[i]);
        }
        return out;
    }

    /** Slices that windows add to, one after the other along the depth: [batch times depth, height, width, channels]. */
    private static Value stacked(Value y, Slide s, int[] out, int groups) {
        int[] d = y.shape().dims();
        int kernel = s.kernel()[0];
        int channels = d[3] / kernel;
        Value parts = y.reshape(d[0], d[1], d[2] * groups, kernel, channels / groups);
        Value sum = apart(parts, s, 0, out[0], channels);
        for (int k = 1; k < kernel; k++) {
            sum = sum.add(apart(parts, s, k, out[0], channels));
        }
        return sum.reshape(d[0] * out[0], out[1], out[2], channels);
    }

    private static Value apart(Value parts, Slide s, int k, int out, int channels) {
        int[] d = parts.shape().dims();
        Value part = Axes.slice(parts, 3, k, k + 1, 1).reshape(d[0], d[1], Math.multiplyExact(d[2], d[4]) / channels,
                channels);
        return s.isStill(0) && out == d[1]
                ? part
                : Axes.spread(part, 1, k * s.dilation()[0] - s.low()[0], s.stride()[0], out);
    }
}
