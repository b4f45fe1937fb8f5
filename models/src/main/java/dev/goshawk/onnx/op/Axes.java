package dev.goshawk.onnx.op;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Moves and indices of axes. */
public final class Axes {
    /** Most operations that one node may become: what a file asks for with a few bytes must not take all memory. */
    private static final int MOST_PARTS = 1 << 16;

    private Axes() {
    }

    /** [batch, channels, ...] to [batch, ..., channels]. */
    public static Value channelsLast(Value x) {
        int[] order = new int[x.shape().rank()];
        for (int i = 1; i < order.length - 1; i++) {
            order[i] = i + 1;
        }
        order[order.length - 1] = 1;
        return permute(x, order);
    }

    /** [batch, ..., channels] to [batch, channels, ...]. */
    public static Value channelsFirst(Value x) {
        int[] order = new int[x.shape().rank()];
        for (int i = 2; i < order.length; i++) {
            order[i] = i - 1;
        }
        order[1] = order.length - 1;
        return permute(x, order);
    }

    /** A permutation; a reshape where no element moves. */
    public static Value permute(Value x, int... order) {
        int[] dims = new int[order.length];
        int last = -1;
        boolean moves = false;
        for (int i = 0; i < order.length; i++) {
            dims[i] = x.shape().dim(order[i]);
            if (dims[i] != 1) {
                moves |= order[i] < last;
                last = order[i];
            }
        }
        return moves ? x.permute(order) : x.reshape(dims);
    }

    /** An axis counted from the start; negative ones count from the end. */
    public static int of(int axis, int rank) {
        int from = axis < 0 ? axis + rank : axis;
        if (from < 0 || from >= rank) {
            throw new OnnxException("axis " + axis + " of an array with " + rank + " axes");
        }
        return from;
    }

    /** Axes counted from the start, ascending and different. */
    public static int[] of(int[] axes, int rank) {
        int[] from = Arrays.stream(axes).map(a -> of(a, rank)).sorted().distinct().toArray();
        if (from.length != axes.length) {
            throw new OnnxException("an axis is given twice in " + Arrays.toString(axes));
        }
        return from;
    }

    /** Product of the extents of axes {@code from} to {@code to - 1}. */
    public static int product(Shape shape, int from, int to) {
        int product = 1;
        for (int i = from; i < to; i++) {
            product = Math.multiplyExact(product, shape.dim(i));
        }
        return product;
    }

    /** Elements {@code start, start + step, ...} before {@code limit} along one axis. */
    public static Value slice(Value x, int axis, int start, int limit, int step) {
        Shape s = x.shape();
        if (start == 0 && limit == s.dim(axis) && step == 1) {
            return x;
        }
        int[] from = new int[s.rank()];
        int[] to = s.dims();
        int[] steps = new int[s.rank()];
        Arrays.fill(steps, 1);
        from[axis] = start;
        to[axis] = limit;
        steps[axis] = step;
        return x.slice(from, to, steps);
    }

    /** The given places along an axis, in that order; runs of neighbors are taken together. */
    public static Value pick(Value x, int axis, int... places) {
        List<Value> parts = new ArrayList<>();
        int i = 0;
        while (i < places.length) {
            int end = i + 1;
            while (end < places.length && places[end] == places[end - 1] + 1) {
                end++;
            }
            parts.add(slice(x, axis, places[i], places[end - 1] + 1, 1));
            i = end;
            requireFew(parts.size());
        }
        if (parts.isEmpty()) {
            throw new OnnxException("a selection of no element");
        }
        return parts.size() == 1 ? parts.getFirst() : Functions.concat(axis, parts);
    }

    /**
     * Checks how many operations a node becomes.
     *
     * @throws OnnxException if they are too many
     */
    public static void requireFew(long parts) {
        if (parts > MOST_PARTS) {
            throw new OnnxException("expected a node of at most " + MOST_PARTS + " operations, it needs " + parts);
        }
    }

    /** Each element along an axis several times, next to each other. */
    public static Value repeat(Value x, int axis, int times) {
        if (times == 1) {
            return x;
        }
        int[] d = x.shape().dims();
        int[] apart = insert(d, axis + 1, 1);
        int[] repeated = insert(d, axis + 1, times);
        d[axis] *= times;
        return x.reshape(apart).broadcast(Shape.of(repeated)).reshape(d);
    }

    /**
     * Elements put apart along an axis, zeros around them; those that fall outside are left out.
     *
     * @param first where the first one goes, may be negative
     * @param step between one and the next
     * @param extent of the result
     */
    public static Value spread(Value x, int axis, int first, int step, int extent) {
        int count = x.shape().dim(axis);
        int from = Math.max(0, Math.ceilDiv(-first, step));
        int to = Math.min(count, Math.ceilDiv(extent - first, step));
        if (to <= from) {
            int[] none = x.shape().dims();
            none[axis] = extent;
            return Value.constant(0, x.dtype(), Shape.of(none));
        }
        int rank = x.shape().rank();
        Integer[] low = zeros(rank);
        Integer[] high = zeros(rank);
        Integer[] between = zeros(rank);
        low[axis] = first + from * step;
        high[axis] = extent - (first + (to - 1) * step) - 1;
        between[axis] = step - 1;
        return Value.of(new Op.Pad(List.of(low), List.of(high), List.of(between)), slice(x, axis, from, to, 1));
    }

    private static Integer[] zeros(int count) {
        Integer[] zeros = new Integer[count];
        Arrays.fill(zeros, 0);
        return zeros;
    }

    /** The dims with one more put in at a place. */
    public static int[] insert(int[] dims, int at, int extent) {
        int[] more = new int[dims.length + 1];
        System.arraycopy(dims, 0, more, 0, at);
        more[at] = extent;
        System.arraycopy(dims, at, more, at + 1, dims.length - at);
        return more;
    }
}
