package dev.goshawk.compile;

import dev.goshawk.compile.LoopNest.Access;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import java.util.List;

/**
 * Which ops a loop over elements can contain, and how it addresses their operands.
 *
 * @param byRow whether loops take one element for each row too, and sum over each row or block of rows; not every backend's do
 */
record Pointwise(boolean byRow) {
    /** Longest rows for that, in elements: a few of them stay in a second-level cache. */
    private static final int MOST_COLUMNS = 4096;
    /** Fewest rows of a block that a loop sums by itself: each block is a task with sums of its own to clear and to store. */
    private static final int LEAST_ROWS = 16;
    /** Shortest rows for that: of shorter ones a chunk has many, which are added up one after another. */
    private static final int LEAST_COLUMNS = 16;

    /** Computes each element from the elements at the same place. */
    static boolean isArithmetic(Op op) {
        return switch (op) {
            case Op.Elementwise _, Op.Multiply _, Op.Add _, Op.Subtract _, Op.Scale _, Op.Piecewise _, Op.AtLeast _, Op.StraightThroughSlope _ ->
                true;
            case Op.Leaf _, Op.Reshape _, Op.Permute _, Op.Broadcast _, Op.Sum _, Op.CumulativeSum _, Op.MaxOver _, Op.Pad _, Op.Slice _, Op.Concat _, Op.AvgPool _, Op.AvgPoolTranspose _, Op.MaxPoolIndices _, Op.PoolGather _, Op.PoolScatter _, Op.MatMul _, Op.Conv _ ->
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

    /** A value a loop can compute on the way: arithmetic, a constant, or a broadcast along rows or over them. */
    boolean isVirtual(Value v) {
        return v.dtype().isFloating()
                && (isArithmetic(v.op()) || v.op() instanceof Op.Constant || broadcastColumns(v) > 0);
    }

    /**
     * The length of the rows that a broadcast sees: of those it repeats whole (1 for a scalar), for all rows or for each of some blocks
     * of rows, or of those that it fills with one element each. Otherwise 0.
     */
    int broadcastColumns(Value v) {
        if (!(v.op() instanceof Op.Broadcast) || v.shape().size() == 0) {
            return 0;
        }
        Shape small = v.operand(0).shape();
        int columns = suffix(small, v.shape());
        if (columns > 0 || !byRow) {
            return columns;
        }
        int trailing = trailing(small, v.shape());
        return trailing > 0 ? trailing : inBlocks(small, v.shape());
    }

    /** How a loop reads what a broadcast repeats. */
    static Access access(Value broadcast) {
        Shape small = broadcast.operand(0).shape();
        if (small.size() == 1) {
            return Access.SCALAR;
        }
        if (suffix(small, broadcast.shape()) > 0) {
            return Access.COLUMN;
        }
        return trailing(small, broadcast.shape()) > 0 ? Access.ROW : Access.BLOCK;
    }

    /**
     * The length of the rows that a sum sees: of what is left when leading axes are summed (1 for a sum over everything), or those between leading
     * and trailing ones, or of the rows that it sums, each by itself. Otherwise 0.
     */
    int sumColumns(Value v) {
        if (!(v.op() instanceof Op.Sum(List<Integer> axes)) || !v.dtype().isFloating()
                || v.operand(0).shape().size() == 0) {
            return 0;
        }
        Shape s = v.operand(0).shape();
        if (isOverRows(v)) {
            return byRow && s.size() / v.shape().size() <= MOST_COLUMNS ? s.size() / v.shape().size() : 0;
        }
        int blocks = sumBlocks(v);
        int columns = blocks == 0 ? 0 : v.shape().size() / blocks;
        boolean fits = byRow && columns >= LEAST_COLUMNS && columns <= MOST_COLUMNS
                && s.size() / v.shape().size() >= LEAST_ROWS;
        return blocks > 1 && !fits ? 0 : columns;
    }

    /**
     * Into how many blocks of rows a sum over adjacent axes divides its operand, the product of the extents before those axes: 1 where it sums
     * leading axes. 0 where the axes are not adjacent. Sums over trailing axes have columns of one element.
     */
    static int sumBlocks(Value v) {
        if (!(v.op() instanceof Op.Sum(List<Integer> axes))) {
            return 0;
        }
        Shape s = v.operand(0).shape();
        int blocks = 1;
        boolean begun = false;
        boolean ended = false;
        for (int i = 0; i < s.rank(); i++) {
            if (s.dim(i) == 1) {
                continue;
            }
            boolean summed = axes.contains(i);
            if (summed && ended) {
                return 0;
            }
            begun |= summed;
            ended |= begun && !summed;
            blocks *= begun ? 1 : s.dim(i);
        }
        return begun ? blocks : 1;
    }

    /** Whether a sum is over trailing axes, and not over everything. */
    static boolean isOverRows(Value v) {
        if (!(v.op() instanceof Op.Sum(List<Integer> axes)) || v.shape().size() == 1
                || v.shape().size() == v.operand(0).shape().size()) {
            return false;
        }
        Shape s = v.operand(0).shape();
        boolean summing = false;
        for (int i = 0; i < s.rank(); i++) {
            if (s.dim(i) != 1 && summing && !axes.contains(i)) {
                return false;
            }
            summing |= s.dim(i) != 1 && axes.contains(i);
        }
        return true;
    }

    /** The length of the rows of the large shape that the small one has one element for each of; 0 if it has not, or they are long. */
    private static int trailing(Shape small, Shape large) {
        int lead = large.rank() - small.rank();
        int columns = 1;
        boolean matching = true;
        for (int i = 0; i < large.rank(); i++) {
            int own = i < lead ? 1 : small.dim(i - lead);
            matching &= own == large.dim(i);
            if (!matching) {
                if (own != 1) {
                    return 0;
                }
                columns *= large.dim(i);
            }
        }
        return columns <= MOST_COLUMNS ? columns : 0;
    }

    /** The length of the rows that the small shape has one of for each of the large one's leading elements; 0 if it has not, or they are long. */
    private static int inBlocks(Shape small, Shape large) {
        if (small.rank() != large.rank()) {
            return 0;
        }
        int at = 0;
        while (at < large.rank() && small.dim(at) == large.dim(at)) {
            at++;
        }
        while (at < large.rank() && small.dim(at) == 1) {
            at++;
        }
        int columns = 1;
        for (; at < large.rank(); at++) {
            if (small.dim(at) != large.dim(at)) {
                return 0;
            }
            columns *= large.dim(at);
        }
        return columns > 1 && columns <= MOST_COLUMNS ? columns : 0;
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
