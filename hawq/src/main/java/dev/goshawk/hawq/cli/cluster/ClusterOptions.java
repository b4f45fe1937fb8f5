package dev.goshawk.hawq.cli.cluster;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.cluster.Cluster;
import dev.goshawk.hawq.cluster.ClusterProvider;
import dev.goshawk.hawq.curvature.Partition;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Whether a command computes on a cluster, and on which. */
public final class ClusterOptions {
    @Option(names = "--spark", paramLabel = "MASTER",
            description = "Compute on Apache Spark, with the same bits: local[N], local-cluster[N,CORES,MIB], spark://HOST:PORT, "
                    + "yarn or k8s://URL. Each micro-batch is computed on one executor: choose a --micro-batch that makes "
                    + "many.")
    private @Nullable String master;

    @Option(names = "--partitions", paramLabel = "N",
            description = "With --spark: number of shards the sample is divided into (default: two for each executor core).")
    private @Nullable Integer partitions;

    /** Whether a cluster is asked for. */
    public boolean isAsked() {
        return master != null;
    }

    /** Fails with one line before anything slow if the options do not fit each other or Spark is not there. */
    public void check(CommandSpec spec, Partition by, boolean dryRun) {
        if (partitions != null && master == null) {
            throw new ParameterException(spec.commandLine(), "--partitions: expected together with --spark");
        }
        if (partitions != null && partitions < 1) {
            throw new ParameterException(spec.commandLine(),
                    "--partitions: expected at least 1, got " + partitions);
        }
        if (master == null) {
            return;
        }
        if (by == Partition.ACTIVATIONS) {
            throw new ParameterException(spec.commandLine(),
                    "--spark: expected with --by network, block or layer, got --by activations");
        }
        if (dryRun) {
            throw new ParameterException(spec.commandLine(),
                    "--dry-run: expected without --spark, where every executor plans with its own heap");
        }
        provider().check(master);
    }

    /** Fails with one line if the sample has fewer micro-batches than it is to be divided into. */
    public void check(CommandSpec spec, int images, int microBatch) {
        int parts = Math.ceilDiv(images, microBatch);
        if (partitions != null && partitions > parts) {
            throw new ParameterException(spec.commandLine(), "--partitions: expected at most " + parts
                    + ", the number of micro-batches of " + microBatch + " in a sample of " + images + " images, got "
                    + partitions + "; a smaller --micro-batch makes more");
        }
    }

    /** The cluster, if one is asked for; a line says who is there. */
    public @Nullable Cluster connect(Backend backend, PrintWriter err) {
        if (master == null) {
            return null;
        }
        Cluster cluster = provider().connect(master, partitions == null ? 0 : partitions, backend);
        err.println("goshawk: " + master + ": " + cluster.state());
        err.flush();
        return cluster;
    }

    private static ClusterProvider provider() {
        return ClusterProvider.find("spark").orElseThrow(() -> new IllegalArgumentException(
                "--spark: Apache Spark is not on the class path: start bin/goshawk from a clone, which builds the module "
                        + "spark, or add goshawk-spark.jar and the jars of Spark 4.2"));
    }
}
