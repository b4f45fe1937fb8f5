package dev.goshawk.benchmarks.work;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.HessianOperator;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.spectral.dense.Vectors;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A Hessian-vector product over a sample of any size, as the commands compute it: micro-batch by micro-batch, each linearized anew because
 * a large sample's do not stay in memory.
 */
public final class SampleProduct implements Workload {
    private static final int MICRO_BATCH = 64;

    private final HessianOperator hessian;
    private final double[] v;
    private final double[] product;

    private SampleProduct(HessianOperator hessian) {
        this.hessian = hessian;
        this.v = new double[hessian.size()];
        this.product = new double[hessian.size()];
        Vectors.rademacher(v, new SplittableRandom(1));
    }

    /** By all trainable parameters, at the problem's point. */
    public static SampleProduct of(Problem problem, Backend backend) {
        LossProblem loss = new LossProblem(problem.network(), problem.parameters(), problem.images(), problem.labels(),
                backend);
        List<String> names = loss.description().trainable().stream().map(ParameterSpec::name).toList();
        return new SampleProduct(HessianOperator.of(loss, CurvatureMatrix.HESSIAN, names, MICRO_BATCH, true));
    }

    @Override
    public Map<String, Double> facts() {
        run();
        return Map.of("loss", hessian.loss(), "|Hv|", Math.sqrt(Vectors.dot(product, product)));
    }

    @Override
    public void run() {
        hessian.apply(v, product);
    }
}
