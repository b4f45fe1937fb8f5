package dev.goshawk.cpu.kernel.conv.packed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.cpu.kernel.conv.ConvKernelDouble;
import dev.goshawk.cpu.kernel.gemm.GemmThreads;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PackedConvTest {
    private static final int A = 3;
    private static final int B = 1;
    private static final int OUT = 2;

    static Stream<ConvGeometry> geometries() {
        return Stream.of(
                new ConvGeometry(2, 9, 7, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(3, 8, 8, 5, 33, 3, 3, 2, 2, 1, 1, 1, 1, 1),
                new ConvGeometry(2, 8, 8, 16, 32, 1, 1, 2, 2, 0, 0, 0, 0, 1),
                new ConvGeometry(3, 5, 6, 40, 24, 1, 1, 1, 1, 0, 0, 0, 0, 1),
                new ConvGeometry(2, 5, 6, 40, 24, 1, 1, 1, 1, 0, 0, 0, 0, 4),
                new ConvGeometry(1, 11, 13, 3, 8, 7, 7, 2, 2, 3, 3, 2, 3, 1),
                new ConvGeometry(2, 10, 9, 6, 10, 1, 7, 1, 1, 0, 3, 0, 3, 1),
                new ConvGeometry(2, 10, 9, 6, 10, 5, 2, 3, 1, 2, 0, 1, 2, 2),
                new ConvGeometry(2, 7, 7, 12, 12, 3, 3, 1, 1, 1, 1, 1, 1, 12),
                new ConvGeometry(1, 6, 6, 4, 8, 3, 3, 2, 1, 0, 2, 3, 0, 4),
                new ConvGeometry(1, 4, 4, 2, 3, 4, 4, 1, 1, 0, 0, 0, 0, 1),
                new ConvGeometry(2, 3, 3, 4, 4, 2, 2, 5, 5, 2, 2, 2, 2, 1),
                new ConvGeometry(1, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(4, 15, 15, 64, 17, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new ConvGeometry(5, 12, 9, 3, 9, 5, 3, 1, 1, 0, 0, 0, 0, 1),
                new ConvGeometry(1, 5, 5, 240, 260, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                // Several rectangles in a column: the right operand is packed beforehand, or not at all where no tap
                // reaches.
                new ConvGeometry(4, 61, 59, 6, 7, 1, 1, 2, 2, 0, 0, 0, 0, 1),
                new ConvGeometry(3, 41, 33, 20, 50, 3, 3, 1, 1, 1, 1, 1, 1, 2),
                // Plain left operands, read in place and copied.
                new ConvGeometry(1, 5, 7, 600, 70, 1, 1, 1, 1, 0, 0, 0, 0, 1),
                new ConvGeometry(3, 47, 31, 130, 34, 1, 1, 1, 1, 0, 0, 0, 0, 1));
    }

    /** Operands of one role, with its value and the sums of magnitudes by plain loops. */
    private record Problem(ConvRole role, ConvGeometry geometry, double[] a, double[] b, double[] start, double[] sum,
            double[] magnitude) {

        static Problem random(ConvRole role, ConvGeometry g) {
            Random random = new Random(role.ordinal() * 7919L + g.hashCode());
            double[] x = gaussian(random, g.inputShape().size());
            double[] w = gaussian(random, g.filterShape().size());
            double[] y = gaussian(random, g.outputShape().size());
            double[] target = switch (role) {
                case OUTPUT -> y;
                case INPUT_GRAD -> x;
                case WEIGHT_GRAD -> w;
            };
            double[] sum = new double[target.length];
            double[] magnitude = new double[target.length];
            forEachTap(g, (xi, wi, yi) -> {
                double product = switch (role) {
                    case OUTPUT -> x[xi] * w[wi];
                    case INPUT_GRAD -> w[wi] * y[yi];
                    case WEIGHT_GRAD -> x[xi] * y[yi];
                };
                int to = switch (role) {
                    case OUTPUT -> yi;
                    case INPUT_GRAD -> xi;
                    case WEIGHT_GRAD -> wi;
                };
                sum[to] += product;
                magnitude[to] += Math.abs(product);
            });
            return new Problem(
                    role, g, role == ConvRole.INPUT_GRAD ? w : x, role == ConvRole.OUTPUT ? w : y, target, sum,
                    magnitude);
        }

        float[] float32(boolean accumulate, Workers workers) {
            ConvKernel kernel = PackedConv.of(role, geometry);
            float[] scratch = new float[4 + kernel.scratchFloats(workers.threads())];
            Arrays.fill(scratch, Float.NaN);
            float[] out = new float[OUT + start.length + 1];
            fill(out, accumulate);
            kernel.run(
                    shifted(a, A), A, shifted(b, B), B, out, OUT, accumulate, scratch, 4, workers);
            assertTrue(out[OUT - 1] == 77 && out[out.length - 1] == 77, "wrote outside the result");
            return Arrays.copyOfRange(out, OUT, OUT + start.length);
        }

        private void fill(float[] out, boolean accumulate) {
            Arrays.fill(out, 77);
            for (int i = 0; i < start.length; i++) {
                out[OUT + i] = accumulate ? (float) start[i] : Float.NaN;
            }
        }

        double[] float64(boolean accumulate, Workers workers) {
            ConvKernelDouble kernel = PackedConvDouble.of(role, geometry);
            double[] scratch = new double[4 + kernel.scratchDoubles(workers.threads())];
            Arrays.fill(scratch, Double.NaN);
            double[] out = new double[OUT + start.length];
            System.arraycopy(start, 0, out, OUT, start.length);
            if (!accumulate) {
                Arrays.fill(out, OUT, out.length, Double.NaN);
            }
            double[] left = new double[A + a.length];
            System.arraycopy(a, 0, left, A, a.length);
            kernel.run(left, A, b, 0, out, OUT, accumulate, scratch, 4, workers);
            return Arrays.copyOfRange(out, OUT, out.length);
        }
    }

    private interface Tap {
        void at(int x, int w, int y);
    }

    private static void forEachTap(ConvGeometry g, Tap tap) {
        int perGroupIn = g.inChannels() / g.groups();
        int perGroupOut = g.outChannels() / g.groups();
        for (int y = 0; y < g.outputShape().size(); y++) {
            int o = y % g.outChannels();
            int q = y / g.outChannels() % g.outWidth();
            int p = y / g.outChannels() / g.outWidth() % g.outHeight();
            int n = y / g.outChannels() / g.outWidth() / g.outHeight();
            for (int r = 0; r < g.kernelHeight(); r++) {
                for (int s = 0; s < g.kernelWidth(); s++) {
                    int row = p * g.strideHeight() - g.padTop() + r;
                    int column = q * g.strideWidth() - g.padLeft() + s;
                    if (row < 0 || row >= g.inHeight() || column < 0 || column >= g.inWidth()) {
                        continue;
                    }
                    for (int i = 0; i < perGroupIn; i++) {
                        int x = ((n * g.inHeight() + row) * g.inWidth() + column) * g.inChannels()
                                + o / perGroupOut * perGroupIn + i;
                        tap.at(x, ((r * g.kernelWidth() + s) * perGroupIn + i) * g.outChannels() + o, y);
                    }
                }
            }
        }
    }

    private static double[] gaussian(Random random, int n) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static float[] shifted(double[] x, int offset) {
        float[] y = new float[offset + x.length];
        for (int i = 0; i < x.length; i++) {
            y[offset + i] = (float) x[i];
        }
        return y;
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void agreesWithPlainLoops(ConvGeometry geometry) {
        for (ConvRole role : ConvRole.values()) {
            Problem problem = Problem.random(role, geometry);
            for (boolean accumulate : new boolean[] {false, true}) {
                float[] narrow = problem.float32(accumulate, Workers.SINGLE);
                double[] wide = problem.float64(accumulate, Workers.SINGLE);
                for (int i = 0; i < narrow.length; i++) {
                    double start = accumulate ? problem.start()[i] : 0;
                    double expected = problem.sum()[i] + start;
                    double terms = problem.magnitude()[i] + Math.abs(start);
                    String where = role + " accumulate " + accumulate + " at " + i + ": " + expected + " but ";
                    assertTrue(Math.abs(expected - narrow[i]) <= 1e-5 * terms, where + narrow[i]);
                    assertTrue(Math.abs(expected - wide[i]) <= 1e-13 * terms, where + wide[i]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void sameBitsForAnyNumberOfThreads(ConvGeometry geometry) {
        for (ConvRole role : ConvRole.values()) {
            Problem problem = Problem.random(role, geometry);
            float[] narrow = problem.float32(true, Workers.SINGLE);
            double[] wide = problem.float64(false, Workers.SINGLE);
            for (int threads = 2; threads <= 3; threads++) {
                assertArrayEquals(narrow, problem.float32(true, new GemmThreads(threads)));
                assertArrayEquals(wide, problem.float64(false, new GemmThreads(threads)));
            }
        }
    }

    @Test
    void emptyBatchHasZeroFilterGradient() {
        ConvGeometry geometry = new ConvGeometry(0, 4, 4, 2, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        ConvKernel kernel = PackedConv.of(ConvRole.WEIGHT_GRAD, geometry);
        float[] out = new float[geometry.filterShape().size()];
        Arrays.fill(out, 5);
        kernel.run(new float[0], 0, new float[0], 0, out, 0, false, new float[kernel.scratchFloats(1)], 0,
                Workers.SINGLE);
        assertArrayEquals(new float[out.length], out);
    }

    @Test
    void refusesTooLittleScratch() {
        ConvGeometry geometry = new ConvGeometry(1, 4, 4, 2, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1);
        for (ConvRole role : ConvRole.values()) {
            ConvKernel kernel = PackedConv.of(role, geometry);
            float[] some = new float[100];
            assertThrows(
                    IllegalArgumentException.class,
                    () -> kernel.run(some, 0, some, 0, new float[100], 0, false, new float[7], 0, Workers.SINGLE));
        }
    }
}
