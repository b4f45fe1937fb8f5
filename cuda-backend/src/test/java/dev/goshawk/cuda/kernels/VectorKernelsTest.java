package dev.goshawk.cuda.kernels;

import dev.goshawk.tensor.DType;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Vector kernels, on the CPU, against plain loops; two tensors make one vector. */
class VectorKernelsTest {
    private static final int[] SIZES = {1, 4999};
    private static final int[] ONE = {1, 1, 1};
    private static final int[] BLOCK = {256, 1};

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void normalizesAVectorOfTwoTensors(DType dtype) {
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array[] x = new KernelRun.Array[2];
            KernelRun.Array partial = run.fresh(DType.FLOAT64, 4);
            double square = 0;
            for (int i = 0; i < 2; i++) {
                double[] values = Expected.normal(i, SIZES[i], dtype);
                square += Arrays.stream(values).map(v -> v * v).sum();
                x[i] = run.of(dtype, values);
                run.launch(name("dot", dtype), new int[] {i == 0 ? 1 : 3, 1, 1}, BLOCK, x[i], x[i],
                        partial.address() + i * Double.BYTES, SIZES[i]);
            }
            KernelRun.Array sum = run.fresh(DType.FLOAT64, 1);
            run.launch("gk_dot_finish", ONE, BLOCK, partial, 4, sum);
            Expected.check("dot", DType.FLOAT64, new double[] {square}, sum.values());
            double norm = Math.sqrt(square);
            for (int i = 0; i < 2; i++) {
                double[] expected = Arrays.stream(x[i].values()).map(v -> v / norm).toArray();
                run.launch(name("scale_by_norm", dtype), new int[] {Math.ceilDiv(SIZES[i], 256), 1, 1}, BLOCK, x[i],
                        x[i],
                        SIZES[i], sum);
                Expected.check("scale by norm", dtype, expected, x[i].values());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void aVectorOfZerosStaysZero(DType dtype) {
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array x = run.of(dtype, 0, 0, 0);
            run.launch(name("scale_by_norm", dtype), ONE, BLOCK, x, x, 3, run.of(DType.FLOAT64, 0));
            Expected.check("scale by norm", dtype, new double[3], x.values());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void addsMultiples(DType dtype) {
        int n = 777;
        double[] x = Expected.normal(1, n, dtype);
        double[] y = Expected.normal(2, n, dtype);
        double[] expected = y.clone();
        Arrays.setAll(expected, i -> y[i] - 1.5 * x[i]);
        int[] grid = {Math.ceilDiv(n, 256), 1, 1};
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array to = run.of(dtype, y);
            run.launch(name("axpy", dtype), grid, BLOCK, run.of(dtype, x), to, n, -1.5);
            Expected.check("axpy", dtype, expected, to.values());
        }
    }

    private static String name(String what, DType dtype) {
        return "gk_" + what + "_" + ReduceKernelsTest.suffix(dtype);
    }
}
