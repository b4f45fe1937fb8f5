package dev.goshawk.cpu.reference;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.Powers;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;

/** What each op computes, in float64: one row an op. */
public final class ReferenceOps {
    private ReferenceOps() {
    }

    /**
     * The result of an op in a fresh array, row-major. Positions ({@link Op.MaxPoolIndices}) are exact in float64.
     *
     * @param resultShape the shape the op's value has for these operands
     * @param operandShapes one an operand
     * @param operands elements of each operand, row-major, at least as many as its shape says; not changed
     * @throws IllegalArgumentException for {@link Op.Input}, which has no value of its own
     */
    public static double[] evaluate(Op op, Shape resultShape, Shape[] operandShapes, double[][] operands) {
        int n = resultShape.size();
        return switch (op) {
            case Op.Input(var name, var _, var _) ->
                throw new IllegalArgumentException(
                        "input '" + name + "': expected a bound tensor, it has no value of its own");
            case Op.Constant(var value, var _, var _) -> {
                double[] out = new double[n];
                Arrays.fill(out, value);
                yield out;
            }
            case Op.Unary(var f) -> ReferenceArithmetic.unary(f, operands[0], n);
            case Op.Piecewise(var f) -> ReferenceArithmetic.piecewise(f, operands[0], n);
            case Op.Binary(var f) -> ReferenceArithmetic.binary(f, operands[0], operands[1], n);
            case Op.Power(var byX, var byY) ->
                ReferenceArithmetic.map2(operands[0], operands[1], n, (a, b) -> Powers.derivative(a, b, byX, byY));
            case Op.Where _ -> ReferenceArithmetic.where(operands[0], operands[1], operands[2], n);
            case Op.Add _ -> ReferenceArithmetic.map2(operands[0], operands[1], n, (a, b) -> a + b);
            case Op.Subtract _ -> ReferenceArithmetic.map2(operands[0], operands[1], n, (a, b) -> a - b);
            case Op.Multiply _ -> ReferenceArithmetic.map2(operands[0], operands[1], n, (a, b) -> a * b);
            case Op.AtLeast _ -> ReferenceArithmetic.map2(operands[0], operands[1], n, (a, b) -> a >= b ? 1 : 0);
            case Op.Scale(var c) -> ReferenceArithmetic.map(operands[0], n, a -> c * a);
            case Op.StraightThrough _ -> Arrays.copyOf(operands[0], n);
            case Op.StraightThroughSlope _ -> ReferenceArithmetic.map(operands[0], n, a -> 1);
            case Op.Reshape _ -> Arrays.copyOf(operands[0], n);
            case Op.Permute p -> ReferenceMovement.permute(p, resultShape, operandShapes[0], operands[0]);
            case Op.Broadcast _ -> ReferenceMovement.broadcast(resultShape, operandShapes[0], operands[0]);
            case Op.Sum(var axes) -> ReferenceMovement.sum(axes, resultShape, operandShapes[0], operands[0]);
            case Op.MaxOver(var axes) -> ReferenceMovement.maxOver(axes, resultShape, operandShapes[0], operands[0]);
            case Op.CumulativeSum(var axis, var reverse) ->
                ReferenceMovement.cumulativeSum(axis, reverse, resultShape, operands[0]);
            case Op.Pad p -> ReferenceMovement.pad(p, resultShape, operandShapes[0], operands[0]);
            case Op.Slice s -> ReferenceMovement.slice(s, resultShape, operandShapes[0], operands[0]);
            case Op.Concat(var axis) -> ReferenceMovement.concat(axis, resultShape, operandShapes, operands);
            case Op.AvgPool(var g, var countPadding) -> ReferencePooling.average(g, countPadding, operands[0]);
            case Op.AvgPoolTranspose(var g, var countPadding) ->
                ReferencePooling.averageTranspose(g, countPadding, operands[0]);
            case Op.MaxPoolIndices(var g) -> ReferencePooling.maxIndices(g, operands[0]);
            case Op.PoolGather(var g) -> ReferencePooling.gather(g, operands[0], operands[1]);
            case Op.PoolScatter(var g) -> ReferencePooling.scatter(g, operands[0], operands[1]);
            case Op.MatMul m -> ReferenceProducts.matmul(m, resultShape, operandShapes[0], operands[0], operands[1]);
            case Op.Conv(var role, var g) -> ReferenceProducts.conv(role, g, operands[0], operands[1]);
        };
    }
}
