package dev.goshawk.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a person reads when shapes do not fit; and the shapes of what does. */
class TypeRulesTest {
    private static final Value M = Value.input("m", DType.FLOAT32, Shape.of(2, 3));
    private static final Value IMAGE = Value.input("image", DType.FLOAT32, Shape.of(8, 32, 32, 64));

    private static Value x(int... dims) {
        return Value.input("x", DType.FLOAT32, Shape.of(dims));
    }

    private static Arguments refused(String message, Executable tracing) {
        return Arguments.of(message, tracing);
    }

    static Stream<Arguments> refused() {
        Value doubles = Value.input("d", DType.FLOAT64, Shape.of(2, 3));
        return Stream.of(
                refused("add: shapes [2,3] and [4] do not broadcast: axis -1 has 3 and 4", () -> M.add(x(4))),
                refused("at_least: shapes [2,3] and [3,3] do not broadcast: axis -2 has 2 and 3",
                        () -> M.atLeast(x(3, 3))),
                refused("multiply: types float32 and float64 differ", () -> M.multiply(doubles)),
                refused("matmul: inner sizes 3 != 2 (A float32[2,3], B float32[2,3])", () -> M.matmul(M)),
                refused("matmul: types float32 and float64 differ",
                        () -> M.matmul(doubles.transpose())),
                refused("matmul: expected two matrices, got [2,3] and [3]", () -> M.matmul(x(3))),
                refused("matmul: expected two matrices, got [2,3,4] and [2,3]; Einsum.batchedMatmul multiplies batches of"
                        + " them", () -> x(2, 3, 4).matmul(M)),
                refused("reshape: [2,3] has 6 elements, [5] has 5", () -> M.reshape(5)),
                refused("permute: order [1] is not a permutation of the axes of [2,3]", () -> M.permute(1)),
                refused("broadcast: [2,3] does not broadcast to [2,4]", () -> M.broadcast(Shape.of(2, 4))),
                refused("sum: axes [2] of [2,3]: there is no axis 2", () -> M.sum(2)),
                refused("sum: axes [1, -1] of [2,3]: axis 1 is given twice", () -> M.sum(1, -1)),
                refused("pad: [1], [1] and [0] must each have one entry an axis of [2,3]",
                        () -> M.pad(new int[] {1}, new int[] {1})),
                refused("pad: negative padding [0, 0], [0, -2], [0, 0]",
                        () -> M.pad(new int[] {0, 0}, new int[] {0, -2})),
                refused("slice: start [0], limit [1] and stride [1] must each have one entry an axis of [2,3]",
                        () -> M.slice(new int[] {0}, new int[] {1}, new int[] {1})),
                refused("slice: axis 0 of [2,3] has no range 0..3 by 1",
                        () -> M.slice(new int[] {0, 0}, new int[] {3, 3}, new int[] {1, 1})),
                refused("slice: axis 1 of [2,3] has no range 0..3 by 0",
                        () -> M.slice(new int[] {0, 0}, new int[] {2, 3}, new int[] {1, 0})),
                refused("concat: expected at least one operand", () -> Value.of(new Op.Concat(0))),
                refused("group_norm: expected groups that divide the 6 channels of [2,4,6], got 4",
                        () -> Normalizations.groupNorm(Value.input("x", DType.FLOAT32, Shape.of(2, 4, 6)), 4,
                                Value.constant(1, DType.FLOAT32, Shape.of(6)),
                                Value.constant(0, DType.FLOAT32, Shape.of(6)), 1e-5)),
                refused("concat: no axis -1 in shape [2,3]", () -> Value.of(new Op.Concat(-1), M)),
                refused("concat: float32[2,3,1] does not fit float32[2,3] along axis 0",
                        () -> Functions.concat(0, List.of(M, x(2, 3, 1)))),
                refused("concat: float64[2,3] does not fit float32[2,3] along axis 0",
                        () -> Functions.concat(0, List.of(M, doubles))),
                refused("conv2d: input channels 64 / groups 1 != filter input channels 32 "
                        + "(input [8,32,32,64], filter [3,3,32,128])",
                        () -> Functions.conv2d(IMAGE, x(3, 3, 32, 128), 1, 1)),
                refused("conv2d: input must have 4 axes, got [2,3]",
                        () -> Functions.conv2d(M, x(3, 3, 32, 128), 1, 1)),
                refused("conv2d: kernel 35x3 is larger than the padded input 34x34",
                        () -> Functions.conv2d(IMAGE, x(35, 3, 64, 1), 1, 1)),
                refused("conv2d: kernel 3x3, stride 0x0 and groups 1 must all be at least 1",
                        () -> Functions.conv2d(IMAGE, x(3, 3, 64, 1), 0, 1)),
                refused("conv2d: groups 2 must divide input channels 4 and output channels 3",
                        () -> new ConvGeometry(1, 5, 5, 4, 3, 3, 3, 1, 1, 1, 1, 1, 1, 2)),
                refused("pool: padding 2,2,2,2 must be at least 0 and less than the kernel 2x2",
                        () -> Functions.pool(IMAGE, 2, 2, 2)),
                refused("pool: kernel 40x40 is larger than the padded input 32x32",
                        () -> Functions.pool(IMAGE, 40, 1, 0)),
                refused("max_pool_indices: expected [1,4,4,1], got [2,3]",
                        () -> Functions.maxPool(M, new PoolGeometry(1, 4, 4, 1, 2, 2, 2, 2, 0, 0, 0, 0))),
                refused("log_softmax: expected at least one axis, got a scalar", () -> Functions.logSoftmax(x())),
                refused("cross_entropy: expected logits and targets of one [batch, classes] shape, got [2,3] and [3]",
                        () -> Functions.crossEntropy(M, x(3))),
                refused("shape: negative extent in [2, -1]", () -> Shape.of(2, -1)),
                refused("shape: [65536, 65536] has more than 2^31-1 elements; use a smaller batch",
                        () -> Shape.of(65536, 65536)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void saysWhatDoesNotFit(String message, Executable tracing) {
        assertEquals(message, assertThrows(ShapeMismatchException.class, tracing).getMessage());
    }

    @Test
    void infersShapes() {
        assertEquals(Shape.of(2, 3), x(3).add(x(2, 1)).shape());
        assertEquals(Shape.of(4, 2, 3), x(4, 1, 1).multiply(M).shape());
        assertEquals(Shape.scalar(), M.sum().shape());
        assertEquals(Shape.of(32), IMAGE.sum(0, -1, 1).shape());
        assertEquals(Shape.of(2, 5), M.matmul(x(3, 5)).shape());
        assertEquals(Shape.of(3, 64, 8), Value.of(new Op.Permute(List.of(1, 2, 0)), x(8, 3, 64)).shape());
        assertEquals(Shape.of(3, 8), M.pad(new int[] {1, 2}, new int[] {0, 3}).shape());
        assertEquals(Shape.of(1, 2), M.slice(new int[] {1, 0}, new int[] {2, 3}, new int[] {1, 2}).shape());
        assertEquals(Shape.of(2, 9), Functions.concat(-1, List.of(M, M, M)).shape());
        assertEquals(Shape.of(8, 16, 16, 10), Functions.conv2d(IMAGE, x(3, 3, 64, 10), 2, 1).shape());
        Value pooled = Functions.maxPool(IMAGE, Functions.pool(IMAGE, 3, 2, 1));
        assertEquals(Shape.of(8, 16, 16, 64), pooled.shape());
        assertEquals(DType.FLOAT32, pooled.dtype());
        assertEquals(DType.INT32, pooled.operand(1).dtype());
    }
}
