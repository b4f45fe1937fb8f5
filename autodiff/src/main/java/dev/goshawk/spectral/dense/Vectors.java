package dev.goshawk.spectral.dense;

import java.util.Random;
import java.util.SplittableRandom;

/** Dense vector arithmetic in a fixed order, so that results are bit-identical from run to run. */
public final class Vectors {
    private Vectors() {
    }

    public static double dot(double[] a, double[] b) {
        // four partial sums hide the latency of the addition and shorten the rounding error
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 3 < a.length; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** Euclidean norm; scaled, so that neither tiny nor huge products under- or overflow. */
    public static double norm(double[] a) {
        double max = 0;
        for (double x : a) {
            max = Math.max(max, Math.abs(x));
        }
        if (max == 0 || Double.isNaN(max) || Double.isInfinite(max)) {
            return max;
        }
        if (max > 1e-140 && max < 1e140) {
            return Math.sqrt(dot(a, a));
        }
        double sum = 0;
        for (double x : a) {
            sum += (x / max) * (x / max);
        }
        return max * Math.sqrt(sum);
    }

    /** y += alpha x. */
    public static void axpy(double alpha, double[] x, double[] y) {
        for (int i = 0; i < y.length; i++) {
            y[i] += alpha * x[i];
        }
    }

    public static void scale(double[] a, double factor) {
        for (int i = 0; i < a.length; i++) {
            a[i] *= factor;
        }
    }

    /** ||a - lambda v||. */
    public static double residual(double[] a, double lambda, double[] v) {
        double[] r = a.clone();
        axpy(-lambda, v, r);
        return norm(r);
    }

    /** Independent standard normal entries; the JDK specifies this generator and this transform to the bit. */
    public static double[] gaussian(int size, long seed) {
        Random random = new Random(seed);
        double[] v = new double[size];
        for (int i = 0; i < size; i++) {
            v[i] = random.nextGaussian();
        }
        return v;
    }

    /** Fills with independent +1 and -1 of probability one half. */
    public static void rademacher(double[] z, SplittableRandom random) {
        long bits = 0;
        for (int i = 0; i < z.length; i++) {
            if ((i & 63) == 0) {
                bits = random.nextLong();
            }
            z[i] = (bits & 1) == 0 ? -1 : 1;
            bits >>>= 1;
        }
    }
}
