package dev.goshawk.spark;

import dev.goshawk.hawq.curvature.CurvatureMatrix;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;

/**
 * Which shard: a run of a sample's micro-batches. All that it takes to compute it again elsewhere.
 *
 * @param first number of its first micro-batch
 * @param microBatch images of one
 * @param samples images of the whole sample
 * @param images its own, [n, ...]
 * @param labels theirs
 */
record ShardSpec(int first, int microBatch, int samples, Broadcast<TensorData> images, Broadcast<TensorData> labels)
        implements
            Serializable {

    /**
     * Which matrix.
     *
     * @param parameters names of those it is by
     * @param recompute whether micro-batches never keep what does not depend on the vector
     * @param share the part of an executor's room that a shard may take, in (0, 1]
     */
    record By(CurvatureMatrix matrix, List<String> parameters, boolean recompute,
            double share) implements Serializable {
        By {
            parameters = List.copyOf(parameters);
        }
    }
}
