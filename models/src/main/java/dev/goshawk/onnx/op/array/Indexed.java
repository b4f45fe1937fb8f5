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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/** Elements taken from and put to places that are known while the network is translated. */
public final class Indexed {
    private Indexed() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        all.put("GatherElements", Operator.single(Indexed::gatherElements));
        all.put("GatherND", Operator.single(Indexed::gatherNd));
        all.put("ScatterElements", Operator.single(Indexed::scatterElements));
        all.put("Scatter", Operator.single(Indexed::scatterElements));
        all.put("ScatterND", Operator.single(Indexed::scatterNd));
        all.put("TensorScatter", Operator.single(Indexed::write));
        all.put("OneHot", Operator.single(Indexed::oneHot));
    }

    /** Updates along an axis of a cache, from a place of each batch on; beyond the end they go on at the beginning, if they may. */
    private static Term write(Node n) {
        int[] d = n.shape(0).dims();
        int axis = Axes.of(n.onnx().whole("axis", -2), d.length);
        int more = n.rank(1) == d.length ? n.shape(1).dim(axis) : 0;
        int[] expected = d.clone();
        expected[axis] = more;
        boolean around = "circular".equals(n.onnx().text("mode", "linear"));
        if (axis == 0 || more > d[axis] || !n.shape(1).equals(Shape.of(expected))
                || n.has(2) && n.constant(2).size() != d[0]) {
            throw new OnnxException("expected updates that fit a cache of shape " + n.shape(0) + " along axis " + axis
                    + " and a place for each of " + d[0] + ", got shape " + n.shape(1));
        }
        Axes.requireFew((long) d[0] * d[axis]);
        Value both = Functions.concat(axis, List.of(n.logical(0), n.logical(1)));
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < d[0]; i++) {
            long first = n.has(2) ? n.constant(2).integer(i) : 0;
            if (first < 0 || first + (around ? 1 : more) > d[axis]) {
                throw new OnnxException("expected " + more + " updates within " + d[axis] + ", got them from " + first
                        + " on");
            }
            int[] order = IntStream.range(0, d[axis]).toArray();
            for (int k = 0; k < more; k++) {
                order[(int) (first + k) % d[axis]] = d[axis] + k;
            }
            parts.add(Axes.pick(Axes.slice(both, 0, i, i + 1, 1), axis, order));
        }
        return Term.traced(parts.size() == 1 ? parts.getFirst() : Functions.concat(0, parts));
    }

    /** An index counted from the start; negative ones count from the end. */
    private static int index(long at, int extent) {
        long from = at < 0 ? at + extent : at;
        if (from < 0 || from >= extent) {
            throw new OnnxException("index " + at + " along an axis of " + extent);
        }
        return (int) from;
    }

    /** Row-major places in the data of what an array of indices along one axis points to. */
    private static int[] elements(Shape data, ConstantArray indices, int axis) {
        Shape s = indices.shape();
        boolean fits = s.rank() == data.rank();
        for (int i = 0; fits && i < s.rank(); i++) {
            fits = i == axis || s.dim(i) <= data.dim(i);
        }
        if (!fits) {
            throw new OnnxException("indices of shape " + s + " for data of shape " + data);
        }
        int[] places = new int[indices.size()];
        int[] at = new int[s.rank()];
        for (int i = 0; i < places.length; i++) {
            for (int a = 0; a < at.length; a++) {
                int along = a == axis ? index(indices.integer(i), data.dim(a)) : at[a];
                places[i] = places[i] * data.dim(a) + along;
            }
            for (int a = at.length - 1; a >= 0 && ++at[a] == s.dim(a); a--) {
                at[a] = 0;
            }
        }
        return places;
    }

    /** Places among the parts of the data that rows of indices point to, for each of the leading axes that both share. */
    private static int[] parts(Shape data, ConstantArray indices, int shared) {
        Shape s = indices.shape();
        int depth = s.rank() == 0 ? 0 : s.dim(-1);
        if (shared < 0 || shared >= s.rank() || depth < 1 || shared + depth > data.rank()
                || !Arrays.equals(Arrays.copyOf(s.dims(), shared), Arrays.copyOf(data.dims(), shared))) {
            throw new OnnxException("indices of shape " + s + " for data of shape " + data + ", " + shared
                    + " axes shared");
        }
        int count = s.size() / depth;
        int each = Axes.product(s, shared, s.rank() - 1);
        int[] places = new int[count];
        for (int i = 0; i < count; i++) {
            places[i] = i / each;
            for (int k = 0; k < depth; k++) {
                int extent = data.dim(shared + k);
                places[i] = places[i] * extent + index(indices.integer(i * depth + k), extent);
            }
        }
        return places;
    }

    private static Term gatherElements(Node n) {
        int axis = Axes.of(n.onnx().whole("axis", 0), n.rank(0));
        ConstantArray indices = n.constant(1);
        int[] places = elements(n.shape(0), indices, axis);
        return Term.traced(Axes.pick(n.logical(0).reshape(n.shape(0).size()), 0, places).reshape(indices.shape()));
    }

    private static Term gatherNd(Node n) {
        int shared = n.onnx().whole("batch_dims", 0);
        ConstantArray indices = n.constant(1);
        int[] places = parts(n.shape(0), indices, shared);
        int[] lead = indices.shape().dims();
        int at = shared + lead[lead.length - 1];
        int[] dims = IntStream.concat(Arrays.stream(lead).limit(lead.length - 1L),
                Arrays.stream(n.shape(0).dims()).skip(at)).toArray();
        return Term.traced(Axes.pick(flat(n.logical(0), at), 0, places).reshape(dims));
    }

    /** [parts, elements of each], the parts being those that the first axes tell apart. */
    private static Value flat(Value x, int axes) {
        return x.reshape(Axes.product(x.shape(), 0, axes), Axes.product(x.shape(), axes, x.shape().rank()));
    }

    private static Term scatterElements(Node n) {
        int axis = Axes.of(n.onnx().whole("axis", 0), n.rank(0));
        ConstantArray indices = n.constant(1);
        if (!n.shape(2).equals(indices.shape())) {
            throw new OnnxException("expected updates of shape " + indices.shape() + ", got " + n.shape(2));
        }
        int[] places = elements(n.shape(0), indices, axis);
        return scatter(n, n.rank(0), places, n.logical(2).reshape(places.length, 1));
    }

    private static Term scatterNd(Node n) {
        ConstantArray indices = n.constant(1);
        int[] places = parts(n.shape(0), indices, 0);
        int depth = indices.shape().dim(-1);
        int[] wanted = IntStream.concat(Arrays.stream(indices.shape().dims()).limit(indices.shape().rank() - 1L),
                Arrays.stream(n.shape(0).dims()).skip(depth)).toArray();
        if (!n.shape(2).equals(Shape.of(wanted))) {
            throw new OnnxException("expected updates of shape " + Shape.of(wanted) + ", got " + n.shape(2));
        }
        return scatter(n, depth, places, n.logical(2).reshape(places.length, n.shape(2).size() / places.length));
    }

    /** Updates put to places one after the other: those that meet at one place go in several rounds. */
    private static Term scatter(Node n, int axes, int[] places, Value updates) {
        String reduction = n.onnx().text("reduction", "none");
        BinaryOperator<Value> function = switch (reduction) {
            case "none" -> (old, update) -> update;
            case "add" -> Value::add;
            case "mul" -> Value::multiply;
            case "max" -> Value::max;
            case "min" -> Value::min;
            default -> throw new OnnxException("reduction " + OnnxException.quoted(reduction) + " is not supported");
        };
        Value x = flat(n.logical(0), axes);
        Map<Integer, Integer> met = new HashMap<>();
        Map<Integer, TreeMap<Integer, Integer>> rounds = new TreeMap<>();
        for (int i = 0; i < places.length; i++) {
            // Only the last of those that replace each other counts.
            int round = "none".equals(reduction) ? 0 : met.merge(places[i], 1, Integer::sum);
            rounds.computeIfAbsent(round, r -> new TreeMap<>()).put(places[i], i);
        }
        int count = x.shape().dim(0);
        Axes.requireFew((long) rounds.size() * count);
        for (TreeMap<Integer, Integer> round : rounds.values()) {
            int[] at = round.keySet().stream().mapToInt(p -> p).toArray();
            Value put = function.apply(Axes.pick(x, 0, at),
                    Axes.pick(updates, 0, round.values().stream().mapToInt(i -> i).toArray()));
            int[] order = IntStream.range(0, count).toArray();
            for (int k = 0; k < at.length; k++) {
                order[at[k]] = count + k;
            }
            x = Axes.pick(Functions.concat(0, List.of(x, put)), 0, order);
        }
        return Term.traced(x.reshape(n.shape(0)));
    }

    /** Of indices that are known: an array of two numbers. */
    private static Term oneHot(Node n) {
        ConstantArray indices = n.constant(0);
        double depth = n.constant(1).scalar();
        if (!n.term(2).isConstant()) {
            return ofData(n, (int) depth);
        }
        ConstantArray values = n.constant(2);
        if (!(depth >= 1 && depth <= Integer.MAX_VALUE) || values.size() != 2) {
            throw new OnnxException(String.format(Locale.ROOT,
                    "expected a depth of 1 or more and two values, got %.0f and %s", depth, values.shape()));
        }
        int rank = indices.shape().rank();
        int classes = (int) depth;
        int axis = Axes.of(n.onnx().whole("axis", -1), rank + 1);
        Shape shape = Shape.of(Axes.insert(indices.shape().dims(), axis, classes));
        double[] all = new double[shape.size()];
        Arrays.fill(all, values.real(0));
        int inner = Axes.product(indices.shape(), axis, rank);
        for (int i = 0; i < indices.size(); i++) {
            double index = indices.real(i) < 0 ? indices.real(i) + classes : indices.real(i);
            if (index >= 0 && index < classes && index == (int) index) {
                all[(i / inner * classes + (int) index) * inner + i % inner] = values.real(1);
            }
        }
        return Term.constant(n.onnx().outputs().getFirst(), ConstantArray.of(shape, all).as(values.isInteger()), false);
    }

    /** Of two numbers that are data. */
    private static Term ofData(Node n, int depth) {
        ConstantArray indices = n.constant(0);
        int rank = indices.shape().rank();
        int axis = Axes.of(n.onnx().whole("axis", -1), rank + 1);
        int inner = Axes.product(indices.shape(), axis, rank);
        double[] ones = new double[Math.multiplyExact(indices.size(), depth)];
        for (int i = 0; i < indices.size(); i++) {
            long at = indices.integer(i) < 0 ? indices.integer(i) + depth : indices.integer(i);
            if (at >= 0 && at < depth) {
                ones[(i / inner * depth + (int) at) * inner + i % inner] = 1;
            }
        }
        Value chosen = n.array("classes", ConstantArray.of(
                Shape.of(Axes.insert(indices.shape().dims(), axis, depth)), ones));
        Value off = Axes.slice(n.logical(2), 0, 0, 1, 1);
        Value on = Axes.slice(n.logical(2), 0, 1, 2, 1);
        return Term.traced(chosen.multiply(on.subtract(off)).add(off));
    }
}
