package dev.goshawk.onnx.op.array;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.ElementKind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Operators whose result has a size that depends on elements, which therefore must be known, and arrays that are given by a formula. */
public final class KnownArrays {
    private KnownArrays() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("NonZero", Operator.single(KnownArrays::nonZero));
        all.put("Unique", KnownArrays::unique);
        all.put("Compress", Operator.single(KnownArrays::compress));
        all.put("ReverseSequence", Operator.single(KnownArrays::reversed));
        all.put("EyeLike", Operator.single(KnownArrays::eye));
        window(all, "HannWindow", t -> 0.5 - 0.5 * Math.cos(t));
        // As ONNX and scipy have them: 25 / 46, and the exact Blackman's neighbor 0.42.
        window(all, "HammingWindow", t -> 25.0 / 46 - 21.0 / 46 * Math.cos(t));
        window(all, "BlackmanWindow", t -> 0.42 - 0.5 * Math.cos(t) + 0.08 * Math.cos(2 * t));
        all.put("MelWeightMatrix", Operator.single(KnownArrays::mel));
    }

    private static Term known(Node n, int output, ConstantArray array) {
        List<String> names = n.onnx().outputs();
        return Term.constant(output < names.size() ? names.get(output) : "", array, false);
    }

    /** [axes, elements that are not 0]. */
    private static Term nonZero(Node n) {
        ConstantArray x = n.constant(0);
        int rank = x.shape().rank();
        int[] found = IntStream.range(0, x.size()).filter(i -> x.real(i) != 0).toArray();
        long[] places = new long[rank * found.length];
        int[] strides = x.shape().strides();
        for (int i = 0; i < found.length; i++) {
            for (int axis = 0; axis < rank; axis++) {
                places[axis * found.length + i] = found[i] / strides[axis] % x.shape().dim(axis);
            }
        }
        return known(n, 0, array(Shape.of(rank, found.length), places));
    }

    /** An array of no or more elements: a single one would stand for all. */
    private static ConstantArray array(Shape shape, long... elements) {
        return ConstantArray.of(shape, elements.length == 0 ? new long[shape.size()] : elements);
    }

    /** Different elements, or different slices along an axis, with where they are first, which one each is, and how many there are. */
    private static List<Term> unique(Node n) {
        ConstantArray x = n.constant(0);
        boolean flat = !n.onnx().has("axis");
        Shape s = flat ? Shape.of(x.size()) : x.shape();
        int axis = flat ? 0 : Axes.of(n.onnx().whole("axis", 0), s.rank());
        int inner = Axes.product(s, axis + 1, s.rank());
        int outer = Axes.product(s, 0, axis);
        int count = s.dim(axis);
        Map<List<Number>, List<Integer>> slices = n.onnx().whole("sorted", 1) == 1
                ? new TreeMap<>(KnownArrays::compare)
                : new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            List<Number> slice = new ArrayList<>();
            for (int k = 0; k < outer * inner; k++) {
                int from = (k / inner * count + i) * inner + k % inner;
                slice.add(x.isInteger() ? (Number) x.integer(from) : (Number) x.real(from));
            }
            slices.computeIfAbsent(slice, k -> new ArrayList<>()).add(i);
        }
        long[] first = new long[slices.size()];
        long[] counts = new long[slices.size()];
        long[] which = new long[count];
        List<Number> elements = new ArrayList<>(Collections.nCopies(slices.size() * outer * inner, 0));
        int at = 0;
        for (var e : slices.entrySet()) {
            first[at] = e.getValue().getFirst();
            counts[at] = e.getValue().size();
            for (int i : e.getValue()) {
                which[i] = at;
            }
            for (int k = 0; k < outer * inner; k++) {
                elements.set((k / inner * slices.size() + at) * inner + k % inner, e.getKey().get(k));
            }
            at++;
        }
        int[] dims = s.dims();
        dims[axis] = slices.size();
        ConstantArray different = x.isInteger()
                ? array(Shape.of(dims), elements.stream().mapToLong(Number::longValue).toArray())
                : ConstantArray.of(Shape.of(dims), elements.stream().mapToDouble(Number::doubleValue).toArray());
        return List.of(known(n, 0, different),
                known(n, 1, array(Shape.of(first.length), first)), known(n, 2, array(Shape.of(count), which)),
                known(n, 3, array(Shape.of(counts.length), counts)));
    }

    private static int compare(List<Number> a, List<Number> b) {
        for (int i = 0; i < a.size(); i++) {
            int order = a.get(i) instanceof Long whole
                    ? Long.compare(whole, b.get(i).longValue())
                    : Double.compare(a.get(i).doubleValue(), b.get(i).doubleValue());
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static Term compress(Node n) {
        ConstantArray chosen = n.constant(1);
        boolean flat = !n.onnx().has("axis");
        Value x = flat ? n.logical(0).reshape(n.shape(0).size()) : n.logical(0);
        int axis = flat ? 0 : Axes.of(n.onnx().whole("axis", 0), n.rank(0));
        int[] places = IntStream.range(0, Math.min(chosen.size(), x.shape().dim(axis)))
                .filter(i -> chosen.real(i) != 0).toArray();
        return Term.traced(Axes.pick(x, axis, places));
    }

    /** The first elements of each sequence in reverse order, as many as its length says. */
    private static Term reversed(Node n) {
        int time = Axes.of(n.onnx().whole("time_axis", 0), n.rank(0));
        int batch = Axes.of(n.onnx().whole("batch_axis", 1), n.rank(0));
        ConstantArray lengths = n.constant(1);
        int[] d = n.shape(0).dims();
        if (time == batch || lengths.size() != d[batch]) {
            throw new OnnxException("expected " + d[batch] + " lengths and two axes, got " + lengths.size()
                    + " for batch_axis " + batch + " and time_axis " + time);
        }
        Axes.requireFew((long) d[batch] * d[time]);
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < d[batch]; i++) {
            int length = (int) lengths.integer(i);
            if (length < 0 || length > d[time]) {
                throw new OnnxException("a length of " + length + " along an axis of " + d[time]);
            }
            int[] order = IntStream.range(0, d[time]).map(t -> t < length ? length - 1 - t : t).toArray();
            parts.add(Axes.pick(Axes.slice(n.logical(0), batch, i, i + 1, 1), time, order));
        }
        return Term.traced(parts.size() == 1 ? parts.getFirst() : Functions.concat(batch, parts));
    }

    private static Term eye(Node n) {
        int[] d = n.shape(0).dims();
        if (d.length != 2) {
            throw new OnnxException("expected a matrix, got shape " + n.shape(0));
        }
        int k = n.onnx().whole("k", 0);
        long[] ones = new long[d[0] * d[1]];
        for (int i = Math.max(0, -k); i < d[0] && (long) i + k < d[1]; i++) {
            ones[i * d[1] + i + k] = 1;
        }
        ConstantArray given = n.term(0).constant();
        boolean whole = n.onnx().has("dtype")
                ? ElementKind.of(n.onnx().whole("dtype", 1)).isInteger()
                : given != null && given.isInteger();
        return known(n, 0, array(n.shape(0), ones).as(whole));
    }

    private static void window(Map<String, Operator> all, String name, DoubleUnaryOperator atAngle) {
        all.put(name, Operator.single(n -> {
            double size = n.constant(0).scalar();
            if (!(size >= 1 && size < Integer.MAX_VALUE / Long.BYTES)) {
                throw new OnnxException("expected a window of 1 element or more, got " + size);
            }
            int count = (int) size;
            double turns = n.onnx().whole("periodic", 1) == 1 ? count : count - 1;
            double[] w = new double[count];
            Arrays.setAll(w, i -> count == 1 ? 1 : atAngle.applyAsDouble(2 * Math.PI * i / turns));
            return known(n, 0, ConstantArray.of(Shape.of(count), w));
        }));
    }

    /** Triangles over the frequencies of a spectrum, [frequencies, bands], evenly spaced on the mel scale. */
    private static Term mel(Node n) {
        int bands = (int) n.constant(0).whole();
        long length = n.constant(1).whole();
        double low = 2595 * Math.log10(1 + n.constant(3).scalar() / 700);
        double high = 2595 * Math.log10(1 + n.constant(4).scalar() / 700);
        int frequencies = (int) (length / 2 + 1);
        if (bands < 1 || length < 1) {
            throw new OnnxException("expected 1 band or more and a transform of 1 element or more, got " + bands
                    + " and " + length);
        }
        Axes.requireFew((long) frequencies * bands);
        int[] at = new int[bands + 2];
        for (int i = 0; i < at.length; i++) {
            double frequency = 700 * (Math.pow(10, (low + i * (high - low) / at.length) / 2595) - 1);
            at[i] = (int) Math.floor((length + 1) * frequency / n.constant(2).scalar());
            if (at[i] < 0 || at[i] > frequencies) {
                throw new OnnxException("expected bands within " + frequencies + " frequencies, got " + at[i]);
            }
        }
        double[] weights = new double[frequencies * bands];
        for (int i = 0; i < bands; i++) {
            int rise = at[i + 1] - at[i];
            int fall = at[i + 2] - at[i + 1];
            for (int k = at[i]; k < Math.min(frequencies, Math.max(at[i + 2], at[i + 1] + 1)); k++) {
                double share = k <= at[i + 1] ? rise == 0 ? 1 : (double) (k - at[i]) / rise : 0;
                weights[k * bands + i] = k >= at[i + 1] && fall > 0 ? (double) (at[i + 2] - k) / fall : share;
            }
        }
        return known(n, 0, ConstantArray.of(Shape.of(frequencies, bands), weights));
    }
}
