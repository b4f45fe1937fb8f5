package dev.goshawk.hawq.curvature;

import dev.goshawk.operator.LinearOperator;
import java.util.List;

/**
 * Some of a network's variables: parameters, or the activations of one site.
 *
 * @param name the part's; a site's for activations
 * @param parameters names of the parameters; none for activations
 */
public record CurvaturePart(String name, List<String> parameters) {
    public CurvaturePart {
        parameters = List.copyOf(parameters);
    }

    /**
     * A curvature matrix by these variables, the others held fixed.
     *
     * @param batch most images computed at once, at least 1
     * @param recompute whether one micro-batch's memory serves all even where the heap could keep them; the same bits
     * @throws NonFiniteLossException if the loss at the point is not a finite number
     */
    public LinearOperator operator(LossProblem problem, CurvatureMatrix matrix, int batch, boolean recompute) {
        return parameters.isEmpty()
                ? ActivationOperator.of(problem, matrix, name, batch, recompute)
                : HessianOperator.of(problem, matrix, parameters, batch, recompute);
    }

    /** What the operator takes in memory, of which it may have {@code limit} bytes to keep its micro-batches. */
    public HessianPlan plan(HessianPlan.Task task, CurvatureMatrix matrix, int microBatch, boolean recompute,
            long limit) {
        return parameters.isEmpty()
                ? ActivationOperator.plan(task, matrix, name, microBatch, recompute, limit)
                : HessianPlan.of(task, matrix, parameters, microBatch, recompute, limit);
    }

    /** Number of variables. */
    public long size(HessianPlan.Task task) {
        return parameters.isEmpty()
                ? (long) task.samples() * ActivationOperator.rowSize(task, name)
                : parameters.stream().mapToLong(n -> task.trace(1).parameter(n).shape().size()).sum();
    }
}
