package dev.goshawk.compile;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import java.util.List;

/** Which ops a loop over elements can contain, and how it addresses their operands. */
final class Pointwise {
    private Pointwise() {
    }

    /** Computes each element from the elements at the same place. */
    static boolean isArithmetic(Op op) {
        return switch (op) {
            case Op.Elementwise _, Op.Multiply _, Op.Add _, Op.Subtract _, Op.Scale _, Op.Piecewise _, Op.AtLeast _, Op.StraightThroughSlope _ ->
                true;
            case Op.Leaf _, Op.Reshape _, Op.Permute _, Op.Broadcast _, Op.Sum _, Op.MaxOver _, Op.Pad _, Op.Slice _, Op.Concat _, Op.AvgPool _, Op.AvgPoolTranspose _, Op.MaxPoolIndices _, Op.PoolGather _, Op.PoolScatter _, Op.MatMul _, Op.Conv _ ->
                false;
        };
    }

    /** Costs more than a few cycles an element, and so more than storing it; a division, written either way, does not. */
    static boolean isHeavy(Op op) {
        return switch (op) {
            case Op.Unary(var f) -> switch (f) {
                case EXP, EXPM1, LOG, LOG1P, SQRT, TANH, SIGMOID, SIGMOID_SLOPE, SOFTPLUS, ERF, ERFC,
                        ERF_SLOPE, SIN, COS ->
                    true;
                case RELU, ABS, RECIPROCAL -> false;
            };
            case Op.Power _ -> true;
            case Op.Leaf _, Op.Binary _, Op.Where _, Op.StraightThrough _, Op.StraightThroughSlope _, Op.Linear _, Op.Multilinear _, Op.Piecewise _, Op.AtLeast _, Op.MaxOver _, Op.MaxPoolIndices _ ->
                false;
        };
    }

    /** A value a loop can compute on the way: arithmetic, a constant, or a broadcast along rows. */
    static boolean isVirtual(Value v) {
        return v.dtype().isFloating()
                && (isArithmetic(v.op()) || v.op() instanceof Op.Constant || broadcastColumns(v) > 0);
    }

    /** For a broadcast that repeats whole trailing rows: their length (1 for a scalar). Otherwise 0. */
    static int broadcastColumns(Value v) {
        return v.op() instanceof Op.Broadcast && v.shape().size() > 0 ? suffix(v.operand(0).shape(), v.shape()) : 0;
    }

    /** For a sum over leading axes: the length of what is left (1 for a sum over everything). Otherwise 0. */
    static int sumColumns(Value v) {
        if (!(v.op() instanceof Op.Sum(List<Integer> axes)) || !v.dtype().isFloating()
                || v.operand(0).shape().size() == 0) {
            return 0;
        }
        Shape s = v.operand(0).shape();
        boolean summing = true;
        for (int i = 0; i < s.rank(); i++) {
            if (s.dim(i) == 1) {
                continue;
            }
            if (axes.contains(i) && !summing) {
                return 0;
            }
            summing &= axes.contains(i);
        }
        return v.shape().size();
    }

    private static int suffix(Shape small, Shape large) {
        if (small.size() == 1) {
            return 1;
        }
        boolean matching = true;
        for (int i = 1; i <= small.rank(); i++) {
            boolean equal = small.dim(-i) == large.dim(-i);
            if (!(matching && equal) && small.dim(-i) != 1) {
                return 0;
            }
            matching &= equal;
        }
        return small.size();
    }
}
