package dev.goshawk.cpu.kernel.element;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sums of rows have the bits of their definition at any number of rows and columns, and so for any vector width. */
class RowSumsTest {
    private static final int[] COLUMNS = {1, 7, 8, 63, 64, 65, 71, 72, 128, 200, 1001};

    /** Eight sums of every eighth element, what is left over added to the first, then pairs. */
    private static double expected(double[] x, int from, int n) {
        double[] s = new double[8];
        for (int i = 0; i < n; i++) {
            s[i < n - n % 8 ? i % 8 : 0] += x[from + i];
        }
        return s[0] + s[4] + (s[2] + s[6]) + (s[1] + s[5] + (s[3] + s[7]));
    }

    @Test
    void bitsOfTheDefinition() {
        Random random = new Random(3);
        for (int columns : COLUMNS) {
            for (int rows = 1; rows <= 9; rows++) {
                double[] x = new double[3 + rows * columns];
                float[] single = new float[x.length];
                for (int i = 0; i < x.length; i++) {
                    single[i] = (float) (random.nextGaussian() * Math.exp(4 * random.nextGaussian()));
                    x[i] = single[i];
                }
                float[] sums = new float[rows + 2];
                FloatRowSums.run(single, 3, rows, columns, sums, 1);
                double[] doubles = new double[rows + 2];
                DoubleRowSums.run(x, 3, rows, columns, doubles, 1);
                for (int row = 0; row < rows; row++) {
                    double exact = expected(x, 3 + row * columns, columns);
                    String where = "row " + row + " of " + rows + ", " + columns + " columns";
                    assertEquals((float) exact, sums[row + 1], where);
                    assertEquals(exact, doubles[row + 1], where);
                }
                assertEquals(0, sums[0] + sums[rows + 1]);
            }
        }
    }
}
