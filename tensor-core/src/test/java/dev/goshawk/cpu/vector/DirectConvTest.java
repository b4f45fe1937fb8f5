package dev.goshawk.cpu.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every role against a plain float64 loop, at the shapes of residual networks and at awkward ones. */
class DirectConvTest {
    /**
     * Error allowed as a share of the sum of |a*b| that went into an element: a few float32 roundings of partial sums.
     */
    private static final double TOLERANCE = 2e-6;
    /** Floats around each operand, so that a read or write outside shows. */
    private static final int MARGIN = 37;

    private static ConvGeometry geometry(int batch, int height, int width, int in, int out, int kh, int kw, int sh,
            int sw,
            int top, int left, int bottom, int right) {
        return new ConvGeometry(batch, height, width, in, out, kh, kw, sh, sw, top, left, bottom, right, 1);
    }

    private static ConvGeometry square(int batch, int height, int width, int in, int out, int kernel, int stride,
            int pad) {
        return geometry(batch, height, width, in, out, kernel, kernel, stride, stride, pad, pad, pad, pad);
    }

    static final List<ConvGeometry> GEOMETRIES = List.of(
            square(2, 32, 32, 16, 16, 3, 1, 1),
            square(3, 16, 16, 32, 32, 3, 1, 1),
            square(2, 8, 8, 64, 64, 3, 1, 1),
            square(2, 32, 32, 16, 32, 3, 2, 1),
            square(2, 16, 16, 32, 64, 3, 2, 1),
            square(2, 32, 32, 3, 16, 3, 1, 1),
            square(1, 7, 13, 16, 16, 3, 1, 1),
            square(1, 9, 11, 16, 48, 3, 2, 1),
            square(11, 5, 3, 48, 16, 3, 1, 1),
            square(70, 3, 2, 16, 16, 3, 1, 1),
            square(2, 15, 17, 3, 32, 7, 2, 3),
            square(1, 10, 10, 1, 16, 3, 2, 0),
            square(2, 9, 9, 15, 16, 1, 1, 0),
            square(2, 7, 9, 32, 48, 1, 1, 0),
            square(2, 7, 9, 16, 32, 1, 2, 0),
            square(2, 14, 14, 32, 32, 3, 1, 1),
            square(1, 14, 14, 16, 32, 1, 2, 0),
            square(3, 2, 2, 256, 512, 3, 1, 1),
            square(1, 10, 8, 16, 16, 2, 3, 0),
            square(1, 11, 12, 32, 16, 5, 1, 2),
            square(1, 12, 11, 16, 32, 5, 3, 2),
            square(1, 1, 1, 16, 16, 3, 1, 1),
            square(1, 4, 4, 16, 16, 3, 1, 0),
            square(1, 6, 6, 16, 16, 3, 1, 3),
            geometry(2, 17, 17, 16, 32, 1, 7, 1, 1, 0, 3, 0, 3),
            geometry(2, 17, 17, 32, 16, 7, 1, 1, 1, 3, 0, 3, 0),
            geometry(2, 8, 8, 16, 16, 1, 3, 1, 1, 0, 1, 0, 1),
            geometry(2, 8, 8, 32, 32, 3, 1, 1, 1, 1, 0, 1, 0),
            geometry(1, 12, 10, 16, 16, 3, 3, 1, 1, 0, 2, 1, 0),
            geometry(1, 12, 10, 16, 16, 3, 3, 1, 2, 2, 0, 0, 1),
            geometry(1, 9, 14, 16, 32, 3, 3, 2, 1, 1, 0, 0, 2),
            geometry(1, 10, 13, 3, 16, 3, 5, 2, 3, 0, 4, 2, 1),
            geometry(1, 5, 5, 16, 16, 2, 4, 4, 2, 1, 3, 0, 0),
            geometry(3, 5, 1, 16, 16, 3, 5, 1, 1, 1, 2, 1, 2),
            geometry(2, 4, 2, 32, 16, 3, 7, 1, 1, 1, 3, 1, 3),
            geometry(2, 4, 1, 16, 32, 3, 3, 1, 1, 1, 2, 1, 0),
            geometry(2, 4, 1, 16, 16, 3, 3, 1, 1, 0, 0, 2, 2));

    static Stream<Arguments> cases() {
        return GEOMETRIES.stream().flatMap(g -> Arrays.stream(ConvRole.values()).map(role -> Arguments.of(role, g)));
    }

    private static int size(ConvGeometry g, ConvRole role) {
        return switch (role) {
            case OUTPUT -> Math.toIntExact(g.outputShape().size());
            case INPUT_GRAD -> Math.toIntExact(g.inputShape().size());
            case WEIGHT_GRAD -> Math.toIntExact(g.filterShape().size());
        };
    }

    private static float[] random(int size, int seed) {
        float[] values = new float[size + 2 * MARGIN];
        Arrays.fill(values, Float.NaN);
        Random random = new Random(seed);
        for (int i = 0; i < size; i++) {
            values[MARGIN + i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    /** Adds the role's value and the sum of |a*b| of every element. */
    private static void reference(ConvRole role, ConvGeometry g, float[] a, float[] b, double[] value,
            double[] magnitude) {
        for (int n = 0; n < g.batch(); n++) {
            for (int p = 0; p < g.outHeight(); p++) {
                for (int q = 0; q < g.outWidth(); q++) {
                    for (int r = 0; r < g.kernelHeight(); r++) {
                        for (int s = 0; s < g.kernelWidth(); s++) {
                            int h = p * g.strideHeight() - g.padTop() + r;
                            int w = q * g.strideWidth() - g.padLeft() + s;
                            if (h >= 0 && h < g.inHeight() && w >= 0 && w < g.inWidth()) {
                                int x = ((n * g.inHeight() + h) * g.inWidth() + w) * g.inChannels();
                                int f = (r * g.kernelWidth() + s) * g.inChannels() * g.outChannels();
                                int y = ((n * g.outHeight() + p) * g.outWidth() + q) * g.outChannels();
                                tap(role, g, x, f, y, a, b, value, magnitude);
                            }
                        }
                    }
                }
            }
        }
    }

    private static void tap(ConvRole role, ConvGeometry g, int x, int f, int y, float[] a, float[] b, double[] value,
            double[] magnitude) {
        for (int i = 0; i < g.inChannels(); i++) {
            for (int o = 0; o < g.outChannels(); o++) {
                int filter = f + i * g.outChannels() + o;
                int left = role == ConvRole.INPUT_GRAD ? filter : x + i;
                int right = role == ConvRole.OUTPUT ? filter : y + o;
                int to = switch (role) {
                    case OUTPUT -> y + o;
                    case INPUT_GRAD -> x + i;
                    case WEIGHT_GRAD -> filter;
                };
                double product = (double) a[MARGIN + left] * b[MARGIN + right];
                value[to] += product;
                magnitude[to] += Math.abs(product);
            }
        }
    }

    /** Runs tasks in an order and on worker numbers of its own; same results are asked of it as of one thread. */
    private record Shuffled(int threads) implements Workers {
        @Override
        public void run(int tasks, Task task) {
            for (int i = tasks - 1; i >= 0; i--) {
                task.run(i, i * 7 % threads);
            }
        }
    }

    private static float[] run(ConvRole role, ConvGeometry g, float[] a, float[] b, float[] start, boolean accumulate,
            Workers workers) {
        ConvKernel kernel = DirectConv.of(role, g);
        float[] out = start.clone();
        float[] scratch = new float[kernel.scratchFloats(workers.threads()) + 2 * MARGIN];
        Arrays.fill(scratch, Float.NaN);
        kernel.run(a, MARGIN, b, MARGIN, out, MARGIN, accumulate, scratch, MARGIN, workers);
        for (int i = 0; i < MARGIN; i++) {
            assertTrue(Float.isNaN(scratch[i]) && Float.isNaN(scratch[scratch.length - 1 - i]),
                    "scratch margin written");
            assertTrue(Float.isNaN(out[i]) && Float.isNaN(out[out.length - 1 - i]), "output margin written");
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithFloat64(ConvRole role, ConvGeometry g) {
        assumeTrue(DirectConv.supports(role, g), "no direct kernel here");
        float[] a = random(size(g, role == ConvRole.INPUT_GRAD ? ConvRole.WEIGHT_GRAD : ConvRole.INPUT_GRAD), 1);
        float[] b = random(size(g, role == ConvRole.OUTPUT ? ConvRole.WEIGHT_GRAD : ConvRole.OUTPUT), 2);
        int size = size(g, role);
        double[] value = new double[size];
        double[] magnitude = new double[size];
        reference(role, g, a, b, value, magnitude);
        float[] start = random(size, 3);

        float[] plain = run(role, g, a, b, start, false, Workers.SINGLE);
        float[] added = run(role, g, a, b, start, true, Workers.SINGLE);
        for (int i = 0; i < size; i++) {
            assertEquals(value[i], plain[MARGIN + i], TOLERANCE * magnitude[i], "element " + i);
            double base = start[MARGIN + i];
            assertEquals(base + value[i], added[MARGIN + i], TOLERANCE * (Math.abs(base) + magnitude[i]), "added " + i);
        }
        for (Workers workers : List.of(new Shuffled(2), new Shuffled(5))) {
            assertArrayEquals(plain, run(role, g, a, b, start, false, workers));
            assertArrayEquals(added, run(role, g, a, b, start, true, workers));
        }
    }

    @Test
    void realThreadsChangeNoBit() {
        Workers two = ThreadPool.ofThreads(2);
        ConvGeometry g = square(40, 8, 8, 32, 32, 3, 1, 1);
        for (ConvRole role : ConvRole.values()) {
            assumeTrue(DirectConv.supports(role, g), "no direct kernel here");
            float[] a = random(size(g, role == ConvRole.INPUT_GRAD ? ConvRole.WEIGHT_GRAD : ConvRole.INPUT_GRAD), 4);
            float[] b = random(size(g, role == ConvRole.OUTPUT ? ConvRole.WEIGHT_GRAD : ConvRole.OUTPUT), 5);
            float[] start = random(size(g, role), 6);
            assertArrayEquals(run(role, g, a, b, start, true, Workers.SINGLE), run(role, g, a, b, start, true, two));
        }
    }

    @Test
    void leavesOtherShapesToTheFallback() {
        ConvGeometry grouped = new ConvGeometry(1, 8, 8, 32, 32, 3, 3, 1, 1, 1, 1, 1, 1, 2);
        ConvGeometry oddChannels = square(1, 8, 8, 24, 16, 3, 1, 1);
        ConvGeometry pointwise = square(1, 8, 8, 64, 64, 1, 1, 0);
        ConvGeometry oddFilters = square(1, 8, 8, 16, 24, 3, 1, 1);
        for (ConvRole role : ConvRole.values()) {
            for (ConvGeometry g : List.of(grouped, oddChannels, oddFilters, pointwise)) {
                assertFalse(DirectConv.supports(role, g), role + " " + g);
                Exception refusal = assertThrows(IllegalArgumentException.class, () -> DirectConv.of(role, g));
                assertTrue(refusal.getMessage().startsWith("direct convolution: no kernel for " + role));
            }
        }
        assertFalse(DirectConv.supports(ConvRole.INPUT_GRAD, square(1, 8, 8, 3, 16, 3, 1, 1)));
    }

    @Test
    void refusesFewerThanOneThread() {
        ConvGeometry g = square(1, 8, 8, 16, 16, 3, 1, 1);
        for (ConvRole role : ConvRole.values()) {
            assumeTrue(DirectConv.supports(role, g), "no direct kernel here");
            ConvKernel kernel = DirectConv.of(role, g);
            Exception refusal = assertThrows(IllegalArgumentException.class, () -> kernel.scratchFloats(0));
            assertEquals("direct convolution: at least 1 thread expected, got 0", refusal.getMessage());
        }
    }
}
