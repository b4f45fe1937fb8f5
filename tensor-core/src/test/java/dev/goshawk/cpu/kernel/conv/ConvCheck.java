package dev.goshawk.cpu.kernel.conv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;

/**
 * What is asked of every float32 convolution kernel.
 *
 * @param kernels the kernel of a role and geometry
 * @param tolerance error allowed as a share of the sum of |a*b| that went into an element
 */
public record ConvCheck(BiFunction<ConvRole, ConvGeometry, ConvKernel> kernels, double tolerance) {
    /** Floats around each operand, so that a read or write outside shows. */
    private static final int MARGIN = 37;

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

    private float[] run(ConvRole role, ConvGeometry g, float[] a, float[] b, float[] start, boolean accumulate,
            Workers workers) {
        ConvKernel kernel = kernels.apply(role, g);
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

    /** The role's result within {@code tolerance} of the float64 loop's, and the same bits for any division of the work. */
    public void agreesWithFloat64(ConvRole role, ConvGeometry g) {
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
            assertEquals(value[i], plain[MARGIN + i], tolerance * magnitude[i], "element " + i);
            double base = start[MARGIN + i];
            assertEquals(base + value[i], added[MARGIN + i], tolerance * (Math.abs(base) + magnitude[i]), "added " + i);
        }
        for (Workers workers : List.of(new Shuffled(2), new Shuffled(5))) {
            assertArrayEquals(plain, run(role, g, a, b, start, false, workers));
            assertArrayEquals(added, run(role, g, a, b, start, true, workers));
        }
    }

    public void realThreadsChangeNoBit(ConvGeometry g) {
        Workers two = ThreadPool.ofThreads(2);
        for (ConvRole role : ConvRole.values()) {
            float[] a = random(size(g, role == ConvRole.INPUT_GRAD ? ConvRole.WEIGHT_GRAD : ConvRole.INPUT_GRAD), 4);
            float[] b = random(size(g, role == ConvRole.OUTPUT ? ConvRole.WEIGHT_GRAD : ConvRole.OUTPUT), 5);
            float[] start = random(size(g, role), 6);
            assertArrayEquals(run(role, g, a, b, start, true, Workers.SINGLE), run(role, g, a, b, start, true, two));
        }
    }

    /** Root mean square of the error, as a share of that of the result. */
    public double relativeError(ConvRole role, ConvGeometry g) {
        float[] a = random(size(g, role == ConvRole.INPUT_GRAD ? ConvRole.WEIGHT_GRAD : ConvRole.INPUT_GRAD), 7);
        float[] b = random(size(g, role == ConvRole.OUTPUT ? ConvRole.WEIGHT_GRAD : ConvRole.OUTPUT), 8);
        int size = size(g, role);
        double[] value = new double[size];
        reference(role, g, a, b, value, new double[size]);
        float[] got = run(role, g, a, b, random(size, 9), false, Workers.SINGLE);
        double error = 0;
        double result = 0;
        for (int i = 0; i < size; i++) {
            error += (got[MARGIN + i] - value[i]) * (got[MARGIN + i] - value[i]);
            result += value[i] * value[i];
        }
        return Math.sqrt(error / result);
    }
}
