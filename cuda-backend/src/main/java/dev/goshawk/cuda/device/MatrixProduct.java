package dev.goshawk.cuda.device;

import dev.goshawk.tensor.DType;

/**
 * {@code c = op(a) op(b)}, or {@code c += ...}, of dense row-major matrices: op(a) is m x k, op(b) is k x n; a transposed one is stored
 * as k x m or n x k.
 *
 * @param a address of the first factor
 * @param b address of the second factor
 * @param c address of the result, m x n
 */
public record MatrixProduct(DType dtype, boolean transposeA, boolean transposeB, int m, int n, int k, long a, long b,
        long c, boolean accumulate) {
}
