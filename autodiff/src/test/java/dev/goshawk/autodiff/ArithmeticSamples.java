package dev.goshawk.autodiff;

import static dev.goshawk.autodiff.SampleValues.apartFrom;
import static dev.goshawk.autodiff.SampleValues.clearOfHalves;
import static dev.goshawk.autodiff.SampleValues.clearOfZero;
import static dev.goshawk.autodiff.SampleValues.filled;
import static dev.goshawk.autodiff.SampleValues.positive;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Elementwise rows of the op test table. */
final class ArithmeticSamples {
    private static final int[][] SMALL = {{}, {1}, {7}, {2, 1, 3}};
    private static final int[][] AWKWARD = {{0}, {15}, {17}, {3, 5, 7}, {1031}, {2, 9, 1, 33}};

    private ArithmeticSamples() {
    }

    static List<OpSample> rows() {
        return over(SMALL);
    }

    static List<OpSample> awkward() {
        return over(AWKWARD);
    }

    private static List<OpSample> over(int[][] shapes) {
        List<OpSample> rows = new ArrayList<>();
        for (int[] d : shapes) {
            Tensor x = clearOfZero(11, d);
            Tensor y = apartFrom(x, 12, 0.25);
            Tensor z = clearOfZero(13, d);
            for (Op.Unary.Function f : Op.Unary.Function.values()) {
                boolean rooted = f == Op.Unary.Function.LOG || f == Op.Unary.Function.LOG1P
                        || f == Op.Unary.Function.SQRT;
                add(rows, new Op.Unary(f), 2, rooted ? positive(14, d) : x);
            }
            for (Op.Binary.Function f : Op.Binary.Function.values()) {
                add(rows, new Op.Binary(f), 2, x, f == Op.Binary.Function.DIVIDE ? z : y);
            }
            for (Op.Piecewise.Function f : Op.Piecewise.Function.values()) {
                add(rows, new Op.Piecewise(f), 2, clearOfHalves(15, 1, d));
            }
            add(rows, new Op.Add(), 2, x, z);
            add(rows, new Op.Subtract(), 2, x, z);
            add(rows, new Op.Multiply(), 2, x, z);
            add(rows, new Op.Power(0, 0), 2, positive(16, d), z);
            add(rows, new Op.Power(1, 0), 2, positive(17, d), z);
            add(rows, new Op.Power(0, 1), 2, positive(18, d), z);
            add(rows, new Op.Power(2, 1), 2, positive(19, d), z);
            add(rows, new Op.Where(), 2, z, x, y);
            add(rows, new Op.AtLeast(), 2, x, y);
            add(rows, new Op.Scale(-2.5), 2, x);
            add(rows, new Op.Scale(0), 2, x);
            add(rows, new Op.StraightThrough(), 0, x, z);
            add(rows, new Op.StraightThroughSlope(), 0, x);
        }
        return rows;
    }

    static List<OpSample> special() {
        List<OpSample> rows = new ArrayList<>();
        Tensor[] pairs = SampleValues.special();
        int[] d = pairs[0].shape().dims();
        for (Op.Unary.Function f : Op.Unary.Function.values()) {
            add(rows, new Op.Unary(f), 0, pairs[0]);
        }
        for (Op.Piecewise.Function f : Op.Piecewise.Function.values()) {
            add(rows, new Op.Piecewise(f), 0, pairs[0]);
        }
        for (Op.Binary.Function f : Op.Binary.Function.values()) {
            add(rows, new Op.Binary(f), 0, pairs);
        }
        for (Op op : List.of(new Op.Add(), new Op.Subtract(), new Op.Multiply(), new Op.AtLeast(),
                new Op.StraightThrough())) {
            add(rows, op, 0, pairs);
        }
        add(rows, new Op.StraightThroughSlope(), 0, pairs[0]);
        for (int byX = 0; byX < 3; byX++) {
            for (int byY = 0; byY < 3; byY++) {
                add(rows, new Op.Power(byX, byY), 0, pairs);
            }
        }
        add(rows, new Op.Where(), 0, pairs[0], pairs[1], pairs[0]);
        return rows;
    }

    private static void add(List<OpSample> rows, Op op, int order, Tensor... operands) {
        rows.add(new OpSample(op + " " + operands[0].shape(), op, List.of(operands), order));
    }
}
