package dev.goshawk.cuda.check;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import java.util.Locale;

/** Loss, gradient, Hessian-vector products and the largest eigenvalue of two networks against the CPU's, all in float32. */
final class NetworkCheck {
    private static final double TOLERANCE = 1e-4;
    private static final int ITERATIONS = 20;

    private NetworkCheck() {
    }

    static void run(String label, Backend gpu, CheckTable table) {
        Backend cpu = Backends.select("vector", ThreadPool.ofThreads(Backends.defaultThreads()));
        compare(label, new NetworkProblem("resnet20", 32), cpu, gpu, table, ITERATIONS);
        compare(label, new NetworkProblem("resnet50", 2), cpu, gpu, table, 0);
    }

    private static void compare(String label, NetworkProblem problem, Backend cpu, Backend gpu, CheckTable table,
            int iterations) {
        String name = problem.network.name() + " batch " + problem.batch + label + ", ";
        HessianVectorProduct expected = problem.hessian(cpu);
        HessianVectorProduct actual = problem.hessian(gpu);
        double loss = Math.abs(actual.value() - expected.value()) / Math.abs(expected.value());
        report(table, name + "loss", loss);
        double[] gradientExpected = expected.names().stream()
                .flatMapToDouble(n -> java.util.Arrays.stream(expected.gradient(n).toDoubles())).toArray();
        double[] gradient = actual.names().stream()
                .flatMapToDouble(n -> java.util.Arrays.stream(actual.gradient(n).toDoubles())).toArray();
        report(table, name + "gradient", distance(gradient, gradientExpected));
        double[] productExpected = NetworkProblem.product(expected.apply());
        report(table, name + "Hv", distance(NetworkProblem.product(actual.apply()), productExpected));
        // The second and third run are recorded and replayed.
        report(table, name + "Hv recorded", distance(NetworkProblem.product(actual.apply()), productExpected));
        report(table, name + "Hv replayed", distance(NetworkProblem.product(actual.apply()), productExpected));
        if (iterations > 0) {
            double top = largest(expected, iterations);
            report(table, name + iterations + " steps of power iteration",
                    Math.abs(largest(actual, iterations) - top) / Math.abs(top));
        }
    }

    private static void report(CheckTable table, String what, double distance) {
        table.check(what, String.format(Locale.ROOT, "%.1e from the CPU's", distance),
                String.format(Locale.ROOT, "%.0e", TOLERANCE), distance <= TOLERANCE);
    }

    private static double distance(double[] a, double[] b) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < b.length; i++) {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            size += b[i] * b[i];
        }
        return Math.sqrt(difference / size);
    }

    /** The Rayleigh quotient after some steps of v <- Hv / ||Hv||. */
    private static double largest(HessianVectorProduct h, int iterations) {
        double lambda = 0;
        for (int i = 0; i < iterations; i++) {
            double[] v = NetworkProblem.direction(h);
            double[] w = NetworkProblem.product(h.apply());
            double vw = 0;
            double vv = 0;
            double ww = 0;
            for (int j = 0; j < v.length; j++) {
                vw += v[j] * w[j];
                vv += v[j] * v[j];
                ww += w[j] * w[j];
            }
            lambda = vw / vv;
            for (int j = 0; j < w.length; j++) {
                w[j] /= Math.sqrt(ww);
            }
            NetworkProblem.setDirection(h, w);
        }
        return lambda;
    }
}
