package dev.goshawk.spark;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.cluster.Cluster;
import dev.goshawk.hawq.cluster.ClusterException;
import dev.goshawk.hawq.curvature.CurvatureMatrix;
import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.run.Engine;
import dev.goshawk.models.Network;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** A Spark application that computes curvature. For use by one thread at a time. */
public final class SparkCluster implements Cluster {
    private static final long MOST_BYTES = 512L << 20;
    private static final int SHARDS_A_CORE = 2;

    private final JavaSparkContext context;
    private final boolean local;
    private final int partitions;
    private final Engine engine;
    private final long mostBytes;
    private final Map<LossProblem, List<ShardSpec>> sent = new IdentityHashMap<>();
    private final Map<Network, NetworkSource> sources = new IdentityHashMap<>();
    private int shards;

    SparkCluster(JavaSparkContext context, int partitions, Engine engine, long mostBytes) {
        this.context = context;
        this.local = context.isLocal();
        this.partitions = partitions;
        this.engine = engine;
        this.mostBytes = mostBytes;
    }

    /**
     * Starts an application and waits for its executors.
     *
     * @param partitions number of shards of a sample, 0 for two for each core; a sample has at most one for each micro-batch
     * @param backend what the driver would compute with, and every executor is to
     * @throws ClusterException in one line, if nobody answers or no executor comes
     */
    static SparkCluster connect(Master master, int partitions, Backend backend) {
        return new SparkCluster(Connection.open(master), partitions, Engine.here(backend), MOST_BYTES);
    }

    /** With a context that exists, such as {@code spark-shell}'s. {@link #close} stops it. */
    public static SparkCluster of(JavaSparkContext context, int partitions, Backend backend) {
        return new SparkCluster(context, partitions, Engine.here(backend), MOST_BYTES);
    }

    @Override
    public SparkHessian operator(LossProblem problem, CurvatureMatrix matrix, String name, List<String> parameters,
            int microBatch, boolean recompute) {
        List<ShardSpec> specs = shards(problem, microBatch);
        int size = parameters.stream().mapToInt(p -> problem.parameters().get(p).size()).sum();
        double share = 1.0 / Math.ceilDiv(specs.size(), Math.max(1, executors()));
        Broadcast<Point> point = context.broadcast(point(problem));
        return new SparkHessian(context, problem.network().name() + ", " + name, specs,
                Math.ceilDiv(problem.samples(), microBatch), size,
                new ShardSpec.By(matrix, parameters, recompute, share), point, mostBytes);
    }

    @Override
    public void logits(LossProblem problem, int microBatch, Evaluator.LogitsListener listener) {
        List<ShardSpec> specs = shards(problem, microBatch);
        Broadcast<Point> point = context.broadcast(point(problem));
        try {
            List<double[][]> parts = Jobs.run(context,
                    problem.network().name() + ": evaluate " + problem.samples() + " images",
                    () -> evaluated(context.parallelize(specs, specs.size()), point));
            int image = 0;
            for (double[][] part : parts) {
                for (double[] logits : part) {
                    listener.logits(image++, logits);
                }
            }
        } finally {
            point.destroy();
        }
    }

    private Point point(LossProblem problem) {
        return new Point(problem, sources.computeIfAbsent(problem.network(), NetworkSource::of), engine);
    }

    private static List<double[][]> evaluated(JavaRDD<ShardSpec> specs, Broadcast<Point> point) {
        return specs.map(spec -> evaluate(spec, point.value())).collect();
    }

    private static double[][] evaluate(ShardSpec spec, Point point) {
        LossProblem problem = point.problem(spec.images().value().tensor(), spec.labels().value().tensor());
        double[][] logits = new double[problem.samples()][];
        new Evaluator(problem.trace(Math.min(spec.microBatch(), spec.samples())), problem.parameters(),
                problem.backend()).logits(problem.images(), logits.length,
                        (image, z) -> logits[image] = z);
        return logits;
    }

    /** Sends a sample's images, once: an executor fetches those of its own shards. */
    private List<ShardSpec> shards(LossProblem problem, int microBatch) {
        List<ShardSpec> specs = sent.computeIfAbsent(problem, p -> {
            int microBatches = Math.ceilDiv(p.samples(), microBatch);
            int wanted = partitions == 0 ? SHARDS_A_CORE * context.defaultParallelism() : partitions;
            int[] bounds = Split.bounds(microBatches, Math.clamp(wanted, 1, microBatches));
            List<ShardSpec> made = new ArrayList<>();
            for (int i = 0; i + 1 < bounds.length; i++) {
                int from = bounds[i] * microBatch;
                int count = Math.min(p.samples(), bounds[i + 1] * microBatch) - from;
                made.add(new ShardSpec(bounds[i], microBatch, p.samples(),
                        context.broadcast(TensorData.of(p.images(from, count))),
                        context.broadcast(TensorData.of(p.labels(from, count)))));
            }
            return List.copyOf(made);
        });
        if (specs.getFirst().microBatch() != microBatch) {
            throw new IllegalArgumentException("micro-batch: expected " + specs.getFirst().microBatch()
                    + ", with which the sample was divided, got " + microBatch);
        }
        shards = specs.size();
        return specs;
    }

    private int executors() {
        return Connection.executors(context);
    }

    @Override
    public String state() {
        String there = local ? "local threads" : count(executors(), "executor");
        return shards == 0 ? there : count(shards, "shard") + " on " + there;
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    @Override
    public void close() {
        context.close();
    }
}
