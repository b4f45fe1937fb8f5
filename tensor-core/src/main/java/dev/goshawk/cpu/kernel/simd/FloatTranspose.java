package dev.goshawk.cpu.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes 16 x 16 blocks of float32: in registers where one holds a row, by four rounds of exchanges between rows 1, 2, 4 and 8 apart, else
 * number by number.
 */
public final class FloatTranspose {
    /** Rows and columns of a block. */
    public static final int SIDE = 16;

    private static final VectorShuffle<Float> X1 = VectorShuffle.fromOp(FloatVector.SPECIES_512, i -> i ^ 1);
    private static final VectorShuffle<Float> X2 = VectorShuffle.fromOp(FloatVector.SPECIES_512, i -> i ^ 2);
    private static final VectorShuffle<Float> X4 = VectorShuffle.fromOp(FloatVector.SPECIES_512, i -> i ^ 4);
    private static final VectorShuffle<Float> X8 = VectorShuffle.fromOp(FloatVector.SPECIES_512, i -> i ^ 8);
    private static final VectorMask<Float> M1 = VectorMask.fromLong(FloatVector.SPECIES_512, 0xAAAAL);
    private static final VectorMask<Float> M2 = VectorMask.fromLong(FloatVector.SPECIES_512, 0xCCCCL);
    private static final VectorMask<Float> M4 = VectorMask.fromLong(FloatVector.SPECIES_512, 0xF0F0L);
    private static final VectorMask<Float> M8 = VectorMask.fromLong(FloatVector.SPECIES_512, 0xFF00L);

    private FloatTranspose() {
    }

    /** {@code y[y0 + c*yStride + r] = x[x0 + r*xStride + c]} for r and c below {@link #SIDE}. */
    public static void block(float[] x, int x0, int xStride, float[] y, int y0, int yStride) {
        if (VectorSupport.F32_LANES == SIDE) {
            inRegisters(x, x0, xStride, y, y0, yStride);
            return;
        }
        for (int c = 0; c < SIDE; c++) {
            for (int r = 0; r < SIDE; r++) {
                y[y0 + c * yStride + r] = x[x0 + r * xStride + c];
            }
        }
    }

    private static void inRegisters(float[] x, int x0, int xStride, float[] y, int y0, int yStride) {
        FloatVector a0 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0);
        FloatVector a1 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + xStride);
        FloatVector a2 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 2 * xStride);
        FloatVector a3 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 3 * xStride);
        FloatVector a4 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 4 * xStride);
        FloatVector a5 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 5 * xStride);
        FloatVector a6 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 6 * xStride);
        FloatVector a7 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 7 * xStride);
        FloatVector a8 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 8 * xStride);
        FloatVector a9 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 9 * xStride);
        FloatVector a10 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 10 * xStride);
        FloatVector a11 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 11 * xStride);
        FloatVector a12 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 12 * xStride);
        FloatVector a13 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 13 * xStride);
        FloatVector a14 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 14 * xStride);
        FloatVector a15 = FloatVector.fromArray(FloatVector.SPECIES_512, x, x0 + 15 * xStride);
        FloatVector b0 = a0.blend(a1.rearrange(X1), M1);
        FloatVector b1 = a0.rearrange(X1).blend(a1, M1);
        FloatVector b2 = a2.blend(a3.rearrange(X1), M1);
        FloatVector b3 = a2.rearrange(X1).blend(a3, M1);
        FloatVector b4 = a4.blend(a5.rearrange(X1), M1);
        FloatVector b5 = a4.rearrange(X1).blend(a5, M1);
        FloatVector b6 = a6.blend(a7.rearrange(X1), M1);
        FloatVector b7 = a6.rearrange(X1).blend(a7, M1);
        FloatVector b8 = a8.blend(a9.rearrange(X1), M1);
        FloatVector b9 = a8.rearrange(X1).blend(a9, M1);
        FloatVector b10 = a10.blend(a11.rearrange(X1), M1);
        FloatVector b11 = a10.rearrange(X1).blend(a11, M1);
        FloatVector b12 = a12.blend(a13.rearrange(X1), M1);
        FloatVector b13 = a12.rearrange(X1).blend(a13, M1);
        FloatVector b14 = a14.blend(a15.rearrange(X1), M1);
        FloatVector b15 = a14.rearrange(X1).blend(a15, M1);
        FloatVector c0 = b0.blend(b2.rearrange(X2), M2);
        FloatVector c2 = b0.rearrange(X2).blend(b2, M2);
        FloatVector c1 = b1.blend(b3.rearrange(X2), M2);
        FloatVector c3 = b1.rearrange(X2).blend(b3, M2);
        FloatVector c4 = b4.blend(b6.rearrange(X2), M2);
        FloatVector c6 = b4.rearrange(X2).blend(b6, M2);
        FloatVector c5 = b5.blend(b7.rearrange(X2), M2);
        FloatVector c7 = b5.rearrange(X2).blend(b7, M2);
        FloatVector c8 = b8.blend(b10.rearrange(X2), M2);
        FloatVector c10 = b8.rearrange(X2).blend(b10, M2);
        FloatVector c9 = b9.blend(b11.rearrange(X2), M2);
        FloatVector c11 = b9.rearrange(X2).blend(b11, M2);
        FloatVector c12 = b12.blend(b14.rearrange(X2), M2);
        FloatVector c14 = b12.rearrange(X2).blend(b14, M2);
        FloatVector c13 = b13.blend(b15.rearrange(X2), M2);
        FloatVector c15 = b13.rearrange(X2).blend(b15, M2);
        FloatVector d0 = c0.blend(c4.rearrange(X4), M4);
        FloatVector d4 = c0.rearrange(X4).blend(c4, M4);
        FloatVector d1 = c1.blend(c5.rearrange(X4), M4);
        FloatVector d5 = c1.rearrange(X4).blend(c5, M4);
        FloatVector d2 = c2.blend(c6.rearrange(X4), M4);
        FloatVector d6 = c2.rearrange(X4).blend(c6, M4);
        FloatVector d3 = c3.blend(c7.rearrange(X4), M4);
        FloatVector d7 = c3.rearrange(X4).blend(c7, M4);
        FloatVector d8 = c8.blend(c12.rearrange(X4), M4);
        FloatVector d12 = c8.rearrange(X4).blend(c12, M4);
        FloatVector d9 = c9.blend(c13.rearrange(X4), M4);
        FloatVector d13 = c9.rearrange(X4).blend(c13, M4);
        FloatVector d10 = c10.blend(c14.rearrange(X4), M4);
        FloatVector d14 = c10.rearrange(X4).blend(c14, M4);
        FloatVector d11 = c11.blend(c15.rearrange(X4), M4);
        FloatVector d15 = c11.rearrange(X4).blend(c15, M4);
        FloatVector e0 = d0.blend(d8.rearrange(X8), M8);
        FloatVector e8 = d0.rearrange(X8).blend(d8, M8);
        FloatVector e1 = d1.blend(d9.rearrange(X8), M8);
        FloatVector e9 = d1.rearrange(X8).blend(d9, M8);
        FloatVector e2 = d2.blend(d10.rearrange(X8), M8);
        FloatVector e10 = d2.rearrange(X8).blend(d10, M8);
        FloatVector e3 = d3.blend(d11.rearrange(X8), M8);
        FloatVector e11 = d3.rearrange(X8).blend(d11, M8);
        FloatVector e4 = d4.blend(d12.rearrange(X8), M8);
        FloatVector e12 = d4.rearrange(X8).blend(d12, M8);
        FloatVector e5 = d5.blend(d13.rearrange(X8), M8);
        FloatVector e13 = d5.rearrange(X8).blend(d13, M8);
        FloatVector e6 = d6.blend(d14.rearrange(X8), M8);
        FloatVector e14 = d6.rearrange(X8).blend(d14, M8);
        FloatVector e7 = d7.blend(d15.rearrange(X8), M8);
        FloatVector e15 = d7.rearrange(X8).blend(d15, M8);
        e0.intoArray(y, y0);
        e1.intoArray(y, y0 + yStride);
        e2.intoArray(y, y0 + 2 * yStride);
        e3.intoArray(y, y0 + 3 * yStride);
        e4.intoArray(y, y0 + 4 * yStride);
        e5.intoArray(y, y0 + 5 * yStride);
        e6.intoArray(y, y0 + 6 * yStride);
        e7.intoArray(y, y0 + 7 * yStride);
        e8.intoArray(y, y0 + 8 * yStride);
        e9.intoArray(y, y0 + 9 * yStride);
        e10.intoArray(y, y0 + 10 * yStride);
        e11.intoArray(y, y0 + 11 * yStride);
        e12.intoArray(y, y0 + 12 * yStride);
        e13.intoArray(y, y0 + 13 * yStride);
        e14.intoArray(y, y0 + 14 * yStride);
        e15.intoArray(y, y0 + 15 * yStride);
    }
}
