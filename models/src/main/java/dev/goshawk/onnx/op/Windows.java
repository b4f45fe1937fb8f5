package dev.goshawk.onnx.op;

import dev.goshawk.graph.Convolutions;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Convolution, its transpose and pooling, of images and of rows ([batch, channels, length], which are images of height 1). */
final class Windows {
    private Windows() {
    }

    static void register(Map<String, Operator> all) {
        all.put("Conv", Operator.single(Windows::conv));
        all.put("ConvTranspose", Operator.single(Windows::convTranspose));
        all.put("MaxPool", Operator.single(Windows::maxPool));
        all.put("AveragePool", Operator.single(Windows::averagePool));
        all.put("LpPool", Operator.single(n -> {
            Value x = image(n);
            PoolGeometry g = pool(n, x);
            // Zeros beyond the border add nothing, so the mean over whole windows is the sum over their size.
            return result(n, norm(n, x, y -> Functions.avgPool(y, g, true).scale(
                    (double) g.kernelHeight() * g.kernelWidth())));
        }));
        all.put("GlobalLpPool", Operator.single(n -> global(n.channelsLast(0),
                (x, axes) -> norm(n, x, y -> y.sum(axes)))));
        all.put("GlobalAveragePool", Operator.single(n -> global(n.channelsLast(0), Value::mean)));
        all.put("GlobalMaxPool", Operator.single(n -> global(n.channelsLast(0), Reductions::max)));
    }

    private interface OverAxes {
        Value apply(Value x, int... axes);
    }

    /** The root of a sum of powers of absolute values. */
    private static Value norm(Node n, Value x, UnaryOperator<Value> sum) {
        int p = n.onnx().whole("p", 2);
        if (p < 1) {
            throw new OnnxException("attribute p: expected 1 or more, got " + p);
        }
        return sum.apply(p == 2 ? x.square() : x.abs().pow(p)).pow(1.0 / p);
    }

    private static Term global(Value x, OverAxes reduction) {
        int rank = x.shape().rank();
        int[] axes = new int[rank - 2];
        int[] dims = x.shape().dims();
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i + 1;
            dims[i + 1] = 1;
        }
        return Term.channelsLast(axes.length == 0 ? x : reduction.apply(x, axes).reshape(dims));
    }

    /** The input as images [batch, height, width, channels]. */
    private static Value image(Node n) {
        Value x = n.channelsLast(0);
        int[] d = x.shape().dims();
        return switch (d.length) {
            case 3 -> x.reshape(d[0], 1, d[1], d[2]);
            case 4 -> x;
            default ->
                throw new OnnxException("expected an input of 3 or 4 axes (one or two of them slid along), got shape "
                        + n.shape(0));
        };
    }

    /** An image back as what the node's input was. */
    private static Term result(Node n, Value image) {
        int[] d = image.shape().dims();
        return Term.channelsLast(n.rank(0) == 3 ? image.reshape(d[0], d[2], d[3]) : image);
    }

    /** A number for each of the two directions; rows have them for the second alone. */
    private static int[] pair(Node n, String attribute, int otherwise) {
        int[] given = n.onnx().wholes(attribute);
        if (given.length == 0) {
            return new int[] {n.rank(0) == 3 ? 1 : otherwise, otherwise};
        }
        if (given.length != n.rank(0) - 2) {
            throw new OnnxException("attribute " + attribute + ": expected " + (n.rank(0) - 2) + " numbers, got "
                    + Arrays.toString(given));
        }
        return n.rank(0) == 3 ? new int[] {1, given[0]} : given;
    }

    /**
     * Padding as {top, left, bottom, right}.
     *
     * @param extent of the window in each direction, dilation included
     */
    private static int[] pads(Node n, Value image, int[] extent, int[] stride) {
        String auto = n.onnx().text("auto_pad", "NOTSET");
        int[] pads = new int[4];
        if (auto.startsWith("SAME")) {
            for (int i = 0; i < 2; i++) {
                int in = image.shape().dim(i + 1);
                int out = Math.ceilDiv(in, stride[i]);
                int total = Math.max(0, (out - 1) * stride[i] + extent[i] - in);
                int low = "SAME_LOWER".equals(auto) ? Math.ceilDiv(total, 2) : total / 2;
                pads[i] = low;
                pads[i + 2] = total - low;
            }
        } else if (!"VALID".equals(auto)) {
            int[] given = n.onnx().wholes("pads");
            int axes = n.rank(0) - 2;
            if (given.length != 0 && given.length != 2 * axes) {
                throw new OnnxException("attribute pads: expected " + 2 * axes + " numbers, got "
                        + Arrays.toString(given));
            }
            for (int i = 0; i < given.length; i++) {
                pads[axes == 2 ? i : 2 * i + 1] = given[i];
            }
        }
        return pads;
    }

    /** The filter [height, width, in, out] with zeros between its elements. */
    private static Value dilated(Node n, Value filter) {
        int[] dilation = pair(n, "dilations", 1);
        return Convolutions.dilated(filter, dilation[0], dilation[1]);
    }

    /** The node's second input as a filter of images. */
    private static Value filter(Node n) {
        if (n.rank(0) == 4) {
            return n.weight(1, Kind.CONV_WEIGHT, false);
        }
        Value row = n.logical(1);
        if (row.shape().rank() != 3) {
            throw new OnnxException("weight: expected 3 axes, got shape " + row.shape());
        }
        return row.reshape(Axes.insert(row.shape().dims(), 2, 1)).permute(2, 3, 1, 0);
    }

    private static Term conv(Node n) {
        Value x = image(n);
        Value filter = filter(n);
        int[] stride = pair(n, "strides", 1);
        Value w = dilated(n, filter);
        int[] extent = {w.shape().dim(0), w.shape().dim(1)};
        int[] pads = pads(n, x, extent, stride);
        int groups = n.onnx().whole("group", 1);
        Shape s = x.shape();
        if (groups < 1 || s.dim(3) != groups * w.shape().dim(2)) {
            throw new OnnxException("expected " + groups * (long) w.shape().dim(2) + " input channels for weight "
                    + n.shape(1) + " in " + groups + " groups, got " + s.dim(3));
        }
        ConvGeometry g = new ConvGeometry(s.dim(0), s.dim(1), s.dim(2), s.dim(3), w.shape().dim(3), extent[0],
                extent[1], stride[0], stride[1], pads[0], pads[1], pads[2], pads[3], groups);
        Value y = Value.of(new Op.Conv(ConvRole.OUTPUT, g), x, w);
        n.source().addMacs((long) g.outHeight() * g.outWidth() * filter.shape().size());
        return result(n, n.has(2) ? y.add(n.channels(2, Kind.BIAS)) : y);
    }

    /** The gradient of a convolution with respect to its input; its filter is [in, out / groups, height, width]. */
    private static Term convTranspose(Node n) {
        Value y = image(n);
        Value filter = filter(n);
        int[] stride = pair(n, "strides", 1);
        Value w = dilated(n, filter);
        int[] extent = {w.shape().dim(0), w.shape().dim(1)};
        int[] extra = pair(n, "output_padding", 0);
        if (n.rank(0) == 3) {
            extra[0] = 0;
        }
        int groups = n.onnx().whole("group", 1);
        int[] out = new int[2];
        int[] pads = "NOTSET".equals(n.onnx().text("auto_pad", "NOTSET")) ? pads(n, y, extent, stride) : new int[4];
        int[] wanted = n.onnx().has("output_shape") ? pair(n, "output_shape", 1) : null;
        for (int i = 0; i < 2; i++) {
            int full = (y.shape().dim(i + 1) - 1) * stride[i] + extent[i] + extra[i];
            boolean same = n.onnx().text("auto_pad", "NOTSET").startsWith("SAME");
            if (wanted != null || same) {
                int total = Math.max(0, full - (wanted == null ? y.shape().dim(i + 1) * stride[i] : wanted[i]));
                int high = "SAME_UPPER".equals(n.onnx().text("auto_pad", "NOTSET"))
                        ? Math.ceilDiv(total, 2)
                        : total / 2;
                pads[i + 2] = high;
                pads[i] = total - high;
            }
            out[i] = full - pads[i] - pads[i + 2];
        }
        int channels = groups * w.shape().dim(2);
        ConvGeometry g = new ConvGeometry(y.shape().dim(0), out[0], out[1], channels, w.shape().dim(3), extent[0],
                extent[1], stride[0], stride[1], pads[0], pads[1], pads[2], pads[3], groups);
        n.source().addMacs((long) g.outHeight() * g.outWidth() * filter.shape().size());
        Value x = Value.of(new Op.Conv(ConvRole.INPUT_GRAD, g), w, y);
        return result(n, n.has(2) ? x.add(n.channels(2, Kind.BIAS)) : x);
    }

    /** Windows of a pooling; the last one may begin inside the image and end beyond it. */
    private static PoolGeometry pool(Node n, Value x) {
        int[] kernel = pair(n, "kernel_shape", 1);
        if (n.rank(0) == 3) {
            kernel[0] = 1;
        }
        int[] stride = pair(n, "strides", 1);
        int[] dilation = pair(n, "dilations", 1);
        if (dilation[0] != 1 || dilation[1] != 1) {
            throw new OnnxException("dilated pooling is not supported");
        }
        int[] pads = pads(n, x, kernel, stride);
        if (n.onnx().whole("ceil_mode", 0) == 1) {
            for (int i = 0; i < 2; i++) {
                int span = x.shape().dim(i + 1) + pads[i] + pads[i + 2] - kernel[i];
                int out = Math.ceilDiv(span, stride[i]) + 1;
                // A window that would begin in the padding after the image is left out.
                if ((out - 1) * stride[i] >= x.shape().dim(i + 1) + pads[i]) {
                    out--;
                }
                pads[i + 2] += Math.max(0, (out - 1) * stride[i] - span);
            }
        }
        Shape s = x.shape();
        return new PoolGeometry(s.dim(0), s.dim(1), s.dim(2), s.dim(3), kernel[0], kernel[1], stride[0], stride[1],
                pads[0], pads[1], pads[2], pads[3]);
    }

    private static Term maxPool(Node n) {
        Value x = image(n);
        return result(n, Functions.maxPool(x, pool(n, x)));
    }

    private static Term averagePool(Node n) {
        Value x = image(n);
        PoolGeometry g = pool(n, x);
        boolean counted = n.onnx().whole("count_include_pad", 0) == 1;
        if (counted && n.onnx().whole("ceil_mode", 0) == 1) {
            throw new OnnxException("count_include_pad together with ceil_mode is not supported");
        }
        return result(n, Functions.avgPool(x, g, counted));
    }
}
