package dev.goshawk.cuda.kernels;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import dev.goshawk.tensor.Shape;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pooling kernels, on the CPU, against the reference. */
class PoolKernelsTest {
    private static final List<PoolGeometry> GEOMETRIES = List.of(new PoolGeometry(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0),
            new PoolGeometry(2, 4, 4, 2, 2, 2, 2, 2, 0, 0, 0, 0), new PoolGeometry(1, 5, 4, 3, 3, 3, 1, 1, 1, 1, 1, 1),
            new PoolGeometry(2, 5, 3, 1, 3, 2, 2, 1, 0, 1, 2, 0), new PoolGeometry(1, 5, 6, 2, 2, 3, 3, 2, 0, 0, 1, 1),
            new PoolGeometry(3, 13, 11, 17, 3, 3, 2, 2, 1, 1, 1, 1),
            new PoolGeometry(2, 9, 7, 5, 3, 3, 2, 2, 0, 0, 1, 1),
            new PoolGeometry(2, 7, 7, 33, 7, 7, 1, 1, 0, 0, 0, 0),
            new PoolGeometry(1, 9, 8, 2, 2, 1, 4, 3, 1, 0, 0, 0));

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void agreesWithTheReference(DType dtype) {
        for (PoolGeometry g : GEOMETRIES) {
            double[] x = Expected.normal(1, g.inputShape().size(), dtype);
            // Ties, and NaN wherever a window may hold several.
            for (int i = 0; i < x.length; i += 5) {
                x[i] = i % 3 == 0 ? Double.NaN : 1;
            }
            double[] finite = Expected.normal(2, g.inputShape().size(), dtype);
            double[] dy = Expected.normal(3, g.outputShape().size(), dtype);
            for (int countPadding = 0; countPadding < 2; countPadding++) {
                check("average", new Op.AvgPool(g, countPadding == 1), g, true, dtype, countPadding, finite);
                check("average_transpose", new Op.AvgPoolTranspose(g, countPadding == 1), g, false, dtype, countPadding,
                        dy);
            }
            check("max_indices", new Op.MaxPoolIndices(g), g, true, dtype, -1, x);
            double[] indices = Expected.of(new Op.MaxPoolIndices(g), g.outputShape(), new Shape[] {g.inputShape()}, x);
            check("gather", new Op.PoolGather(g), g, true, dtype, -1, x, indices);
            check("scatter", new Op.PoolScatter(g), g, false, dtype, -1, dy, indices);
        }
    }

    /** @param pools whether the op takes the input's shape to the output's, or back */
    private static void check(String name, Op op, PoolGeometry g, boolean pools, DType dtype, int countPadding,
            double[]... operands) {
        Shape from = pools ? g.inputShape() : g.outputShape();
        Shape to = pools ? g.outputShape() : g.inputShape();
        DType type = op instanceof Op.MaxPoolIndices ? DType.INT32 : dtype;
        String kernel = "gk_pool_" + name + "_" + ReduceKernelsTest.suffix(dtype);
        int[] shape = {g.batch(), g.inHeight(), g.inWidth(), g.channels(), g.outHeight(), g.outWidth(),
                g.kernelHeight(),
                g.kernelWidth(), g.strideHeight(), g.strideWidth(), g.padTop(), g.padLeft()};
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array x = run.of(dtype, operands[0]);
            KernelRun.Array y = run.fresh(type, to.size());
            int[] grid = {Math.ceilDiv(to.size(), 256), 1, 1};
            int[] block = {256, 1};
            if (operands.length > 1) {
                run.launch(kernel, grid, block, x, run.of(DType.INT32, operands[1]), y, shape);
            } else if (countPadding >= 0) {
                run.launch(kernel, grid, block, x, y, shape, countPadding);
            } else {
                run.launch(kernel, grid, block, x, y, shape);
            }
            Expected.check(kernel + " of " + g, type,
                    Expected.of(op, to, new Shape[] {from, g.outputShape()}, operands), y.values());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void indicesOutsideTheImageReadNothing(DType dtype) {
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array y = run.fresh(dtype, 4);
            run.launch("gk_pool_gather_" + ReduceKernelsTest.suffix(dtype), new int[] {1, 1, 1}, new int[] {256, 1},
                    run.of(dtype, 5, 6, 7, 8), run.of(DType.INT32, -1, 3, 4, Integer.MIN_VALUE), y,
                    new int[] {1, 2, 2, 1, 2, 2, 1, 1, 1, 1, 0, 0});
            Expected.check("gather", dtype, new double[] {Double.NaN, 8, Double.NaN, Double.NaN}, y.values());
        }
    }
}
