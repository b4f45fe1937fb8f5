package dev.goshawk.cuda.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Moving kernels, on the CPU, against the reference: as permute, broadcast, slice and pad use them. */
class MoveKernelsTest {
    private static final int[] BLOCK = {256, 1};

    @ParameterizedTest
    @EnumSource
    void copiesViews(DType dtype) {
        Shape in = Shape.of(3, 17, 5, 9);
        int[] s = in.strides();
        Shape out = Shape.of(3, 9, 17, 5);
        view(dtype, new Op.Permute(List.of(0, 3, 1, 2)), in, out, 0, new int[] {s[0], s[3], s[1], s[2]});
        view(dtype, new Op.Broadcast(Shape.of(3, 5, 9, 7)), Shape.of(1, 5, 1, 7), Shape.of(3, 5, 9, 7), 0,
                new int[] {0, 7, 0, 1});
        view(dtype, new Op.Slice(List.of(1, 3), List.of(9, 32), List.of(2, 3)), Shape.of(9, 33), Shape.of(4, 10), 36,
                new int[] {66, 3});
        view(dtype, new Op.Reshape(Shape.scalar()), Shape.of(1, 1), Shape.scalar(), 0, new int[] {});
    }

    private static void view(DType dtype, Op op, Shape in, Shape out, int offset, int[] strides) {
        double[] x = Expected.normal(1, in.size(), DType.FLOAT32);
        double[] held = dtype == DType.INT32 ? Arrays.stream(x).map(v -> Math.rint(1e6 * v)).toArray() : x;
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array y = run.fresh(dtype, out.size());
            run.launch("gk_copy_" + bits(dtype), new int[] {Math.ceilDiv(out.size(), 256), 1, 1}, BLOCK,
                    run.of(dtype, held), y, out.size(), copy(offset, 0, out.dims(), strides, out.strides()));
            assertArrayEquals(Expected.of(op, out, new Shape[] {in}, held), y.values(), op::toString);
        }
    }

    private static int[] copy(int fromOffset, int toOffset, int[] extent, int[] fromStride, int[] toStride) {
        int[] packed = new int[27];
        packed[0] = extent.length;
        packed[1] = fromOffset;
        packed[2] = toOffset;
        System.arraycopy(extent, 0, packed, 3, extent.length);
        System.arraycopy(fromStride, 0, packed, 11, extent.length);
        System.arraycopy(toStride, 0, packed, 19, extent.length);
        return packed;
    }

    @ParameterizedTest
    @EnumSource
    void fillsAndPads(DType dtype) {
        Shape in = Shape.of(3, 9, 17);
        Op.Pad pad = new Op.Pad(List.of(0, 1, 3), List.of(1, 0, 2), List.of(0, 2, 0));
        Shape out = Shape.of(4, 26, 22);
        double[] x = new double[in.size()];
        Arrays.setAll(x, i -> i + 1);
        int[] s = out.strides();
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array y = run.fresh(dtype, out.size());
            Object zero = dtype.bytes() == 8 ? (Object) 0L : (Object) 0;
            run.launch("gk_fill_" + bits(dtype), new int[] {Math.ceilDiv(out.size(), 256), 1, 1}, BLOCK, y, zero,
                    out.size());
            assertArrayEquals(new double[out.size()], y.values());
            run.launch("gk_copy_" + bits(dtype), new int[] {Math.ceilDiv(in.size(), 256), 1, 1}, BLOCK,
                    run.of(dtype, x), y, in.size(),
                    copy(0, s[1] + 3, in.dims(), in.strides(), new int[] {s[0], 3 * s[1], s[2]}));
            assertArrayEquals(Expected.of(pad, out, new Shape[] {in}, x), y.values());
        }
    }

    @ParameterizedTest
    @EnumSource
    void transposes(DType dtype) {
        for (int[] size : new int[][] {{1, 1, 1}, {2, 65, 33}, {3, 5, 70}, {1, 32, 64}}) {
            Shape in = Shape.of(size);
            Shape out = Shape.of(size[0], size[2], size[1]);
            double[] x = new double[in.size()];
            Arrays.setAll(x, i -> i);
            try (KernelRun run = new KernelRun()) {
                KernelRun.Array y = run.fresh(dtype, out.size());
                run.launch("gk_transpose_" + bits(dtype),
                        new int[] {Math.ceilDiv(size[2], 32), Math.ceilDiv(size[1], 32), size[0]}, new int[] {32, 8},
                        run.of(dtype, x), y, size[1], size[2]);
                assertArrayEquals(Expected.of(new Op.Permute(List.of(0, 2, 1)), out, new Shape[] {in}, x), y.values());
            }
        }
    }

    private static String bits(DType dtype) {
        return dtype.bytes() == 8 ? "b64" : "b32";
    }
}
