package dev.goshawk.cpu.kernel.element;

import static dev.goshawk.cpu.kernel.simd.VectorSupport.F64_CLASS;

import dev.goshawk.cpu.kernel.simd.VectorSupport;
import jdk.incubator.vector.DoubleVector;

/**
 * Sums of rows in float64: eight sums of every eighth element each, added in pairs. The same bits for every vector width. Rows are
 * summed a few at a time, since each addition waits for the one before.
 */
final class FloatRowSums {
    private static final int LANES = VectorSupport.F64_LANES;
    private static final int PARTS = 8;
    /** Shorter rows are summed sooner than the lanes are taken apart. */
    private static final int LONG = 64;

    private FloatRowSums() {
    }

    /** {@code r[ro + row]} becomes the sum of the {@code columns} elements from {@code x[xo + row * columns]} on. */
    static void run(float[] x, int xo, int rows, int columns, float[] r, int ro) {
        int row = 0;
        if (columns >= LONG && LANES == PARTS) {
            for (; row <= rows - 4; row += 4) {
                four(x, xo + row * columns, columns, r, ro + row);
            }
        }
        if (columns >= LONG && 2 * LANES == PARTS) {
            for (; row <= rows - 2; row += 2) {
                two(x, xo + row * columns, columns, r, ro + row);
            }
        }
        for (; row < rows; row++) {
            r[ro + row] = (float) one(x, xo + row * columns, columns);
        }
    }

    /** Of one vector of partial sums each. */
    private static void four(float[] x, int xo, int n, float[] r, int ro) {
        DoubleVector a = DoubleVector.zero(VectorSupport.F64);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        for (int i = xo; i <= xo + n - PARTS; i += PARTS) {
            a = Widened.at(x, i).add(a);
            b = Widened.at(x, i + n).add(b);
            c = Widened.at(x, i + 2 * n).add(c);
            d = Widened.at(x, i + 3 * n).add(d);
        }
        r[ro] = (float) total(F64_CLASS.cast(a), x, xo, n);
        r[ro + 1] = (float) total(F64_CLASS.cast(b), x, xo + n, n);
        r[ro + 2] = (float) total(F64_CLASS.cast(c), x, xo + 2 * n, n);
        r[ro + 3] = (float) total(F64_CLASS.cast(d), x, xo + 3 * n, n);
    }

    private static double total(DoubleVector s, float[] x, int xo, int n) {
        return total(rest(s.lane(0), x, xo, n), s.lane(1), s.lane(2), s.lane(3), s.lane(4), s.lane(5), s.lane(6),
                s.lane(7));
    }

    /** Of two vectors of partial sums each. */
    private static void two(float[] x, int xo, int n, float[] r, int ro) {
        DoubleVector low = DoubleVector.zero(VectorSupport.F64);
        DoubleVector high = low;
        DoubleVector nextLow = low;
        DoubleVector nextHigh = low;
        for (int i = xo; i <= xo + n - PARTS; i += PARTS) {
            low = Widened.at(x, i).add(low);
            high = Widened.at(x, i + LANES).add(high);
            nextLow = Widened.at(x, i + n).add(nextLow);
            nextHigh = Widened.at(x, i + n + LANES).add(nextHigh);
        }
        r[ro] = (float) total(F64_CLASS.cast(low), F64_CLASS.cast(high), x, xo, n);
        r[ro + 1] = (float) total(F64_CLASS.cast(nextLow), F64_CLASS.cast(nextHigh), x, xo + n, n);
    }

    private static double total(DoubleVector low, DoubleVector high, float[] x, int xo, int n) {
        return total(rest(low.lane(0), x, xo, n), low.lane(1), low.lane(2), low.lane(3), high.lane(0), high.lane(1),
                high.lane(2), high.lane(3));
    }

    private static double one(float[] x, int xo, int n) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        for (int i = xo; i <= xo + n - PARTS; i += PARTS) {
            s0 += x[i];
            s1 += x[i + 1];
            s2 += x[i + 2];
            s3 += x[i + 3];
            s4 += x[i + 4];
            s5 += x[i + 5];
            s6 += x[i + 6];
            s7 += x[i + 7];
        }
        return total(rest(s0, x, xo, n), s1, s2, s3, s4, s5, s6, s7);
    }

    /** The elements beyond the last eight, added to the first partial sum. */
    private static double rest(double first, float[] x, int xo, int n) {
        double sum = first;
        for (int i = n - n % PARTS; i < n; i++) {
            sum += x[xo + i];
        }
        return sum;
    }

    private static double total(double s0, double s1, double s2, double s3, double s4, double s5, double s6,
            double s7) {
        return s0 + s4 + (s2 + s6) + (s1 + s5 + (s3 + s7));
    }
}
