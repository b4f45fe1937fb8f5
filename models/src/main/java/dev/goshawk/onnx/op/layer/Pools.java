package dev.goshawk.onnx.op.layer;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Indexing;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.onnx.op.array.Reductions;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Pooling of rows, images and volumes. Windows without gaps over images are one operation; others are taken axis by axis. */
public final class Pools {
    /** Elements of the largest table that says which window an element came from. */
    private static final long MOST_PLACES = 1L << 26;
    /** Elements up to which float32 has a number for each. */
    private static final int MOST_NUMBERED = 1 << 24;

    private Pools() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("MaxPool", Pools::max);
        all.put("AveragePool", Operator.single(Pools::average));
        all.put("LpPool", Operator.single(n -> {
            Value x = Slide.volume(n);
            Slide s = slide(n, x);
            return result(n, norm(n, x, y -> sums(y, s)));
        }));
        all.put("MaxUnpool", Operator.single(Pools::unpool));
        all.put("GlobalLpPool", Operator.single(n -> global(n.channelsLast(0),
                (x, axes) -> norm(n, x, y -> y.sum(axes)))));
        all.put("GlobalAveragePool", Operator.single(n -> global(n.channelsLast(0), Value::mean)));
        all.put("GlobalMaxPool", Operator.single(n -> global(n.channelsLast(0), Pools::largest)));
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

    /** Of images, as a window of the whole image. */
    private static Value largest(Value x, int... axes) {
        if (x.shape().rank() != 4) {
            return Reductions.max(x, axes);
        }
        int[] d = x.shape().dims();
        return Functions.maxPool(x, new PoolGeometry(d[0], d[1], d[2], d[3], d[1], d[2], 1, 1, 0, 0, 0, 0));
    }

    private static Term result(Node n, Value volumes) {
        return Term.channelsLast(Slide.back(n, volumes));
    }

    private static Slide slide(Node n, Value x) {
        int[] given = Slide.numbers(n, "kernel_shape", 1);
        Slide s = Slide.of(n, x, given);
        return n.onnx().whole("ceil_mode", 0) == 1 ? s.ceiled() : s;
    }

    /** What the engine takes as one: windows without gaps in images. */
    private static boolean isPlain(Slide s) {
        return s.isStill(0) && s.dilation()[1] == 1 && s.dilation()[2] == 1;
    }

    private static Value plain(Value x, Slide s, BiFunction<Value, PoolGeometry, Value> pool) {
        int[] d = x.shape().dims();
        PoolGeometry g = new PoolGeometry(d[0] * d[1], d[2], d[3], d[4], s.kernel()[1], s.kernel()[2], s.stride()[1],
                s.stride()[2], s.low()[1], s.low()[2], s.high()[1], s.high()[2]);
        return pool.apply(x.reshape(d[0] * d[1], d[2], d[3], d[4]), g)
                .reshape(d[0], d[1], g.outHeight(), g.outWidth(), d[4]);
    }

    private static List<Term> max(Node n) {
        Value x = Slide.volume(n);
        Slide s = slide(n, x);
        boolean places = n.onnx().outputs().size() > 1 && !n.onnx().outputs().get(1).isEmpty();
        if (!places && isPlain(s)) {
            return List.of(result(n, plain(x, s, Functions::maxPool)));
        }
        Value best = x;
        Value index = places ? numbers(n, x) : x.like(0);
        for (int axis = 3; axis >= 1; axis--) {
            if (s.isStill(axis - 1)) {
                continue;
            }
            Axes.requireFew(s.kernel()[axis - 1]);
            Value values = bordered(best, axis, s, Double.NEGATIVE_INFINITY);
            Value indices = bordered(index, axis, s, 0);
            best = element(values, axis, s, 0);
            index = element(indices, axis, s, 0);
            for (int k = 1; k < s.kernel()[axis - 1]; k++) {
                Value next = element(values, axis, s, k);
                if (places) {
                    index = Functions.where(next.subtract(best).step(), element(indices, axis, s, k), index);
                }
                best = best.max(next);
            }
        }
        return places ? List.of(result(n, best), result(n, index)) : List.of(result(n, best));
    }

    /** Each element's place in the node's input, row-major or, of images in columns, column-major. */
    private static Value numbers(Node n, Value x) {
        int[] d = x.shape().dims();
        boolean columns = n.onnx().whole("storage_order", 0) == 1;
        if (x.dtype() == DType.FLOAT32 && x.shape().size() > MOST_NUMBERED) {
            throw new OnnxException("places of the largest elements: expected at most " + MOST_NUMBERED
                    + " elements, which float32 can number, got " + x.shape().size());
        }
        int plane = d[1] * d[2] * d[3];
        Value planes = counted(x, d[0] * d[4]).scale(plane).reshape(d[0], d[4], 1, 1, 1);
        Value depth = counted(x, d[1]).scale(columns ? 1 : d[2] * d[3]).reshape(d[1], 1, 1);
        Value height = counted(x, d[2]).scale(columns ? d[1] : d[3]).reshape(d[2], 1);
        Value width = counted(x, d[3]).scale(columns ? d[1] * d[2] : 1);
        return planes.add(depth).add(height).add(width).permute(0, 2, 3, 4, 1);
    }

    /** 0, 1, 2, ... */
    private static Value counted(Value like, int count) {
        return Functions.cumulativeSum(Value.constant(1, like.dtype(), Shape.of(count)), 0).subtract(1);
    }

    /** With the padding of a slide along an axis. */
    private static Value bordered(Value x, int axis, Slide s, double beyond) {
        int low = s.low()[axis - 1];
        int high = s.high()[axis - 1];
        if (beyond == 0) {
            int[] before = new int[x.shape().rank()];
            int[] after = before.clone();
            before[axis] = low;
            after[axis] = high;
            return x.pad(before, after);
        }
        Value cut = Axes.slice(x, axis, Math.max(0, -low), x.shape().dim(axis) - Math.max(0, -high), 1);
        List<Value> parts = new ArrayList<>(List.of(cut));
        if (low > 0) {
            parts.addFirst(border(x, axis, low, beyond));
        }
        if (high > 0) {
            parts.add(border(x, axis, high, beyond));
        }
        return parts.size() == 1 ? cut : Functions.concat(axis, parts);
    }

    private static Value border(Value x, int axis, int extent, double value) {
        int[] d = x.shape().dims();
        d[axis] = extent;
        return Value.constant(value, x.dtype(), Shape.of(d));
    }

    /** Element k of all windows along an axis. */
    private static Value element(Value bordered, int axis, Slide s, int k) {
        int step = s.stride()[axis - 1];
        int from = k * s.dilation()[axis - 1];
        return Axes.slice(bordered, axis, from, from + (s.out(axis - 1) - 1) * step + 1, step);
    }

    /** Sums over windows. */
    private static Value sums(Value x, Slide s) {
        if (isPlain(s)) {
            // Zeros beyond the border add nothing, so the mean over whole windows is the sum over their size.
            return plain(x, s, (y, g) -> Functions.avgPool(y, g, true).scale(
                    (double) g.kernelHeight() * g.kernelWidth()));
        }
        Value sum = x;
        for (int axis = 3; axis >= 1; axis--) {
            if (!s.isStill(axis - 1)) {
                Axes.requireFew(s.kernel()[axis - 1]);
                Value values = bordered(sum, axis, s, 0);
                sum = element(values, axis, s, 0);
                for (int k = 1; k < s.kernel()[axis - 1]; k++) {
                    sum = sum.add(element(values, axis, s, k));
                }
            }
        }
        return sum;
    }

    private static Term average(Node n) {
        Value x = Slide.volume(n);
        Slide s = slide(n, x);
        boolean counted = n.onnx().whole("count_include_pad", 0) == 1;
        boolean ceiled = n.onnx().whole("ceil_mode", 0) == 1;
        if (isPlain(s) && !(counted && ceiled)) {
            return result(n, plain(x, s, (y, g) -> Functions.avgPool(y, g, counted)));
        }
        Value mean = sums(x, s);
        // Padding that is there for the last window alone never counts.
        Slide given = Slide.of(n, x, s.kernel());
        for (int axis = 0; axis < s.kernel().length; axis++) {
            int low = counted ? given.low()[axis] : 0;
            int high = counted ? given.high()[axis] : 0;
            int[] dims = new int[s.kernel().length + 1 - axis];
            Arrays.fill(dims, 1);
            dims[0] = s.out(axis);
            mean = mean.multiply(shares(s, axis, low, high, x.dtype()).reshape(dims));
        }
        return result(n, mean);
    }

    /** One over the number of elements that count, for each window along an axis. */
    private static Value shares(Slide s, int axis, int low, int high, DType dtype) {
        Axes.requireFew(s.out(axis));
        Axes.requireFew(s.kernel()[axis]);
        Tensor shares = Tensor.zeros(dtype, Shape.of(s.out(axis)));
        for (int i = 0; i < shares.size(); i++) {
            int inside = 0;
            for (int k = 0; k < s.kernel()[axis]; k++) {
                int at = i * s.stride()[axis] - s.low()[axis] + k * s.dilation()[axis];
                inside += at >= -low && at < s.in()[axis] + high ? 1 : 0;
            }
            shares.set(i, 1.0 / Math.max(1, inside));
        }
        return Functions.constant(shares);
    }

    /** Elements put where the largest ones were; places are data, so each plane is a product with a table of ones. */
    private static Term unpool(Node n) {
        Value x = n.logical(0);
        int[] d = x.shape().dims();
        int axes = d.length - 2;
        int[] kernel = n.onnx().wholes("kernel_shape");
        int[] strides = n.onnx().wholes("strides");
        int[] pads = n.onnx().wholes("pads", new int[2 * Math.max(0, axes)]);
        if (axes < 1 || kernel.length != axes || pads.length != 2 * axes
                || strides.length != 0 && strides.length != axes || !n.shape(1).equals(n.shape(0))) {
            throw new OnnxException(
                    "expected values and places of one shape and kernel_shape, strides and pads that fit "
                            + "it, got shapes " + n.shape(0) + " and " + n.shape(1));
        }
        int[] out = d.clone();
        long plane = 1;
        for (int i = 0; i < axes; i++) {
            out[i + 2] = (d[i + 2] - 1) * (strides.length == 0 ? 1 : strides[i]) + kernel[i] - pads[i]
                    - pads[i + axes];
            if (out[i + 2] < 1) {
                throw new OnnxException("expected a result of 1 or more elements along each axis, got " + out[i + 2]
                        + " along axis " + (i + 2));
            }
            plane = Math.min(MOST_PLACES + 1, plane * out[i + 2]);
        }
        int rows = d[0] * d[1];
        int count = x.shape().size() / Math.max(1, rows);
        if (plane * x.shape().size() > MOST_PLACES) {
            throw new OnnxException("expected at most " + MOST_PLACES + " pairs of an element and a place, got "
                    + plane * x.shape().size());
        }
        Value first = counted(x, rows).scale(plane).reshape(rows, 1);
        Value places = Indexing.oneHot(n.logical(1).reshape(rows, count).subtract(first), (int) plane);
        Value y = places.multiply(x.reshape(rows, count, 1)).sum(1).reshape(out);
        if (!n.has(2)) {
            return Term.traced(y);
        }
        int[] wanted = n.wholes("", 2);
        int[] low = new int[d.length];
        int[] high = new int[d.length];
        for (int i = 0; i < d.length; i++) {
            high[i] = wanted[i] - out[i];
        }
        return Term.traced(y.pad(low, high));
    }
}
