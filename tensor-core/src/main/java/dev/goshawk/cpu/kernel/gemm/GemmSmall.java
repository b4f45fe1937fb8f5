package dev.goshawk.cpu.kernel.gemm;

/**
 * Float32 matrix products too small to repay packing, in plain loops: a network's last layer calls its product once a step, too rarely
 * for the JIT to reach the large kernels, which are slow until then.
 */
public final class GemmSmall {
    private static final long MOST = 1L << 18;

    private GemmSmall() {
    }

    /** Whether a product of these sizes is small. */
    public static boolean suits(int m, int n, int k) {
        return (long) m * n * k <= MOST;
    }

    /** As {@link GemmFloat#run}; sums in float64, in order, rounded once. */
    public static void run(int m, int n, int k, float[] a, int aOff, int lda, boolean transposeA, float[] b, int bOff,
            int ldb, boolean transposeB, float[] c, int cOff, int ldc, boolean accumulate) {
        int rowStep = transposeA ? 1 : lda;
        int aStep = transposeA ? lda : 1;
        int columnStep = transposeB ? ldb : 1;
        int bStep = transposeB ? 1 : ldb;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                int p = aOff + i * rowStep;
                int q = bOff + j * columnStep;
                for (int t = 0; t < k; t++, p += aStep, q += bStep) {
                    double left = a[p];
                    sum += left * b[q];
                }
                int at = cOff + i * ldc + j;
                c[at] = (float) (accumulate ? c[at] + sum : sum);
            }
        }
    }
}
