package dev.goshawk.hawq.cluster;

import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluator;
import java.util.List;

/** Machines that share the work on a sample. Results are bit-identical to those of one process. */
public interface Cluster extends AutoCloseable {
    /**
     * A curvature matrix whose micro-batches are divided among the machines; takes up the parameters as they are now.
     *
     * @param name what a person calls the variables
     * @param parameters that the matrix is by, in the order of its vectors
     * @param microBatch most images computed at once, at least 1
     * @param recompute whether micro-batches never keep what does not depend on the vector
     * @throws ClusterException in one line, if a machine is not like this one or fails again and again
     */
    ClusterOperator operator(LossProblem problem, CurvatureMatrix matrix, String name, List<String> parameters,
            int microBatch, boolean recompute);

    /**
     * Tells the logits of all images, in order.
     *
     * @param microBatch most images computed at once, at least 1
     * @throws ClusterException as {@link #operator}
     */
    void logits(LossProblem problem, int microBatch, Evaluator.LogitsListener listener);

    /** Who works on what at the moment, such as {@code 8 shards on 2 executors}. */
    String state();

    /** Lets go of the machines. */
    @Override
    void close();
}
