package dev.goshawk.onnx.op;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.tensor.PoolGeometry;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;

/** Reductions over axes. */
final class Reductions {
    private Reductions() {
    }

    private interface Reduction {
        Value apply(Value x, int... axes);
    }

    static void register(Map<String, Operator> all) {
        put(all, "ReduceSum", Value::sum);
        put(all, "ReduceMean", Value::mean);
        put(all, "ReduceMax", Reductions::max);
        put(all, "ReduceMin", (x, axes) -> max(x.negate(), axes).negate());
        put(all, "ReduceL1", (x, axes) -> x.abs().sum(axes));
        put(all, "ReduceL2", (x, axes) -> x.square().sum(axes).sqrt());
        put(all, "ReduceSumSquare", (x, axes) -> x.square().sum(axes));
        put(all, "ReduceLogSum", (x, axes) -> x.sum(axes).log());
        put(all, "ReduceLogSumExp", Reductions::logSumExp);
        put(all, "ReduceProd", Reductions::product);
    }

    private static void put(Map<String, Operator> all, String name, Reduction reduction) {
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
    static Value max(Value x, int... axes) {
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
}
