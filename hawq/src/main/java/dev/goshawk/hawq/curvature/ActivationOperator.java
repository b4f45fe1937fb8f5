package dev.goshawk.hawq.curvature;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * The Hessian (or another {@link CurvatureMatrix}) of a network's mean loss over a sample by the activations of one site, those of all
 * images one after another. An image's loss depends on its own activations alone, so the matrix is block-diagonal with a block for each of the N images:
 * <pre>H = diag(H_1, ..., H_N) / N,    tr H = mean over the images of tr H_n,</pre>
 * the trace by which HAWQ-V2 (Dong et al., NeurIPS 2020, section 3.3) weighs activations.
 *
 * <p>Micro-batches as for {@link HessianOperator}; not for use by two threads at once.
 */
public final class ActivationOperator implements LinearOperator {
    private final LossProblem problem;
    private final String site;
    private final List<Chunk> chunks;
    private final boolean resident;
    private final int rowSize;
    private final int size;

    /** A network whose trace passes a site, and the value there. */
    private record Passing(TracedNetwork network, SequencedMap<String, Value> by) {
        Value value() {
            return by.firstEntry().getValue();
        }
    }

    private ActivationOperator(LossProblem problem, CurvatureMatrix matrix, String site, int batch,
            boolean recompute) {
        long memory = HessianOperator.memory(problem);
        HessianPlan plan = plan(problem.task(), matrix, site, batch, recompute, memory);
        if (plan.bytes() > memory && problem.backend().ownMemoryBytes().isEmpty()) {
            throw new HeapTooSmallException(
                    "activation hessian of " + problem.network().name() + ": " + plan.microBatch() + " images at once",
                    plan.bytes(), memory, Setting.MICRO_BATCH, HessianPlan.fitting(plan.microBatch(), memory,
                            images -> plan(problem.task(), matrix, site, images, true, memory)));
        }
        this.problem = problem;
        this.site = site;
        this.resident = plan.kept();
        this.rowSize = rowSize(problem.task(), site);
        this.size = Math.toIntExact((long) problem.samples() * rowSize);
        this.chunks = Chunk.cut(problem, plan.microBatch(), resident, count -> {
            Passing passing = trace(problem.task(), site, count);
            HessianVectorProduct product = matrix.product(passing.network, passing.by, problem.backend());
            problem.parameters().tensors().forEach(product::bind);
            return product;
        });
        for (Chunk c : chunks) {
            c.moveTo(problem);
            c.loss(problem, 0);
        }
    }

    /**
     * The matrix by the activations of one site.
     *
     * @param site an {@link ActivationSite}'s name
     * @param batch most images computed at once, at least 1
     * @param recompute whether one micro-batch's memory serves all even where the heap could keep them; the same bits
     * @throws IllegalArgumentException naming the sites there are, if there is none of that name
     * @throws NonFiniteLossException if the loss at the point is not a finite number
     */
    public static ActivationOperator of(LossProblem problem, CurvatureMatrix matrix, String site, int batch,
            boolean recompute) {
        return new ActivationOperator(problem, matrix, site, batch, recompute);
    }

    /** What the operator takes in memory. */
    static HessianPlan plan(HessianPlan.Task task, CurvatureMatrix matrix, String site, int microBatch,
            boolean recompute, long limit) {
        long directions = 2L * task.samples() * rowSize(task, site) * task.dtype().bytes();
        return HessianPlan.of(task, batch -> {
            Passing passing = trace(task, site, batch);
            return matrix.trace(passing.network, passing.by);
        }, batch -> directions, microBatch, recompute, limit);
    }

    /** Activations of one image. */
    static int rowSize(HessianPlan.Task task, String site) {
        return trace(task, site, 1).value().shape().size();
    }

    private static Passing trace(HessianPlan.Task task, String site, int batch) {
        SequencedMap<String, Value> by = new LinkedHashMap<>();
        TracedNetwork traced = task.trace(batch, new LayerHooks() {
            @Override
            public Value activation(ActivationSite at, Value activation) {
                if (at.name().equals(site)) {
                    by.put(site, activation);
                }
                return activation;
            }
        });
        if (by.isEmpty()) {
            throw new IllegalArgumentException("activation site: expected one of "
                    + traced.activations().stream().map(ActivationSite::name).toList() + ", got '" + site + "'");
        }
        return new Passing(traced, by);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void apply(double[] v, double[] out) {
        if (v.length != size || out.length != size) {
            throw new ShapeMismatchException("activation hessian: expected vectors of length " + size + ", got "
                    + v.length + " and " + out.length);
        }
        for (Chunk c : chunks) {
            if (!resident) {
                c.moveTo(problem);
            }
            int from = c.from() * rowSize;
            Tensor direction = c.product().direction(site);
            Shape shape = direction.shape();
            direction.copyFrom(Tensor.view(shape, v, from));
            c.product().apply();
            Tensor.view(shape, out, from).copyFrom(c.product().product(site));
            double weight = c.weight(problem.samples());
            for (int i = from; i < from + shape.size(); i++) {
                out[i] *= weight;
            }
        }
    }
}
