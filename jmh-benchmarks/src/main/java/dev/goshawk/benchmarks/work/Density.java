package dev.goshawk.benchmarks.work;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.spectral.estimate.LanczosQuadrature;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Stochastic Lanczos quadrature of the whole Hessian, what a spectral density is drawn from: from nothing to the last probe, tracing and
 * compiling included.
 */
public final class Density implements Workload {
    /** Random vectors. */
    public static final int PROBES = 2;
    /** Lanczos steps for each: a third of what a density is usually drawn from, for they all cost the same. */
    public static final int STEPS = 10;

    private final LossProblem problem;
    private double largest;
    private double mean;
    private double square;

    /** By the problem's images. */
    public Density(Problem p, Backend backend) {
        problem = new LossProblem(p.network(), p.parameters(), p.images(), p.labels(), backend);
    }

    @Override
    public Map<String, Double> facts() {
        run();
        return facts(largest, mean, square);
    }

    /** Both sides' results: the largest eigenvalue in magnitude, the mean of all, and that of their squares. */
    public static Map<String, Double> facts(double largest, double mean, double square) {
        Map<String, Double> facts = new LinkedHashMap<>();
        facts.put("largest", largest);
        facts.put("mean", mean);
        facts.put("mean square", square);
        return facts;
    }

    @Override
    public void run() {
        HessianOperator hessian = HessianOperator.full(problem, problem.samples());
        LanczosQuadrature quadrature = LanczosQuadrature.of(hessian, 0, PROBES, STEPS);
        largest = quadrature.norm();
        mean = largest * quadrature.moment(1).value();
        square = largest * largest * quadrature.moment(2).value();
    }
}
