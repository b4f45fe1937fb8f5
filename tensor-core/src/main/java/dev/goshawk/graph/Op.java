package dev.goshawk.graph;

import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.List;

/**
 * An operation: a record of its attributes and nothing else. The family an op belongs to decides how both modes of differentiation
 * treat it; shapes are inferred in {@link TypeRules}; what it computes is defined by the reference backend.
 */
public sealed interface Op {

    /** No operands. */
    sealed interface Leaf extends Op {
    }

    /** Each result element depends on the operands' elements at the same place; all shapes are equal. */
    sealed interface Elementwise extends Op {
    }

    /** Linear in its floating operands taken together: its tangent is itself, its gradient is a transpose. */
    sealed interface Linear extends Op {
    }

    /** Linear in each of its operands with the others held. */
    sealed interface Multilinear extends Op {
    }

    /** Locally constant: its derivative is a symbolic zero. */
    sealed interface NonDifferentiable extends Op {
    }

    /** A gradient by fiat with no derivative of its own: differentiating it is an error that names it. */
    sealed interface FirstOrderOnly extends Op {
    }

    /** A named input, bound when the graph is run. */
    record Input(String name, DType dtype, Shape shape) implements Leaf {
    }

    /** Every element the same number. */
    record Constant(double value, DType dtype, Shape shape) implements Leaf {
    }

    /** A smooth (or piecewise smooth) function of one variable. RELU's derivative at 0 is 0, ABS's likewise. */
    record Unary(Function function) implements Elementwise {
        /** The functions. */
        public enum Function {
            EXP, EXPM1, LOG, LOG1P, SQRT, RECIPROCAL, TANH, SIGMOID,
            /** sigmoid(x) sigmoid(-x): the derivative of SIGMOID, with all its digits in both tails. */
            SIGMOID_SLOPE,
            /** log(1 + exp(x)), without overflow. */
            SOFTPLUS, ERF,
            /** 1 - erf(x), with all its digits where erf is near 1. */
            ERFC,
            /** 2 / sqrt(pi) exp(-x^2): the derivative of ERF. */
            ERF_SLOPE,
            /** NaN at infinity; exact to the last places at any finite number. */
            SIN, COS, RELU, ABS
        }
    }

    /** A function of two variables. MAX and MIN give the whole derivative to the first operand at a tie. */
    record Binary(Function function) implements Elementwise {
        /** The functions. */
        public enum Function {
            DIVIDE, MAX, MIN
        }
    }

    /**
     * The derivative of x^y, operands (x, y), so many times by x and so many times by y; of both none it is the power itself. NaN operands
     * give NaN; x^0 is 1; a negative x has powers with whole exponents only, and no derivative by y (NaN).
     */
    record Power(int byX, int byY) implements Elementwise {
        /** More derivatives than this of either kind cannot be taken. */
        public static final int MOST = 63;

        public Power {
            if (byX < 0 || byY < 0 || byX > MOST || byY > MOST) {
                throw new IllegalArgumentException(
                        "power: expected 0 to " + MOST + " derivatives by each operand, got " + byX + " and "
                                + byY);
            }
        }
    }

    /**
     * Operands (condition, a, b): a where the condition is above 0, b elsewhere. The condition has no derivative, and what is not chosen, NaN
     * or infinite, adds nothing.
     */
    record Where() implements Elementwise {
    }

    /**
     * The straight-through estimator, operands (value, path): the result is the value, and its derivative is that of the path.
     * The path is never computed, only differentiated, once.
     */
    record StraightThrough() implements Elementwise {
    }

    /** The derivative of {@link StraightThrough} with respect to its path: 1 in the shape of the operand, with no derivative. */
    record StraightThroughSlope() implements FirstOrderOnly {
    }

    /** Sum of two operands. */
    record Add() implements Linear {
    }

    /** Difference of two operands. */
    record Subtract() implements Linear {
    }

    /** Product with a fixed number. */
    record Scale(double factor) implements Linear {
        /**
         * Whether this and another, one after the other, may be one op with the factors' product: not where the product is too large or
         * too small for the type, which the result of both need not be.
         */
        public boolean joins(Scale other, DType dtype) {
            double product = Math.abs(factor * other.factor);
            double least = dtype == DType.FLOAT32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
            double most = dtype == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
            return factor == 0 || other.factor == 0 || product >= least && product <= most;
        }
    }

    /** The same elements, in row-major order, under another shape. */
    record Reshape(Shape shape) implements Linear {
    }

    /** Result axis i is operand axis {@code order[i]}. */
    record Permute(List<Integer> order) implements Linear {
    }

    /** Repeats along axes of extent 1 and new leading axes (right-aligned, as NumPy does). */
    record Broadcast(Shape shape) implements Linear {
    }

    /** Sums over the axes (ascending) and drops them. */
    record Sum(List<Integer> axes) implements Linear {
    }

    /** Sums of the elements up to each one along an axis, or in reverse of those from each one on. */
    record CumulativeSum(int axis, boolean reverse) implements Linear {
    }

    /** Zeros before, after and ({@code interior}) between neighbors, per axis. */
    record Pad(List<Integer> low, List<Integer> high, List<Integer> interior) implements Linear {
    }

    /** Elements {@code start, start + stride, ...} below {@code limit}, per axis. */
    record Slice(List<Integer> start, List<Integer> limit, List<Integer> stride) implements Linear {
    }

    /** Operands one after another along an axis. */
    record Concat(int axis) implements Linear {
    }

    /** Window means; {@code countPadding} divides by the whole window at the border, else by the elements inside. */
    record AvgPool(PoolGeometry geometry, boolean countPadding) implements Linear {
    }

    /** Transpose of {@link AvgPool}. */
    record AvgPoolTranspose(PoolGeometry geometry, boolean countPadding) implements Linear {
    }

    /** Operands (x, indices of {@link MaxPoolIndices}): the elements the indices point to. Linear in x. */
    record PoolGather(PoolGeometry geometry) implements Linear {
    }

    /** Operands (g, indices): transpose of {@link PoolGather}; adds where windows overlap. */
    record PoolScatter(PoolGeometry geometry) implements Linear {
    }

    /** Elementwise product. */
    record Multiply() implements Multilinear {
    }

    /** Matrix product {@code op(A) op(B)} of two matrices, each transposed where its flag is set. */
    record MatMul(boolean transposeA, boolean transposeB) implements Multilinear {
    }

    /** One role of the convolution's trilinear form; operands as {@link ConvRole} lists them. */
    record Conv(ConvRole role, ConvGeometry geometry) implements Multilinear {
    }

    /** Piecewise constant functions: STEP is 1 above 0 and 0 elsewhere; ROUND takes ties to even. */
    record Piecewise(Function function) implements NonDifferentiable {
        /** The functions. */
        public enum Function {
            STEP, SIGN, ROUND, FLOOR
        }
    }

    /** 1 where the first operand is at least the second, 0 elsewhere. */
    record AtLeast() implements NonDifferentiable {
    }

    /** Maximum over the axes (dropped), a constant to differentiation: the shift that keeps a softmax in range. */
    record MaxOver(List<Integer> axes) implements NonDifferentiable {
    }

    /** int32: for each window, row * width + column in the input of its first largest element. */
    record MaxPoolIndices(PoolGeometry geometry) implements NonDifferentiable {
    }

    /** Lower-case name for printing and error messages. */
    default String label() {
        return switch (this) {
            case Unary u -> u.function().name().toLowerCase(java.util.Locale.ROOT);
            case Binary b -> b.function().name().toLowerCase(java.util.Locale.ROOT);
            case Piecewise p -> p.function().name().toLowerCase(java.util.Locale.ROOT);
            case Conv c -> "conv_" + c.role().name().toLowerCase(java.util.Locale.ROOT);
            default ->
                getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(java.util.Locale.ROOT);
        };
    }
}
