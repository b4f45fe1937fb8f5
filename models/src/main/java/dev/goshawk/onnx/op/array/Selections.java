package dev.goshawk.onnx.op.array;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Parts of arrays, padding and repetition. */
public final class Selections {
    private Selections() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("Slice", Operator.single(Selections::slice));
        all.put("Split", Selections::split);
        all.put("Gather", Operator.single(Selections::gather));
        all.put("Pad", Operator.single(Selections::pad));
        all.put("Tile", Operator.single(n -> {
            int[] times = n.wholes("repeats", 1);
            Value x = n.logical(0);
            for (int axis = 0; axis < Math.min(times.length, x.shape().rank()); axis++) {
                if (times[axis] < 1) {
                    throw new OnnxException("repeats " + Arrays.toString(times));
                }
                Axes.requireFew(times[axis]);
                if (times[axis] > 1) {
                    x = Functions.concat(axis, Collections.nCopies(times[axis], x));
                }
            }
            return Term.traced(x);
        }));
    }

    private static Term slice(Node n) {
        Shape s = n.shape(0);
        int[] starts = n.wholes("starts", 1);
        int[] ends = n.wholes("ends", 2);
        int[] axes = n.wholes("axes", 3, IntStream.range(0, starts.length).toArray());
        int[] steps = n.wholes("steps", 4, IntStream.generate(() -> 1).limit(starts.length).toArray());
        if (ends.length != starts.length || axes.length != starts.length || steps.length != starts.length) {
            throw new OnnxException("starts, ends, axes and steps differ in length");
        }
        return n.map(0, x -> {
            Value part = x;
            for (int i = 0; i < starts.length; i++) {
                part = slice(part, n.term(0).place(Axes.of(axes[i], s.rank())), starts[i], ends[i], steps[i]);
            }
            return part;
        });
    }

    /** As NumPy slices one axis: from where to where, counted from the end where negative. */
    private static Value slice(Value x, int axis, int start, int end, int step) {
        int extent = x.shape().dim(axis);
        long first = start < 0 ? (long) start + extent : start;
        long limit = end < 0 ? (long) end + extent : end;
        if (step > 0) {
            int from = Math.clamp(first, 0, extent);
            return Axes.slice(x, axis, from, Math.clamp(limit, from, extent), step);
        }
        if (step == 0) {
            throw new OnnxException("a step of 0");
        }
        int from = Math.clamp(first, -1, extent - 1);
        int to = Math.clamp(limit, -1, extent - 1);
        return Axes.pick(x, axis, IntStream.iterate(from, p -> p > to, p -> p + step).toArray());
    }

    private static List<Term> split(Node n) {
        int axis = Axes.of(n.onnx().whole("axis", 0), n.rank(0));
        int extent = n.shape(0).dim(axis);
        int count = n.onnx().whole("num_outputs", n.onnx().outputs().size());
        int each = Math.ceilDiv(extent, Math.max(1, count));
        int[] sizes = n.wholes("split", 1, IntStream.range(0, count)
                .map(i -> Math.min(each, extent - i * each)).toArray());
        if (Arrays.stream(sizes).sum() != extent || Arrays.stream(sizes).anyMatch(p -> p < 0)) {
            throw new OnnxException("cannot split an extent of " + extent + " into " + Arrays.toString(sizes));
        }
        List<Term> parts = new ArrayList<>();
        int at = 0;
        for (int size : sizes) {
            int from = at;
            parts.add(n.map(0, x -> Axes.slice(x, n.term(0).place(axis), from, from + size, 1)));
            at += size;
        }
        return parts;
    }

    private static Term gather(Node n) {
        int axis = Axes.of(n.onnx().whole("axis", 0), n.rank(0));
        ConstantArray indices = n.constant(1);
        int extent = n.shape(0).dim(axis);
        int[] places = new int[indices.size()];
        for (int i = 0; i < places.length; i++) {
            long at = indices.integer(i);
            places[i] = (int) (at < 0 ? at + extent : at);
            if (places[i] < 0 || places[i] >= extent || at != (int) at) {
                throw new OnnxException("index " + at + " along an axis of " + extent);
            }
        }
        if (indices.shape().rank() == 1) {
            return n.map(0, x -> Axes.pick(x, n.term(0).place(axis), places));
        }
        int[] d = n.shape(0).dims();
        int[] to = new int[d.length - 1 + indices.shape().rank()];
        System.arraycopy(d, 0, to, 0, axis);
        System.arraycopy(indices.shape().dims(), 0, to, axis, indices.shape().rank());
        System.arraycopy(d, axis + 1, to, axis + indices.shape().rank(), d.length - axis - 1);
        return Term.traced(Axes.pick(n.logical(0), axis, places).reshape(to));
    }

    private static Term pad(Node n) {
        int rank = n.rank(0);
        int[] given = n.onnx().has("paddings") ? n.onnx().wholes("paddings") : n.wholes("pads", 1);
        int[] axes = n.has(3) ? n.wholes("", 3) : IntStream.range(0, rank).toArray();
        if (given.length != 2 * axes.length) {
            throw new OnnxException("pads: expected " + 2 * axes.length + " numbers, got " + Arrays.toString(given));
        }
        String mode = n.onnx().text("mode", "constant");
        if (n.has(2) && !n.term(2).isConstant()) {
            return paddedWith(n, n.logical(2), axes, given);
        }
        double value = n.number("value", 2, 0);
        return n.map(0, x -> {
            Value padded = x;
            for (int i = 0; i < axes.length; i++) {
                int axis = n.term(0).place(Axes.of(axes[i], rank));
                padded = pad(padded, axis, given[i], given[i + axes.length], mode, value);
            }
            return padded;
        });
    }

    /** Zeros around the elements, and the value where ones are not. */
    private static Term paddedWith(Node n, Value value, int[] axes, int... given) {
        Value x = n.logical(0);
        Value padded = x;
        Value kept = x.like(1);
        for (int i = 0; i < axes.length; i++) {
            int axis = Axes.of(axes[i], x.shape().rank());
            padded = pad(padded, axis, given[i], given[i + axes.length], "constant", 0);
            kept = pad(kept, axis, given[i], given[i + axes.length], "constant", 0);
        }
        return Term.traced(Functions.where(kept, padded, value.reshape(Shape.scalar())));
    }

    private static Value pad(Value x, int axis, int low, int high, String mode, double value) {
        int extent = x.shape().dim(axis);
        Value cut = Axes.slice(x, axis, Math.max(0, -low), extent - Math.max(0, -high), 1);
        int before = Math.max(0, low);
        int after = Math.max(0, high);
        if (before == 0 && after == 0) {
            return cut;
        }
        int length = cut.shape().dim(axis);
        if ("constant".equals(mode)) {
            int[] l = new int[x.shape().rank()];
            int[] h = new int[x.shape().rank()];
            l[axis] = before;
            h[axis] = after;
            if (value == 0) {
                return cut.pad(l, h);
            }
            List<Value> parts = new ArrayList<>();
            for (int beyond : new int[] {before, -1, after}) {
                int[] dims = cut.shape().dims();
                dims[axis] = beyond;
                if (beyond != 0) {
                    parts.add(beyond < 0 ? cut : Value.constant(value, x.dtype(), Shape.of(dims)));
                }
            }
            return Functions.concat(axis, parts);
        }
        Axes.requireFew((long) before + after);
        int[] places = IntStream.range(-before, length + after).map(p -> switch (mode) {
            case "edge" -> Math.clamp(p, 0, length - 1);
            case "reflect" -> reflected(p, length);
            case "wrap" -> Math.floorMod(p, length);
            default -> throw new OnnxException("mode " + OnnxException.quoted(mode) + " is not supported");
        }).toArray();
        return Axes.pick(cut, axis, places);
    }

    /** Back and forth between the first and the last element. */
    private static int reflected(int place, int length) {
        if (length == 1) {
            return 0;
        }
        int there = Math.floorMod(place, 2 * (length - 1));
        return there < length ? there : 2 * (length - 1) - there;
    }
}
