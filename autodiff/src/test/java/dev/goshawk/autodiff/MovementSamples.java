package dev.goshawk.autodiff;

import static dev.goshawk.autodiff.SampleValues.distinct;
import static dev.goshawk.autodiff.SampleValues.normal;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of the op test table that move elements or reduce over axes. */
final class MovementSamples {
    private MovementSamples() {
    }

    static List<OpSample> rows() {
        List<OpSample> rows = new ArrayList<>();
        reshape(rows, normal(21, 2, 3), 3, 2);
        reshape(rows, normal(21, 1, 1));
        reshape(rows, normal(21), 1, 1, 1);
        reshape(rows, normal(21, 2, 1, 6), 4, 3);
        permute(rows, normal(22, 2, 3), 1, 0);
        permute(rows, normal(22, 2, 3, 4), 2, 0, 1);
        permute(rows, normal(22, 2, 1, 3, 2), 0, 3, 1, 2);
        permute(rows, normal(22, 3, 1), 0, 1);
        broadcast(rows, normal(23), 2, 3);
        broadcast(rows, normal(23, 3), 2, 3);
        broadcast(rows, normal(23, 2, 1), 2, 3);
        broadcast(rows, normal(23, 1, 3, 1), 4, 2, 3, 2);
        broadcast(rows, normal(23, 1), 1, 1);
        broadcast(rows, normal(23, 2, 1, 1, 3), 2, 3, 1, 3);
        reduce(rows, new int[] {0}, 4);
        reduce(rows, new int[] {0, 1}, 2, 3);
        reduce(rows, new int[] {1}, 2, 3);
        reduce(rows, new int[] {0, 2}, 2, 3, 2);
        reduce(rows, new int[] {0, 1, 2}, 2, 1, 2, 3);
        reduce(rows, new int[] {}, 3);
        cumulativeSum(rows, 0, normal(30, 5));
        cumulativeSum(rows, 0, normal(30, 1));
        cumulativeSum(rows, 1, normal(30, 2, 3, 2));
        cumulativeSum(rows, 2, normal(30, 2, 1, 4));
        pad(rows, normal(25, 3), new int[] {1}, new int[] {2}, new int[] {0});
        pad(rows, normal(25, 3), new int[] {0}, new int[] {0}, new int[] {2});
        pad(rows, normal(25, 2, 1, 3), new int[] {0, 2, 1}, new int[] {1, 0, 0}, new int[] {1, 3, 1});
        pad(rows, normal(25), new int[] {}, new int[] {}, new int[] {});
        slice(rows, normal(26, 7), new int[] {1}, new int[] {6}, new int[] {2});
        slice(rows, normal(26, 7), new int[] {2}, new int[] {3}, new int[] {3});
        slice(rows, normal(26, 5, 4), new int[] {0, 1}, new int[] {5, 4}, new int[] {3, 1});
        slice(rows, normal(26, 2, 1, 3), new int[] {1, 0, 0}, new int[] {2, 1, 3}, new int[] {1, 2, 2});
        slice(rows, normal(26, 4), new int[] {2}, new int[] {2}, new int[] {1});
        concat(rows, 0, normal(27, 2), normal(28, 1), normal(29, 3));
        concat(rows, 1, normal(27, 2, 3), normal(28, 2, 1));
        concat(rows, 3, normal(27, 1, 2, 2, 1), normal(28, 1, 2, 2, 4), normal(29, 1, 2, 2, 3));
        concat(rows, 1, normal(27, 2, 0, 2), normal(28, 2, 2, 2));
        concat(rows, 0, normal(27, 1, 2));
        return rows;
    }

    static List<OpSample> awkward() {
        List<OpSample> rows = new ArrayList<>();
        reshape(rows, normal(31, 5, 77), 7, 11, 5);
        permute(rows, normal(32, 3, 17, 5, 9), 0, 3, 1, 2);
        permute(rows, normal(32, 65, 33), 1, 0);
        broadcast(rows, normal(33, 19), 37, 19);
        broadcast(rows, normal(33, 37, 1), 37, 19);
        broadcast(rows, normal(33, 1, 5, 1, 7), 3, 5, 9, 7);
        broadcast(rows, normal(33), 1037);
        reduce(rows, new int[] {0}, 67, 35);
        reduce(rows, new int[] {1}, 35, 67);
        reduce(rows, new int[] {0, 1, 2}, 5, 7, 9, 17);
        reduce(rows, new int[] {0, 2}, 5, 7, 9);
        reduce(rows, new int[] {0}, 4099);
        reduce(rows, new int[] {0}, 0, 3);
        cumulativeSum(rows, 0, normal(34, 1037));
        cumulativeSum(rows, 0, normal(34, 131, 300));
        cumulativeSum(rows, 1, normal(34, 7, 129, 33));
        cumulativeSum(rows, 1, normal(34, 135, 257));
        cumulativeSum(rows, 1, normal(34, 3, 0, 2));
        pad(rows, normal(35, 3, 9, 17), new int[] {0, 1, 3}, new int[] {1, 0, 2}, new int[] {0, 2, 0});
        slice(rows, normal(36, 9, 33), new int[] {1, 3}, new int[] {9, 32}, new int[] {2, 3});
        concat(rows, 1, normal(37, 13, 5), normal(38, 13, 17), normal(39, 13, 1));
        return rows;
    }

    static List<OpSample> special() {
        Tensor[] pairs = SampleValues.special();
        List<OpSample> rows = new ArrayList<>();
        for (int axis = 0; axis < 2; axis++) {
            add(rows, new Op.MaxOver(List.of(axis)), 0, pairs[1]);
            add(rows, new Op.Sum(List.of(axis)), 0, pairs[0]);
            add(rows, new Op.CumulativeSum(axis, false), 0, pairs[0]);
        }
        return rows;
    }

    private static void reshape(List<OpSample> rows, Tensor x, int... to) {
        add(rows, new Op.Reshape(Shape.of(to)), 2, x);
    }

    private static void permute(List<OpSample> rows, Tensor x, int... order) {
        add(rows, new Op.Permute(list(order)), 2, x);
    }

    private static void broadcast(List<OpSample> rows, Tensor x, int... to) {
        add(rows, new Op.Broadcast(Shape.of(to)), 2, x);
    }

    /** The maximum is a constant to differentiation; how it serves log-softmax is checked there. */
    private static void reduce(List<OpSample> rows, int[] axes, int... dims) {
        add(rows, new Op.Sum(list(axes)), 2, normal(24, dims));
        add(rows, new Op.MaxOver(list(axes)), 0, distinct(24, dims));
    }

    private static void cumulativeSum(List<OpSample> rows, int axis, Tensor x) {
        add(rows, new Op.CumulativeSum(axis, false), 2, x);
        add(rows, new Op.CumulativeSum(axis, true), 2, x);
    }

    private static void pad(List<OpSample> rows, Tensor x, int[] low, int[] high, int[] interior) {
        add(rows, new Op.Pad(list(low), list(high), list(interior)), 2, x);
    }

    private static void slice(List<OpSample> rows, Tensor x, int[] start, int[] limit, int[] stride) {
        add(rows, new Op.Slice(list(start), list(limit), list(stride)), 2, x);
    }

    private static void concat(List<OpSample> rows, int axis, Tensor... parts) {
        add(rows, new Op.Concat(axis), 2, parts);
    }

    private static void add(List<OpSample> rows, Op op, int order, Tensor... operands) {
        rows.add(new OpSample(op + " of " + Arrays.stream(operands).map(Tensor::shape).toList(), op,
                List.of(operands), order));
    }

    private static List<Integer> list(int[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
