package dev.goshawk.autodiff;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.TensorType;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Bad operands of each op and what is said of them. */
final class OpErrors {
    private static final ConvGeometry CONV = new ConvGeometry(2, 5, 5, 4, 6, 3, 3, 1, 1, 1, 1, 1, 1, 2);
    private static final PoolGeometry POOL = new PoolGeometry(2, 4, 4, 3, 2, 2, 2, 2, 0, 0, 0, 0);

    private OpErrors() {
    }

    /** An op, operands it does not take, and the message. */
    record Row(Op op, List<TensorType> operands, String message) {
        List<Value> inputs() {
            List<Value> inputs = new ArrayList<>();
            for (TensorType t : operands) {
                inputs.add(Value.input("x" + inputs.size(), t.dtype(), t.shape()));
            }
            return inputs;
        }

        @Override
        public String toString() {
            return op.label() + " " + operands;
        }
    }

    static List<Row> all() {
        TensorType matrix = f64(2, 3);
        TensorType ints = new TensorType(DType.INT32, Shape.of(2, 3));
        TensorType single = new TensorType(DType.FLOAT32, Shape.of(2, 3));
        return List.of(
                row(new Op.Unary(Op.Unary.Function.EXP), "exp: expected a floating type, got int32", ints),
                row(new Op.Piecewise(Op.Piecewise.Function.STEP), "step: expected 1 operands, got 2", matrix, matrix),
                row(new Op.Binary(Op.Binary.Function.MAX), "max: shapes [2,3] and [3] differ", matrix, f64(3)),
                row(new Op.Add(), "add: types float64 and float32 differ", matrix, single),
                row(new Op.Subtract(), "subtract: expected 2 operands, got 1", matrix),
                row(new Op.Multiply(), "multiply: shapes [2,3] and [2,1] differ", matrix, f64(2, 1)),
                row(new Op.AtLeast(), "at_least: shapes [2,3] and [3,2] differ", matrix, f64(3, 2)),
                row(new Op.Power(0, 0), "power: shapes [2,3] and [3] differ", matrix, f64(3)),
                row(new Op.Where(), "where: expected 3 operands, got 2", matrix, matrix),
                row(new Op.Scale(2), "scale: expected a floating type, got int32", ints),
                row(new Op.StraightThrough(), "straight_through: shapes [2,3] and [3] differ", matrix, f64(3)),
                row(new Op.StraightThroughSlope(), "straight_through_slope: expected 1 operands, got 2", matrix,
                        matrix),
                row(new Op.Reshape(Shape.of(4)), "reshape: [2,3] has 6 elements, [4] has 4", matrix),
                row(new Op.Permute(List.of(0, 0)), "permute: order [0, 0] is not a permutation of the axes of [2,3]",
                        matrix),
                row(new Op.Broadcast(Shape.of(3, 4)), "broadcast: [2,3] does not broadcast to [3,4]", matrix),
                row(new Op.Broadcast(Shape.of(3)), "broadcast: [2,3] does not broadcast to [3]", matrix),
                row(new Op.Sum(List.of(1, 0)), "sum: axes [1, 0] are not ascending axes of shape [2,3]", matrix),
                row(new Op.MaxOver(List.of(2)), "max_over: axes [2] are not ascending axes of shape [2,3]", matrix),
                row(new Op.Pad(List.of(-1, 0), List.of(0, 0), List.of(0, 0)),
                        "pad: negative padding [-1, 0], [0, 0], [0, 0]", matrix),
                row(new Op.Slice(List.of(0, 2), List.of(2, 5), List.of(1, 1)),
                        "slice: axis 1 of [2,3] has no range 2..5 by 1", matrix),
                row(new Op.Concat(1), "concat: float64[3,3] does not fit float64[2,3] along axis 1", matrix, f64(3, 3)),
                row(new Op.Concat(2), "concat: no axis 2 in shape [2,3]", matrix),
                row(new Op.CumulativeSum(2, false), "cumulative_sum: no axis 2 in shape [2,3]", matrix),
                row(new Op.CumulativeSum(0, true), "cumulative_sum: expected a floating type, got int32", ints),
                row(new Op.AvgPool(POOL, true), "avg_pool: expected [2,4,4,3], got [2,3]", matrix),
                row(new Op.AvgPoolTranspose(POOL, true), "avg_pool_transpose: expected [2,2,2,3], got [2,4,4,3]",
                        f64(2, 4, 4, 3)),
                row(new Op.MaxPoolIndices(POOL), "max_pool_indices: expected [2,4,4,3], got [2,4,4]", f64(2, 4, 4)),
                row(new Op.PoolGather(POOL), "pool_gather: expected int32 indices [2,2,2,3], got float64[2,2,2,3]",
                        f64(2, 4, 4, 3), f64(2, 2, 2, 3)),
                row(new Op.PoolScatter(POOL), "pool_scatter: expected int32 indices [2,2,2,3], got int32[2,3]",
                        f64(2, 2, 2, 3), ints),
                row(new Op.MatMul(false, true),
                        "matmul: inner sizes 3 != 2 (A float64[2,3], B float64[3,2] transposed)", matrix, f64(3, 2)),
                row(new Op.MatMul(false, false), "matmul: expected two matrices, got [2,3] and [3]", matrix, f64(3)),
                row(new Op.Conv(ConvRole.OUTPUT, CONV), "conv_output: expected [2,5,5,4] and [3,3,2,6], got "
                        + "float64[2,5,5,4] and float64[3,3,4,6] (" + CONV + ")", f64(2, 5, 5, 4), f64(3, 3, 4, 6)),
                row(new Op.Conv(ConvRole.INPUT_GRAD, CONV), "conv_input_grad: expected [3,3,2,6] and [2,5,5,6], got "
                        + "float64[2,5,5,6] and float64[3,3,2,6] (" + CONV + ")", f64(2, 5, 5, 6), f64(3, 3, 2, 6)),
                row(new Op.Conv(ConvRole.WEIGHT_GRAD, CONV), "conv_weight_grad: expected 2 operands, got 1",
                        f64(2, 5, 5, 4)));
    }

    private static TensorType f64(int... dims) {
        return new TensorType(DType.FLOAT64, Shape.of(dims));
    }

    private static Row row(Op op, String message, TensorType... operands) {
        return new Row(op, List.of(operands), message);
    }
}
