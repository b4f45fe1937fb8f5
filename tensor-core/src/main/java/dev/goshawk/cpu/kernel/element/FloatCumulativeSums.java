package dev.goshawk.cpu.kernel.element;

import java.util.Arrays;

/** Cumulative sums, added up in float64 in the order of the elements and each rounded once. */
final class FloatCumulativeSums {
    private FloatCumulativeSums() {
    }

    /** Of each of some rows. Four at a time: each addition waits for the one before. */
    static void ofRows(float[] x, int xo, int rows, int columns, float[] r, int ro, boolean reverse) {
        int first = reverse ? columns - 1 : 0;
        int step = reverse ? -1 : 1;
        int row = 0;
        for (; row <= rows - 4; row += 4) {
            double a = 0;
            double b = 0;
            double c = 0;
            double d = 0;
            int from = xo + row * columns + first;
            int to = ro + row * columns + first;
            for (int j = 0; j < columns; j++, from += step, to += step) {
                a += x[from];
                b += x[from + columns];
                c += x[from + 2 * columns];
                d += x[from + 3 * columns];
                r[to] = (float) a;
                r[to + columns] = (float) b;
                r[to + 2 * columns] = (float) c;
                r[to + 3 * columns] = (float) d;
            }
        }
        for (; row < rows; row++) {
            double sum = 0;
            int from = xo + row * columns + first;
            int to = ro + row * columns + first;
            for (int j = 0; j < columns; j++, from += step, to += step) {
                sum += x[from];
                r[to] = (float) sum;
            }
        }
    }

    /** Of each of {@code n} columns of rows {@code stride} elements apart; {@code sums} is room for one row. */
    static void ofColumns(float[] x, int xo, int rows, int n, int stride, float[] r, int ro, double[] sums, int so,
            boolean reverse) {
        Arrays.fill(sums, so, so + n, 0);
        for (int row = 0; row < rows; row++) {
            int at = (reverse ? rows - 1 - row : row) * stride;
            for (int j = 0; j < n; j++) {
                double sum = sums[so + j] + x[xo + at + j];
                sums[so + j] = sum;
                r[ro + at + j] = (float) sum;
            }
        }
    }
}
