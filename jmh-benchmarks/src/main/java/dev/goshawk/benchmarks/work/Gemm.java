package dev.goshawk.benchmarks.work;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.ProductKernels;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/** C = A B in float32, row-major. */
public final class Gemm implements Workload {
    private final int m;
    private final int n;
    private final int k;
    private final float[] a;
    private final float[] b;
    private final float[] c;
    private final float[] scratch;
    private final Workers workers;

    /** A is [m, k], B [k, n]. */
    public Gemm(int m, int n, int k, Workers workers) {
        this.m = m;
        this.n = n;
        this.k = k;
        this.workers = workers;
        a = Lines.of(numbers(m * k, 1));
        b = Lines.of(numbers(k * n, 2));
        c = Lines.floats(m * n);
        scratch = Lines.floats(ProductKernels.gemmScratch(m, n, k, workers.threads()));
    }

    /** Elements in [-1, 1), the same each time. */
    public static float[] numbers(int size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) (2 * random.nextDouble() - 1);
        }
        return x;
    }

    /** Facts of a product's result. */
    public static Map<String, Double> facts(int m, int n, int k, float[] c) {
        double sum = 0;
        double square = 0;
        for (float x : c) {
            sum += Math.abs(x);
            square += (double) x * x;
        }
        return Map.of(FLOP, 2.0 * m * n * k, "sum of |C|", sum, "|C|", Math.sqrt(square));
    }

    @Override
    public Map<String, Double> facts() {
        run();
        return facts(m, n, k, Arrays.copyOfRange(c, Lines.START, c.length));
    }

    @Override
    public void run() {
        ProductKernels.gemm(m, n, k, a, Lines.START, k, false, b, Lines.START, n, false, c, Lines.START, n, false,
                scratch,
                Lines.START,
                workers);
    }
}
