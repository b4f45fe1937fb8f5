package dev.goshawk.cuda.kernels;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every matrix product kernel, on the CPU, against the reference: odd sizes, splits of the depth, results within wider rows. */
class GemmKernelsTest {
    private static final int[][] SIZES = {{1, 1, 1}, {37, 19, 65}, {129, 10, 17}, {1, 33, 100}, {5, 3, 0}, {64, 64, 16},
            {130, 131, 40}};
    private static final int STEP = 16;

    static Stream<String> kernels() {
        return KernelModules.entries("gemm").stream();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void agreesWithTheReference(String kernel) {
        for (int[] s : SIZES) {
            check(kernel, s[0], s[1], s[2], 1, 0);
            check(kernel, s[0], s[1], s[2], 1, 5);
            check(kernel, s[0], s[1], s[2], 2, 0);
        }
    }

    /** @param margin elements between the end of a row of the result and the next row; they must stay as they are */
    private static void check(String kernel, int m, int n, int k, int splits, int margin) {
        boolean transposeA = kernel.startsWith("gk_gemm_t");
        boolean transposeB = kernel.startsWith("t_", "gk_gemm_n".length());
        String tile = kernel.replaceAll(".*_(\\d+x\\d+)_.*", "$1");
        DType dtype = kernel.endsWith("f32") ? DType.FLOAT32 : DType.FLOAT64;
        Shape a = transposeA ? Shape.of(k, m) : Shape.of(m, k);
        Shape b = transposeB ? Shape.of(n, k) : Shape.of(k, n);
        double[] x = Expected.normal(4, a.size(), dtype);
        double[] y = Expected.normal(5, b.size(), dtype);
        double[] expected = Expected.of(new Op.MatMul(transposeA, transposeB), Shape.of(m, n), new Shape[] {a, b}, x,
                y);
        int ldc = n + margin;
        double[] before = splits == 1 ? Expected.normal(6, m * ldc, dtype) : new double[splits * m * ldc];
        double[] wanted = before.clone();
        for (int i = 0; i < expected.length; i++) {
            wanted[i / n * ldc + i % n] += expected[i];
        }
        try (KernelRun run = new KernelRun()) {
            KernelRun.Array out = splits == 1 ? run.of(dtype, before) : run.fresh(dtype, before.length);
            int chunk = Math.ceilDiv(Math.ceilDiv(k, splits), STEP) * STEP;
            run.launch(kernel, new int[] {Tiles.blocks(tile, m, n), splits, 1}, new int[] {Tiles.threads(tile), 1},
                    run.of(dtype, x), run.of(dtype, y), out, m, n, k, a.dim(1), b.dim(1), ldc, splits, chunk,
                    splits == 1 ? 1 : 0);
            double[] actual = out.values();
            if (splits > 1) {
                double[] parts = actual;
                actual = new double[m * n];
                for (int i = 0; i < parts.length; i++) {
                    actual[i % actual.length] += parts[i];
                }
                wanted = Arrays.copyOf(wanted, m * n);
            }
            Expected.check(kernel + " " + m + "x" + n + "x" + k + ", " + splits + " splits", dtype, wanted, actual);
        }
    }
}
