package dev.goshawk.cuda.kernels;

import dev.goshawk.autodiff.BackendAgreement;
import dev.goshawk.cpu.reference.ReferenceOps;
import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.Random;

/** What kernels are held to: the reference backend's ops on the same, rounded, operands. */
final class Expected {
    private Expected() {
    }

    /** Normal numbers that the type holds exactly. */
    static double[] normal(long seed, int n, DType dtype) {
        Random random = new Random(seed);
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            double v = random.nextGaussian();
            x[i] = dtype == DType.FLOAT32 ? (float) v : v;
        }
        return x;
    }

    /** A value of the reference backend. */
    static double[] of(Op op, Shape result, Shape[] shapes, double[]... operands) {
        return ReferenceOps.evaluate(op, result, shapes, operands);
    }

    static double[] sum(double[] a, double[] b) {
        double[] c = a.clone();
        for (int i = 0; i < c.length; i++) {
            c[i] += b[i];
        }
        return c;
    }

    /** Differences as the backends' agreement tolerates them. */
    static void check(String what, DType dtype, double[] expected, double[] actual) {
        check(what, dtype.isFloating() ? BackendAgreement.tolerance(dtype) : 0, expected, actual);
    }

    /** @param tolerance relative to the largest element, or to 1 */
    static void check(String what, double tolerance, double[] expected, double[] actual) {
        double scale = 1;
        for (double v : expected) {
            scale = Double.isFinite(v) ? Math.max(scale, Math.abs(v)) : scale;
        }
        double most = tolerance * scale;
        if (expected.length != actual.length) {
            throw new AssertionError(what + ": " + actual.length + " elements for " + expected.length);
        }
        for (int i = 0; i < expected.length; i++) {
            boolean same = Double.compare(expected[i], actual[i]) == 0;
            if (!same && !(Math.abs(expected[i] - actual[i]) <= most)) {
                throw new AssertionError(what + ", element " + i + ": got " + actual[i] + ", expected " + expected[i]
                        + " within " + most);
            }
        }
    }
}
