package dev.goshawk.cpu.kernel.gemm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Workers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GemmTest {
    private static final int OFFSET = 5;

    /** A product with operands, leading dimensions with gaps, offsets, and its value and error bound by plain loops. */
    private record Problem(int m, int n, int k, boolean transposeA, boolean transposeB, boolean accumulate, int gap,
            double[] a, double[] b, double[] c, double[] expected, double[] magnitude) {

        static Problem random(int m, int n, int k, boolean transposeA, boolean transposeB, boolean accumulate,
                int gap) {
            Random random = new Random(31L * m + 17L * n + k);
            double[] a = floats(random, OFFSET + (transposeA ? k : m) * ((transposeA ? m : k) + gap));
            double[] b = floats(random, OFFSET + (transposeB ? n : k) * ((transposeB ? k : n) + gap));
            double[] c = floats(random, OFFSET + m * (n + gap));
            if (!accumulate) {
                for (int i = 0; i < m; i++) {
                    Arrays.fill(c, OFFSET + i * (n + gap), OFFSET + i * (n + gap) + n, Double.NaN);
                }
            }
            int lda = (transposeA ? m : k) + gap;
            int ldb = (transposeB ? k : n) + gap;
            double[] expected = c.clone();
            double[] magnitude = new double[c.length];
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    int at = OFFSET + i * (n + gap) + j;
                    double sum = accumulate ? c[at] : 0;
                    magnitude[at] = Math.abs(sum);
                    for (int l = 0; l < k; l++) {
                        double product = a[OFFSET + (transposeA ? l * lda + i : i * lda + l)]
                                * b[OFFSET + (transposeB ? j * ldb + l : l * ldb + j)];
                        sum += product;
                        magnitude[at] += Math.abs(product);
                    }
                    expected[at] = sum;
                }
            }
            return new Problem(m, n, k, transposeA, transposeB, accumulate, gap, a, b, c, expected, magnitude);
        }

        private static double[] floats(Random random, int n) {
            double[] x = new double[n];
            for (int i = 0; i < n; i++) {
                x[i] = (float) random.nextGaussian();
            }
            return x;
        }

        int lda() {
            return (transposeA ? m : k) + gap;
        }

        int ldb() {
            return (transposeB ? k : n) + gap;
        }

        float[] float32(Workers workers) {
            float[] result = narrow(c);
            float[] scratch = new float[3 + GemmFloat.scratchFloats(m, n, k, workers.threads())];
            Arrays.fill(scratch, Float.NaN);
            GemmFloat.run(
                    m, n, k, narrow(a), OFFSET, lda(), transposeA, narrow(b), OFFSET, ldb(), transposeB, result, OFFSET,
                    n + gap,
                    accumulate, scratch, 3, workers);
            return result;
        }

        double[] float64(Workers workers) {
            double[] result = c.clone();
            double[] scratch = new double[3 + GemmDouble.scratchDoubles(m, n, k, workers.threads())];
            Arrays.fill(scratch, Double.NaN);
            GemmDouble.run(
                    m, n, k, a, OFFSET, lda(), transposeA, b, OFFSET, ldb(), transposeB, result, OFFSET, n + gap,
                    accumulate,
                    scratch, 3, workers);
            return result;
        }

        void check() {
            float[] narrow = float32(Workers.SINGLE);
            double[] wide = float64(Workers.SINGLE);
            for (int i = 0; i < c.length; i++) {
                within(expected[i], narrow[i], (k + 2) * 0x1p-24 * magnitude[i], i);
                within(expected[i], wide[i], (2 * k + 4) * 0x1p-53 * magnitude[i], i);
            }
        }

        private void within(double wanted, double got, double bound, int index) {
            assertTrue(
                    Math.abs(wanted - got) <= bound,
                    () -> "m=" + m + " n=" + n + " k=" + k + " index " + index + ": " + wanted + " but " + got);
        }
    }

    private static float[] narrow(double[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (float) x[i];
        }
        return y;
    }

    @Test
    void everySmallSize() {
        int[] sizes = {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 65};
        for (int m : sizes) {
            for (int n : sizes) {
                for (int k : new int[] {1, 2, 19}) {
                    Problem.random(m, n, k, false, false, (m + n) % 2 == 0, k == 2 ? 3 : 0).check();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "5,3,4", "8,16,300", "13,70,257", "130,66,520", "41,129,33", "3,2100,5", "257,31,1",
            "64,64,64"})
    void transposesGapsAndAccumulation(int m, int n, int k) {
        for (int bits = 0; bits < 8; bits++) {
            Problem.random(m, n, k, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, 3).check();
        }
    }

    @ParameterizedTest
    @CsvSource({"1,4100,70", "3100,20,300", "150,300,600", "20,2500,30"})
    void sameBitsForAnyNumberOfThreads(int m, int n, int k) {
        Problem problem = Problem.random(m, n, k, false, true, true, 2);
        float[] narrow = problem.float32(Workers.SINGLE);
        double[] wide = problem.float64(Workers.SINGLE);
        for (int threads = 2; threads <= 3; threads++) {
            assertArrayEquals(narrow, problem.float32(new GemmThreads(threads)));
            assertArrayEquals(wide, problem.float64(new GemmThreads(threads)));
        }
        problem.check();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void emptyInnerDimensionIsZero(boolean accumulate) {
        Problem.random(5, 9, 0, false, false, accumulate, 2).check();
    }

    @Test
    void emptyResultTouchesNothing() {
        float[] c = {1, 2, 3};
        GemmFloat.run(
                0, 3, 2, new float[6], 0, 2, false, new float[6], 0, 3, false, c, 0, 3, false, new float[0], 0,
                Workers.SINGLE);
        assertArrayEquals(new float[] {1, 2, 3}, c);
    }

    @Test
    void saysWhichArrayIsTooShort() {
        float[] four = new float[4];
        float[] scratch = new float[GemmFloat.scratchFloats(2, 2, 2, 1)];
        IllegalArgumentException shortB = assertThrows(
                IllegalArgumentException.class, () -> GemmFloat.run(
                        2, 2, 2, four, 0, 2, false, four, 1, 2, false, new float[4], 0, 2, false, scratch, 0,
                        Workers.SINGLE));
        assertEquals("gemm: B needs 5 elements, the array has 4", shortB.getMessage());
        IllegalArgumentException badRows = assertThrows(
                IllegalArgumentException.class, () -> GemmFloat.run(
                        2, 2, 2, four, 0, 1, false, four, 0, 2, false, new float[4], 0, 2, false, scratch, 0,
                        Workers.SINGLE));
        assertEquals("rows of gemm: A are 1 apart, but each has 2 elements", badRows.getMessage());
        IllegalArgumentException shortScratch = assertThrows(
                IllegalArgumentException.class, () -> GemmDouble.run(
                        2, 2, 2, new double[4], 0, 2, false, new double[4], 0, 2, false, new double[4], 0, 2, false,
                        new double[1], 0, Workers.SINGLE));
        assertTrue(shortScratch.getMessage().startsWith("gemm: scratch needs "), shortScratch.getMessage());
    }
}
