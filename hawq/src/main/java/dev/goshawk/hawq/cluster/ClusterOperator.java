package dev.goshawk.hawq.cluster;

import dev.goshawk.operator.LinearOperator;

/** A curvature matrix on a cluster. Not for use by two threads at once. */
public interface ClusterOperator extends LinearOperator, AutoCloseable {
    /** The mean loss over the sample at the point. */
    double loss();

    /** The loss's gradient at the point, a copy. */
    double[] gradient();

    /** Frees what the machines hold of it; it cannot be used any more. */
    @Override
    void close();
}
