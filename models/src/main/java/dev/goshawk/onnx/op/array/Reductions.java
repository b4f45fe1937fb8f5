package dev.goshawk.onnx.op.array;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Axes;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Reductions over axes, and what depends on the order of elements along one: the largest, where they are, sums up to each. */
public final class Reductions {
    private Reductions() {
    }

    private interface Reduction {
        Value apply(Value x, int... axes);
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        put(all, "ReduceSum", 0, Value::sum);
        put(all, "ReduceMean", Double.NaN, Value::mean);
        put(all, "ReduceMax", Double.NEGATIVE_INFINITY, Reductions::max);
        put(all, "ReduceMin", Double.POSITIVE_INFINITY, (x, axes) -> max(x.negate(), axes).negate());
        put(all, "ReduceL1", 0, (x, axes) -> x.abs().sum(axes));
        put(all, "ReduceL2", 0, (x, axes) -> x.square().sum(axes).sqrt());
        put(all, "ReduceSumSquare", 0, (x, axes) -> x.square().sum(axes));
        put(all, "ReduceLogSum", Double.NEGATIVE_INFINITY, (x, axes) -> x.sum(axes).log());
        put(all, "ReduceLogSumExp", Double.NEGATIVE_INFINITY, Reductions::logSumExp);
        put(all, "ReduceProd", 1, Reductions::product);
        all.put("ArgMax", Operator.single(n -> position(n, x -> x)));
        all.put("ArgMin", Operator.single(n -> position(n, Value::negate)));
        all.put("TopK", Reductions::topK);
        all.put("Hardmax", Operator.single(n -> {
            Value x = n.logical(0);
            if (n.opset() >= Node.SOFTMAX_OF_ONE_AXIS) {
                return Term.traced(along(x, Axes.of(n.onnx().whole("axis", -1), n.rank(0)),
                        rows -> Largest.of(rows).mask()));
            }
            int axis = Axes.of(n.onnx().whole("axis", 1), n.rank(0));
            Value rows = x.reshape(Axes.product(x.shape(), 0, axis), Axes.product(x.shape(), axis, n.rank(0)));
            return Term.traced(Largest.of(rows).mask().reshape(x.shape()));
        }));
        all.put("CumSum", Operator.single(n -> {
            int axis = Axes.of((int) n.constant(1).scalar(), n.rank(0));
            return n.map(0, x -> sums(x, n.term(0).place(axis), n.onnx().whole("exclusive", 0) == 1,
                    n.onnx().whole("reverse", 0) == 1));
        }));
        all.put("CumProd", Operator.single(n -> {
            int axis = Axes.of((int) n.constant(1).scalar(), n.rank(0));
            return n.map(0, x -> products(x, n.term(0).place(axis), n.onnx().whole("exclusive", 0) == 1,
                    n.onnx().whole("reverse", 0) == 1));
        }));
        all.put("Trilu", Operator.single(Reductions::triangle));
    }

    /** @param none what a reduction of no element gives */
    private static void put(Map<String, Operator> all, String name, double none, Reduction reduction) {
        all.put(name, Operator.single(n -> {
            int rank = n.rank(0);
            int[] axes = Axes.of(n.wholes("axes", 1), rank);
            if (axes.length == 0) {
                if (n.onnx().whole("noop_with_empty_axes", 0) == 1) {
                    return n.map(0, x -> x);
                }
                axes = IntStream.range(0, rank).toArray();
            }
            boolean keeps = n.onnx().whole("keepdims", 1) == 1;
            int[] over = axes;
            if (n.shape(0).size() == 0) {
                Value empty = n.logical(0);
                return Term.traced(reduced(empty, (x, a) -> Value.constant(none, x.dtype(),
                        Shape.of(dropped(x, a))), keeps, over));
            }
            // Images stay channels last where what is left of them is [batch, ..., channels] all the same.
            if (Arrays.binarySearch(axes, 1) < 0
                    && (keeps || IntStream.range(2, rank).allMatch(i -> Arrays.binarySearch(over, i) >= 0))) {
                int[] places = Arrays.stream(axes).map(n.term(0)::place).toArray();
                return n.map(0, x -> reduced(x, reduction, keeps, places));
            }
            return Term.traced(reduced(n.logical(0), reduction, keeps, axes));
        }));
    }

    private static Value reduced(Value x, Reduction reduction, boolean keeps, int... axes) {
        Value y = x.shape().rank() == 0 ? x : reduction.apply(x, axes);
        if (!keeps) {
            return y;
        }
        int[] kept = x.shape().dims();
        for (int a : axes) {
            kept[a] = 1;
        }
        return y.reshape(kept);
    }

    /** Largest element over the axes, which are dropped; the derivative goes to the first of equal ones. */
    public static Value max(Value x, int... axes) {
        Value rows = rows(x, axes);
        int[] d = rows.shape().dims();
        PoolGeometry whole = new PoolGeometry(d[0], 1, d[1], 1, 1, d[1], 1, 1, 0, 0, 0, 0);
        return Functions.maxPool(rows.reshape(d[0], 1, d[1], 1), whole).reshape(dropped(x, axes));
    }

    /** log(sum(exp(x))) as x minus its log-softmax, at the first place of each row. */
    private static Value logSumExp(Value x, int... axes) {
        Value rows = rows(x, axes);
        Value first = Axes.slice(rows.subtract(Functions.logSoftmax(rows)), 1, 0, 1, 1);
        return first.reshape(dropped(x, axes));
    }

    private static Value product(Value x, int... axes) {
        Value rows = rows(x, axes);
        int length = rows.shape().dim(1);
        if (length == 0) {
            throw new OnnxException("a product of no element");
        }
        Axes.requireFew(length);
        Value product = Axes.slice(rows, 1, 0, 1, 1);
        for (int i = 1; i < length; i++) {
            product = product.multiply(Axes.slice(rows, 1, i, i + 1, 1));
        }
        return product.reshape(dropped(x, axes));
    }

    /** [what is kept, what is reduced]. */
    private static Value rows(Value x, int... axes) {
        int rank = x.shape().rank();
        int[] kept = IntStream.range(0, rank).filter(i -> Arrays.binarySearch(axes, i) < 0).toArray();
        int[] order = IntStream.concat(Arrays.stream(kept), Arrays.stream(axes)).toArray();
        int length = Arrays.stream(axes).map(a -> x.shape().dim(a)).reduce(1, Math::multiplyExact);
        if (length == 0) {
            throw new OnnxException("a reduction of no element");
        }
        return Axes.permute(x, order).reshape(x.shape().size() / length, length);
    }

    private static int[] dropped(Value x, int... axes) {
        return IntStream.range(0, x.shape().rank()).filter(i -> Arrays.binarySearch(axes, i) < 0)
                .map(i -> x.shape().dim(i)).toArray();
    }

    /** The first largest element of each row of a matrix [rows, length]. */
    private record Largest(Value value, Value mask) {
        static Largest of(Value rows) {
            int[] d = rows.shape().dims();
            PoolGeometry whole = new PoolGeometry(d[0], 1, d[1], 1, 1, d[1], 1, 1, 0, 0, 0, 0);
            Value image = rows.reshape(d[0], 1, d[1], 1);
            Value index = Value.of(new Op.MaxPoolIndices(whole), image);
            Value value = Value.of(new Op.PoolGather(whole), image, index);
            Value mask = Value.of(new Op.PoolScatter(whole), value.like(1), index);
            return new Largest(value.reshape(d[0], 1), mask.reshape(d));
        }

        /** Where it is, [rows, 1]; a whole number. */
        Value index() {
            return mask.multiply(numbers(mask, mask.shape().dim(1))).sum(1).reshape(mask.shape().dim(0), 1);
        }
    }

    /** 0, 1, 2, ... */
    private static Value numbers(Value like, int count) {
        return Functions.cumulativeSum(Value.constant(1, like.dtype(), Shape.of(count)), 0).subtract(1);
    }

    /** A function of rows [rows, length] to [rows, any length], along an axis. */
    private static Value along(Value x, int axis, UnaryOperator<Value> function) {
        int rank = x.shape().rank();
        int[] order = IntStream.range(0, rank).map(i -> i == axis ? rank - 1 : i == rank - 1 ? axis : i).toArray();
        Value last = Axes.permute(x, order);
        int[] d = last.shape().dims();
        if (x.shape().size() == 0) {
            throw new OnnxException("expected an element or more, got shape " + x.shape());
        }
        Value result = function.apply(last.reshape(x.shape().size() / d[rank - 1], d[rank - 1]));
        d[rank - 1] = result.shape().dim(1);
        return Axes.permute(result.reshape(d), order);
    }

    private static Term position(Node n, UnaryOperator<Value> ordered) {
        int axis = Axes.of(n.onnx().whole("axis", 0), n.rank(0));
        boolean last = n.onnx().whole("select_last_index", 0) == 1;
        Value places = along(ordered.apply(n.logical(0)), axis, rows -> {
            int length = rows.shape().dim(1);
            if (!last) {
                return Largest.of(rows).index();
            }
            Axes.requireFew(length);
            int[] back = IntStream.range(0, length).map(i -> length - 1 - i).toArray();
            return Largest.of(Axes.pick(rows, 1, back)).index().subtractFrom(length - 1);
        });
        int[] dims = IntStream.range(0, n.rank(0)).filter(i -> i != axis).map(n.shape(0)::dim).toArray();
        return Term.traced(n.onnx().whole("keepdims", 1) == 1 ? places : places.reshape(dims));
    }

    /** The largest one by one, each removed before the next is looked for. */
    private static List<Term> topK(Node n) {
        int axis = Axes.of(n.onnx().whole("axis", -1), n.rank(0));
        int k = n.has(1) ? (int) n.constant(1).scalar() : n.onnx().whole("k", 0);
        int extent = n.shape(0).dim(axis);
        if (k < 1 || k > extent) {
            throw new OnnxException("expected k of 1 to " + extent + ", got " + k);
        }
        Axes.requireFew(k);
        boolean largest = n.onnx().whole("largest", 1) == 1;
        List<Term> results = new ArrayList<>();
        for (boolean index : new boolean[] {false, true}) {
            results.add(Term.traced(along(n.logical(0), axis, x -> {
                Value rows = largest ? x : x.negate();
                List<Value> found = new ArrayList<>();
                for (int i = 0; i < k; i++) {
                    Largest next = Largest.of(rows);
                    found.add(index ? next.index() : largest ? next.value() : next.value().negate());
                    rows = Functions.where(next.mask(), rows.like(Double.NEGATIVE_INFINITY), rows);
                }
                return found.size() == 1 ? found.getFirst() : Functions.concat(1, found);
            })));
        }
        return results;
    }

    /** Sums up to each element, or from it on; each is a sum of at most log2 n others. */
    private static Value sums(Value x, int axis, boolean exclusive, boolean reverse) {
        Value sum = exclusive ? shifted(x, axis, 1, reverse) : x;
        int extent = x.shape().dim(axis);
        for (int step = 1; step < extent; step *= 2) {
            sum = sum.add(shifted(sum, axis, step, reverse));
        }
        return sum;
    }

    /** As sums, of products. */
    private static Value products(Value x, int axis, boolean exclusive, boolean reverse) {
        int extent = x.shape().dim(axis);
        Value product = exclusive ? afterOnes(x, axis, 1, reverse) : x;
        for (int step = 1; step < extent; step *= 2) {
            product = product.multiply(afterOnes(product, axis, step, reverse));
        }
        return product;
    }

    /** Moved along an axis, ones coming in. */
    private static Value afterOnes(Value x, int axis, int by, boolean down) {
        int extent = x.shape().dim(axis);
        int[] dims = x.shape().dims();
        dims[axis] = Math.min(by, extent);
        Value ones = Value.constant(1, x.dtype(), Shape.of(dims));
        return down
                ? Functions.concat(axis, List.of(Axes.slice(x, axis, dims[axis], extent, 1), ones))
                : Functions.concat(axis, List.of(ones, Axes.slice(x, axis, 0, extent - dims[axis], 1)));
    }

    /** Moved along an axis, zeros coming in. */
    private static Value shifted(Value x, int axis, int by, boolean down) {
        int extent = x.shape().dim(axis);
        int[] pad = new int[x.shape().rank()];
        pad[axis] = by;
        return down
                ? Axes.slice(x, axis, by, extent, 1).pad(new int[pad.length], pad)
                : Axes.slice(x, axis, 0, extent - by, 1).pad(pad, new int[pad.length]);
    }

    private static Term triangle(Node n) {
        Value x = n.logical(0);
        int rank = x.shape().rank();
        if (rank < 2) {
            throw new OnnxException("expected an array of at least 2 axes, got shape " + x.shape());
        }
        double k = n.number("k", 1, 0);
        Value rows = numbers(x, x.shape().dim(-2)).reshape(x.shape().dim(-2), 1);
        Value above = numbers(x, x.shape().dim(-1)).subtract(rows);
        Value kept = n.onnx().whole("upper", 1) == 1 ? above.atLeast(above.like(k)) : above.like(k).atLeast(above);
        return Term.traced(Functions.where(kept, x, x.like(0)));
    }
}
