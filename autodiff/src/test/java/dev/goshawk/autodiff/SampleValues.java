package dev.goshawk.autodiff;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Random;

/** Seeded float64 tensors for tests. */
public final class SampleValues {
    private SampleValues() {
    }

    /** Standard normal elements. */
    public static Tensor normal(long seed, int... dims) {
        Random random = new Random(seed);
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
        for (int i = 0; i < t.size(); i++) {
            t.set(i, random.nextGaussian());
        }
        return t;
    }

    /** Elements of either sign with sizes in [0.3, 1.7): clear of 0, the kink of relu, abs, step and sign. */
    public static Tensor clearOfZero(long seed, int... dims) {
        Random random = new Random(seed);
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
        for (int i = 0; i < t.size(); i++) {
            t.set(i, (0.3 + 1.4 * random.nextDouble()) * (random.nextBoolean() ? 1 : -1));
        }
        return t;
    }

    /** Elements in [0.4, 2). */
    public static Tensor positive(long seed, int... dims) {
        Random random = new Random(seed);
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
        for (int i = 0; i < t.size(); i++) {
            t.set(i, 0.4 + 1.6 * random.nextDouble());
        }
        return t;
    }

    /** The numbers 0.1 i - 1 in a random order: no two closer than 0.1, so maxima are clear of ties. */
    public static Tensor distinct(long seed, int... dims) {
        Random random = new Random(seed);
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
        for (int i = 0; i < t.size(); i++) {
            int j = random.nextInt(i + 1);
            t.set(i, t.get(j));
            t.set(j, 0.1 * i - 1);
        }
        return t;
    }

    /** The tensor with {@code gap} added where a coin falls heads and taken off elsewhere: clear of ties with it. */
    public static Tensor apartFrom(Tensor x, long seed, double gap) {
        Random random = new Random(seed);
        Tensor t = x.copy();
        for (int i = 0; i < t.size(); i++) {
            t.set(i, t.get(i) + (random.nextBoolean() ? gap : -gap));
        }
        return t;
    }

    /** Integers plus a fraction of at most 0.3 either way: clear of the ties of rounding; times a scale. */
    public static Tensor clearOfHalves(long seed, double scale, int... dims) {
        Random random = new Random(seed);
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
        for (int i = 0; i < t.size(); i++) {
            t.set(i, scale * (random.nextInt(13) - 6 + 0.1 + 0.2 * random.nextDouble()));
        }
        return t;
    }

    /** Every pair of NaN, the infinities, both zeros, ones and numbers far out: all firsts, then all seconds. */
    static Tensor[] special() {
        double[] values = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0, 1, -1, 2.5, 100,
                -100, 1e30, -1e30, 16777217.5, -3e9};
        int n = values.length;
        Tensor first = Tensor.zeros(DType.FLOAT64, Shape.of(n, n));
        Tensor second = Tensor.zeros(DType.FLOAT64, Shape.of(n, n));
        for (int i = 0; i < n * n; i++) {
            first.set(i, values[i / n]);
            second.set(i, values[i % n]);
        }
        return new Tensor[] {first, second};
    }

    /** Every element the same. */
    public static Tensor filled(double value, int... dims) {
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(dims));
        t.fill(value);
        return t;
    }
}
