package dev.goshawk.cpu.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The definitions against results worked out by hand. */
class ReferenceOpsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Shape MATRIX = Shape.of(2, 3);
    private static final double[] SIX = {1, 2, 3, 4, 5, 6};

    private static double[] apply(Op op, Shape result, Shape from, double... x) {
        return ReferenceOps.evaluate(op, result, new Shape[] {from}, new double[][] {x});
    }

    private static double[] elementwise(Op op, double[]... operands) {
        Shape s = Shape.of(operands[0].length);
        Shape[] shapes = new Shape[operands.length];
        Arrays.fill(shapes, s);
        return ReferenceOps.evaluate(op, s, shapes, operands);
    }

    private static void assertElements(double[] actual, double... expected) {
        assertArrayEquals(expected, actual);
    }

    private static double[] unary(Op.Unary.Function f, double... x) {
        return elementwise(new Op.Unary(f), x);
    }

    private static double[] piecewise(Op.Piecewise.Function f, double... x) {
        return elementwise(new Op.Piecewise(f), x);
    }

    @Test
    void unaryFunctions() {
        assertElements(unary(Op.Unary.Function.EXP, 0, -INF, INF), 1, 0, INF);
        assertElements(unary(Op.Unary.Function.LOG, 1, 0, -1), 0, -INF, NAN);
        assertElements(unary(Op.Unary.Function.SQRT, 9, 0, -1), 3, 0, NAN);
        assertElements(unary(Op.Unary.Function.RECIPROCAL, 4, -0.5, 0), 0.25, -2, INF);
        assertElements(unary(Op.Unary.Function.TANH, 0, INF, -INF), 0, 1, -1);
        assertElements(unary(Op.Unary.Function.SIGMOID, 0, 1000, -1000), 0.5, 1, 0);
        assertEquals(Math.exp(-50), unary(Op.Unary.Function.SIGMOID, -50)[0], 1e-15 * Math.exp(-50));
        assertElements(unary(Op.Unary.Function.RELU, -2, 0, 3, NAN), 0, 0, 3, NAN);
        assertElements(unary(Op.Unary.Function.ABS, -2, 0, 3), 2, 0, 3);
    }

    @Test
    void piecewiseFunctions() {
        assertElements(piecewise(Op.Piecewise.Function.STEP, -1, 0, 1e-300, NAN), 0, 0, 1, 0);
        assertElements(piecewise(Op.Piecewise.Function.SIGN, -7, 0, 0.1), -1, 0, 1);
        assertElements(piecewise(Op.Piecewise.Function.ROUND, 0.5, 1.5, 2.5, -1.5, 2.4), 0, 2, 2, -2, 2);
        assertElements(piecewise(Op.Piecewise.Function.FLOOR, 1.9, -0.1, 2), 1, -1, 2);
    }

    @Test
    void arithmetic() {
        double[] a = {6, -1, 2};
        double[] b = {3, 4, 2};
        assertElements(elementwise(new Op.Add(), a, b), 9, 3, 4);
        assertElements(elementwise(new Op.Subtract(), a, b), 3, -5, 0);
        assertElements(elementwise(new Op.Multiply(), a, b), 18, -4, 4);
        assertElements(elementwise(new Op.Binary(Op.Binary.Function.DIVIDE), a, b), 2, -0.25, 1);
        assertElements(elementwise(new Op.Binary(Op.Binary.Function.MAX), a, b), 6, 4, 2);
        assertElements(elementwise(new Op.Binary(Op.Binary.Function.MIN), a, b), 3, -1, 2);
        assertElements(elementwise(new Op.AtLeast(), a, b), 1, 0, 1);
        assertElements(elementwise(new Op.Scale(-2), a), -12, 2, -4);
    }

    @Test
    void straightThroughIsItsValue() {
        assertElements(elementwise(new Op.StraightThrough(), new double[] {6, -1}, new double[] {3, 4}), 6, -1);
        assertElements(elementwise(new Op.StraightThroughSlope(), new double[] {6, NAN}), 1, 1);
    }

    @Test
    void constants() {
        Shape two = Shape.of(2);
        assertElements(ReferenceOps.evaluate(new Op.Constant(2.5, DType.FLOAT64, two), two, new Shape[0],
                new double[0][]), 2.5, 2.5);
        assertEquals("input 'x': expected a bound tensor, it has no value of its own",
                assertThrows(IllegalArgumentException.class,
                        () -> apply(new Op.Input("x", DType.FLOAT64, Shape.of(1)), Shape.of(1), Shape.of(1), 1))
                        .getMessage());
    }

    @Test
    void movement() {
        assertElements(apply(new Op.Reshape(Shape.of(3, 2)), Shape.of(3, 2), MATRIX, SIX), SIX);
        assertElements(apply(new Op.Permute(List.of(1, 0)), Shape.of(3, 2), MATRIX, SIX), 1, 4, 2, 5, 3, 6);
        assertElements(apply(new Op.Permute(List.of(2, 0, 1)), Shape.of(3, 1, 2), Shape.of(1, 2, 3), SIX),
                1, 4, 2, 5, 3, 6);
        assertElements(apply(new Op.Broadcast(MATRIX), MATRIX, Shape.of(3), 1, 2, 3), 1, 2, 3, 1, 2, 3);
        assertElements(apply(new Op.Broadcast(MATRIX), MATRIX, Shape.of(2, 1), 1, 2), 1, 1, 1, 2, 2, 2);
        assertElements(apply(new Op.Broadcast(MATRIX), MATRIX, Shape.scalar(), 7), 7, 7, 7, 7, 7, 7);
        assertElements(apply(new Op.Pad(List.of(1), List.of(2), List.of(1)), Shape.of(6), Shape.of(2), 8, 9),
                0, 8, 0, 9, 0, 0);
        assertElements(apply(new Op.Slice(List.of(0, 1), List.of(2, 3), List.of(1, 2)), Shape.of(2, 1), MATRIX, SIX), 2,
                5);
        assertElements(ReferenceOps.evaluate(new Op.Concat(1), Shape.of(2, 3),
                new Shape[] {Shape.of(2, 1), Shape.of(2, 2)}, new double[][] {{1, 2}, {3, 4, 5, 6}}), 1, 3, 4, 2, 5, 6);
    }

    @Test
    void reductions() {
        assertElements(apply(new Op.Sum(List.of(0)), Shape.of(3), MATRIX, SIX), 5, 7, 9);
        assertElements(apply(new Op.Sum(List.of(1)), Shape.of(2), MATRIX, SIX), 6, 15);
        assertElements(apply(new Op.Sum(List.of(0, 1)), Shape.scalar(), MATRIX, SIX), 21);
        assertElements(apply(new Op.Sum(List.of(0)), Shape.of(2), Shape.of(0, 2)), 0, 0);
        assertElements(apply(new Op.CumulativeSum(1, false), MATRIX, MATRIX, SIX), 1, 3, 6, 4, 9, 15);
        assertElements(apply(new Op.CumulativeSum(0, true), MATRIX, MATRIX, SIX), 5, 7, 9, 4, 5, 6);
        assertElements(apply(new Op.MaxOver(List.of(1)), Shape.of(2), MATRIX, 3, -1, 2, -5, -4, -6), 3, -4);
        assertElements(apply(new Op.MaxOver(List.of(0)), Shape.scalar(), Shape.of(3), 1, NAN, 2), NAN);
    }

    @Test
    void averagePool() {
        // A 3x3 image, 2x2 windows at stride 2, padding 1 at the bottom and right.
        PoolGeometry g = new PoolGeometry(1, 3, 3, 1, 2, 2, 2, 2, 0, 0, 1, 1);
        double[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        assertElements(apply(new Op.AvgPool(g, true), g.outputShape(), g.inputShape(), x), 3, 2.25, 3.75, 2.25);
        assertElements(apply(new Op.AvgPool(g, false), g.outputShape(), g.inputShape(), x), 3, 4.5, 7.5, 9);
        assertElements(apply(new Op.AvgPoolTranspose(g, false), g.inputShape(), g.outputShape(), 4, 6, 8, 10),
                1, 1, 3, 1, 1, 3, 4, 4, 10);
        assertElements(apply(new Op.AvgPoolTranspose(g, true), g.inputShape(), g.outputShape(), 4, 6, 8, 10),
                1, 1, 1.5, 1, 1, 1.5, 2, 2, 2.5);
    }

    @Test
    void maxPoolTakesTheFirstLargestAndNeverPadding() {
        PoolGeometry g = new PoolGeometry(1, 2, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0);
        // Channel 0: -1 -1 -1 / -5 -1 -9; channel 1: 1 2 NaN / 4 NaN 3.
        double[] x = {-1, 1, -1, 2, -1, NAN, -5, 4, -1, NAN, -9, 3};
        double[] indices = apply(new Op.MaxPoolIndices(g), g.outputShape(), g.inputShape(), x);
        assertElements(indices, 0, 1, 1, 2, 0, 4, 1, 2);
        Shape[] shapes = {g.inputShape(), g.outputShape()};
        double[][] operands = {x, indices};
        assertElements(ReferenceOps.evaluate(new Op.PoolGather(g), g.outputShape(), shapes, operands),
                -1, 2, -1, NAN, -1, NAN, -1, NAN);
        double[] scattered = ReferenceOps.evaluate(new Op.PoolScatter(g), g.inputShape(),
                new Shape[] {g.outputShape(), g.outputShape()}, new double[][] {{1, 2, 3, 4, 5, 6, 7, 8}, indices});
        assertElements(scattered, 6, 0, 10, 2, 0, 12, 0, 0, 0, 6, 0, 0);
    }

    @Test
    void indicesOutsideTheImageAreRefused() {
        PoolGeometry g = new PoolGeometry(1, 2, 2, 1, 2, 2, 1, 1, 0, 0, 0, 0);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> ReferenceOps.evaluate(new Op.PoolGather(g), g.outputShape(),
                        new Shape[] {g.inputShape(), g.outputShape()}, new double[][] {{1, 2, 3, 4}, {4}}));
        assertEquals("pool: expected an index in 0..3 for output element 0, got 4", e.getMessage());
    }

    @Test
    void matrixProducts() {
        double[] a = {1, 2, 3, 4, 5, 6};
        double[] b = {1, 0, 2, -1, 0, 1};
        double[] at = {1, 4, 2, 5, 3, 6};
        double[] bt = {1, 2, 0, 0, -1, 1};
        for (int flags = 0; flags < 4; flags++) {
            boolean ta = (flags & 1) != 0;
            boolean tb = (flags & 2) != 0;
            Shape[] shapes = {ta ? Shape.of(3, 2) : MATRIX, tb ? MATRIX : Shape.of(3, 2)};
            assertElements(ReferenceOps.evaluate(new Op.MatMul(ta, tb), Shape.of(2, 2), shapes,
                    new double[][] {ta ? at : a, tb ? bt : b}), 5, 1, 14, 1);
        }
    }

    @Test
    void convolutionAndItsGradients() {
        // A row 1 2 3 4, filter 1 10 100, stride 2, one zero on the left: windows 0 1 2 and 2 3 4.
        ConvGeometry g = new ConvGeometry(1, 1, 4, 1, 1, 1, 3, 1, 2, 0, 1, 0, 0, 1);
        double[] x = {1, 2, 3, 4};
        double[] w = {1, 10, 100};
        double[] y = {1, 2};
        assertElements(conv(ConvRole.OUTPUT, g, x, w), 210, 432);
        assertElements(conv(ConvRole.INPUT_GRAD, g, w, y), 10, 102, 20, 200);
        assertElements(conv(ConvRole.WEIGHT_GRAD, g, x, y), 4, 7, 10);
    }

    @Test
    void groupsSeeTheirOwnChannelsOnly() {
        // One pixel of 4 channels, 2 groups, each mapping 2 channels to 1.
        ConvGeometry g = new ConvGeometry(1, 1, 1, 4, 2, 1, 1, 1, 1, 0, 0, 0, 0, 2);
        double[] x = {1, 2, 3, 4};
        double[] w = {10, 1000, 1, 100};
        double[] y = {2, 3};
        assertElements(conv(ConvRole.OUTPUT, g, x, w), 12, 3400);
        assertElements(conv(ConvRole.INPUT_GRAD, g, w, y), 20, 2, 3000, 300);
        assertElements(conv(ConvRole.WEIGHT_GRAD, g, x, y), 2, 9, 4, 12);
    }

    private static double[] conv(ConvRole role, ConvGeometry g, double[] first, double[] second) {
        Shape result = switch (role) {
            case OUTPUT -> g.outputShape();
            case INPUT_GRAD -> g.inputShape();
            case WEIGHT_GRAD -> g.filterShape();
        };
        Shape[] shapes = switch (role) {
            case OUTPUT -> new Shape[] {g.inputShape(), g.filterShape()};
            case INPUT_GRAD -> new Shape[] {g.filterShape(), g.outputShape()};
            case WEIGHT_GRAD -> new Shape[] {g.inputShape(), g.outputShape()};
        };
        return ReferenceOps.evaluate(new Op.Conv(role, g), result, shapes, new double[][] {first, second});
    }
}
