package dev.goshawk.cpu.kernel.gemm;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.gemm.BlockedProduct.Left;
import dev.goshawk.cpu.kernel.simd.VectorSupport;

/**
 * Dense float32 matrix product, row-major: {@code C[m, n] = op(A) op(B)} or {@code C += op(A) op(B)}, op the identity
 * or the transpose.
 *
 * <p>The result is bit-identical for any thread count. 2mnk operations; nothing is allocated but the tasks.
 */
public final class GemmFloat {
    private GemmFloat() {
    }

    /** Elements of scratch that {@link #run} needs for these sizes. */
    public static int scratchFloats(int m, int n, int k, int threads) {
        return Math.max(scratchFloats(product(m, n, k, false), threads),
                scratchFloats(product(m, n, k, true), threads));
    }

    private static int scratchFloats(BlockedProduct product, int threads) {
        return Math.addExact(product.sharedFloats(), Math.multiplyExact(threads, product.scratchFloats()));
    }

    private static BlockedProduct product(int m, int n, int k, boolean transposeA) {
        return new BlockedProduct(m, n, k, transposeA ? Left.TRANSPOSED : Left.MATRIX, true);
    }

    /**
     * Computes the product.
     *
     * @param a op(A) is [m, k]: A is stored [m, k], or [k, m] when {@code transposeA}, rows {@code lda} apart
     * @param b op(B) is [k, n]: B is stored [k, n], or [n, k] when {@code transposeB}, rows {@code ldb} apart
     * @param c [m, n], rows {@code ldc} apart; elements between rows stay untouched; may not overlap a, b or scratch
     * @param accumulate whether to add to C; otherwise its old content is not used
     * @param scratch at least {@link #scratchFloats} elements from {@code scratchOff}, content free before and after
     * @throws IllegalArgumentException if a size is negative or an array is too short for its matrix
     */
    public static void run(int m, int n, int k, float[] a, int aOff, int lda, boolean transposeA, float[] b, int bOff,
            int ldb,
            boolean transposeB, float[] c, int cOff, int ldc, boolean accumulate, float[] scratch, int scratchOff,
            Workers workers) {
        VectorSupport.requireMatrix("gemm: A", transposeA ? k : m, transposeA ? m : k, aOff, lda, a.length);
        VectorSupport.requireMatrix("gemm: B", transposeB ? n : k, transposeB ? k : n, bOff, ldb, b.length);
        VectorSupport.requireMatrix("gemm: C", m, n, cOff, ldc, c.length);
        BlockedProduct product = product(m, n, k, transposeA);
        if (product.tasks() == 0) {
            return;
        }
        int perWorker = product.scratchFloats();
        VectorSupport.requireLength(
                "gemm: scratch", scratchOff + (long) scratchFloats(product, workers.threads()), scratch.length);
        LeftRows left = new LeftRows.Matrix(a, aOff, lda);
        RightColumns right = new RightColumns.Matrix(b, bOff, transposeB ? 1 : ldb, transposeB ? ldb : 1);
        ResultRows result = new ResultRows.Matrix(c, cOff, ldc);
        workers.run(product.packTasks(), (task, worker) -> product.pack(task, right, scratch, scratchOff));
        int owned = scratchOff + product.sharedFloats();
        workers.run(product.tasks(), (task, worker) -> product.run(
                task, 0, k, left, right, result, accumulate, scratch, scratchOff, owned + worker * perWorker));
    }
}
