package dev.goshawk.spark;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.cluster.Cluster;
import dev.goshawk.hawq.cluster.ClusterProvider;

/** Offers Apache Spark to the commands. */
public final class SparkClusterProvider implements ClusterProvider {
    @Override
    public String name() {
        return "spark";
    }

    @Override
    public void check(String master) {
        Master.parse(master);
    }

    @Override
    public Cluster connect(String master, int partitions, Backend backend) {
        return SparkCluster.connect(Master.parse(master), partitions, backend);
    }
}
