package dev.goshawk.cpu.kernel.element;

import dev.goshawk.tensor.DType;

/** Passes over chunks of one element type. Arrays are {@code float[]} or {@code double[]}; a chunk is a range of one. */
public interface ElementKernels {
    /** The kernels of a floating element type. */
    static ElementKernels of(DType dtype) {
        return dtype == DType.FLOAT32 ? new FloatElements() : new DoubleElements();
    }

    /**
     * {@code result[ro + i] = op(a[ao + i], b[bo + i], c[co + i])} for {@code 0 <= i < n}; the sums add to the result. Operands an op
     * does not have are ignored. The result may be an operand's own range.
     */
    void run(ElementOp op, double p, Object a, int ao, Object b, int bo, Object c, int co, Object result,
            int ro, int n);

    void fill(Object array, int offset, int n, double value);

    /** Element {@code offset} of the array. */
    double get(Object array, int offset);

    /** {@code out[oo + j] = sum_r in[io + r * columns + j]}, rows in order; adds to what is there if asked. */
    void foldRows(Object in, int io, int rows, int columns, Object out, int oo, boolean add);

    /** Sum of a range in float64, in order. */
    double foldAll(Object in, int io, int n);

    /**
     * {@code out[oo + r] = sum_j in[io + r * columns + j]} in float64, rounded once. Each row is added up as eight sums of every eighth element,
     * whatever the width of the vectors.
     */
    void rowSums(Object in, int io, int rows, int columns, Object out, int oo);

    /** Cumulative sums of each row, from its first element on or from its last, in float64 and each rounded once. */
    void cumulativeSums(Object in, int io, int rows, int columns, Object out, int oo, boolean reverse);

    /**
     * The same of each of {@code n} columns, along rows {@code stride} elements apart.
     *
     * @param sums room for n numbers from {@code so} on
     */
    void cumulativeSums(Object in, int io, int rows, int n, int stride, Object out, int oo, double[] sums, int so,
            boolean reverse);

    /** Largest of a range, negative infinity for none; NaN wins. */
    double max(Object in, int io, int n);

    /** {@code out[oo + r * columns + j] = in[io + r]}. */
    void spread(Object in, int io, int rows, Object out, int oo, int columns);

    /** Repeats {@code columns} elements for each of {@code rows}. */
    void repeat(Object in, int io, int columns, Object out, int oo, int rows);
}
