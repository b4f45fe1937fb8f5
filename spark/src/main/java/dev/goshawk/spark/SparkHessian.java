package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import dev.goshawk.hawq.cluster.ClusterOperator;
import dev.goshawk.operator.PairwiseSum;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * A curvature matrix whose micro-batches lie on Spark's executors. A product broadcasts its vectors, every shard multiplies them, and
 * the parts are added here as one process adds them ({@link PairwiseSum}): bit-identical for any number of shards and
 * executors, and whichever of them are lost on the way. Lost shards are computed again from the sample.
 *
 * <p>Not for use by two threads at once.
 */
public final class SparkHessian implements ClusterOperator {
    private final JavaSparkContext context;
    private final String name;
    private final int microBatches;
    private final JavaRDD<Shard> shards;
    private final Broadcast<Point> point;
    private final int size;
    private final long mostBytes;
    private final double loss;
    private final double[] gradient;
    private int products;

    /**
     * Linearizes all shards.
     *
     * @param name what a person calls the matrix
     * @param microBatches of the whole sample
     * @param size of the matrix
     * @param mostBytes that parts of products may take here at a time; larger ones are added on the executors first
     */
    SparkHessian(JavaSparkContext context, String name, List<ShardSpec> specs, int microBatches, int size,
            ShardSpec.By by, Broadcast<Point> point, long mostBytes) {
        this.context = context;
        this.name = name;
        this.microBatches = microBatches;
        this.point = point;
        this.size = size;
        this.mostBytes = mostBytes;
        this.shards = linearized(context, specs, by, point).setName(name + ": linearized shards")
                .persist(StorageLevel.MEMORY_ONLY());
        List<Shard.Start> parts;
        try {
            parts = Jobs.run(context, name + ": linearize " + specs.size() + " shards", () -> starts(shards));
        } catch (ClusterException e) {
            close();
            throw e;
        }
        PairwiseSum losses = new PairwiseSum(1);
        PairwiseSum gradients = new PairwiseSum(size);
        for (Shard.Start part : parts) {
            part.losses().forEach(losses::add);
            part.gradients().forEach(gradients::add);
        }
        double[] total = new double[1];
        losses.total(total);
        this.loss = total[0];
        this.gradient = new double[size];
        gradients.total(gradient);
    }

    private static JavaRDD<Shard> linearized(JavaSparkContext context, List<ShardSpec> specs, ShardSpec.By by,
            Broadcast<Point> point) {
        return context.parallelize(specs, specs.size()).map(spec -> Shard.linearize(spec, by, point));
    }

    private static List<Shard.Start> starts(JavaRDD<Shard> shards) {
        return shards.map(Shard::start).collect();
    }

    @Override
    public int size() {
        return size;
    }

    /**
     * Sets {@code out} to the product with v.
     *
     * @throws ClusterException in one line, if it failed for good
     */
    @Override
    public void apply(double[] v, double[] out) {
        apply(new double[][] {v}, new double[][] {out});
    }

    /** As {@link #apply(double[], double[])} for several vectors in one job, or in a few where they are large. */
    @Override
    public void apply(double[][] v, double[][] out) {
        if (v.length != out.length) {
            throw new ShapeMismatchException(
                    "hessian: expected as many results as vectors, got " + out.length + " and " + v.length);
        }
        for (int i = 0; i < v.length; i++) {
            if (v[i].length != size || out[i].length != size) {
                throw new ShapeMismatchException("hessian: expected vectors of length " + size + ", got "
                        + v[i].length + " and " + out[i].length);
            }
        }
        int most = (int) Math.clamp(mostBytes / partBytes(), 1, Math.max(1, v.length));
        for (int from = 0; from < v.length; from += most) {
            int to = Math.min(v.length, from + most);
            multiply(Arrays.copyOfRange(v, from, to), Arrays.copyOfRange(out, from, to));
        }
    }

    /** Of the parts of one product. */
    private long partBytes() {
        return Math.max(1, (long) size * Double.BYTES * shards.getNumPartitions());
    }

    private void multiply(double[][] v, double[][] out) {
        products += v.length;
        String job = name + ": product " + products + (v.length == 1 ? "" : ", the last of " + v.length);
        Broadcast<double[][]> sent = context.broadcast(v);
        try {
            List<List<List<PairwiseSum.Run>>> parts = Jobs.run(context, job,
                    () -> partBytes() > mostBytes && shards.getNumPartitions() > 1
                            ? addedThere(shards, sent, groups(), microBatches, size)
                            : collected(shards, sent));
            PairwiseSum sum = new PairwiseSum(size);
            for (int i = 0; i < v.length; i++) {
                sum.clear();
                for (List<List<PairwiseSum.Run>> part : parts) {
                    part.get(i).forEach(sum::add);
                }
                sum.total(out[i]);
            }
        } finally {
            sent.destroy();
        }
    }

    private static List<List<List<PairwiseSum.Run>>> collected(JavaRDD<Shard> shards, Broadcast<double[][]> sent) {
        return shards.map(s -> s.apply(sent.value())).collect();
    }

    private int groups() {
        return (int) Math.clamp(mostBytes / ((long) size * Double.BYTES), 1, shards.getNumPartitions() / 2);
    }

    /**
     * One level of the tree on the executors. What a shuffle fetches comes in any order; it is put into that of the micro-batches
     * before it is added.
     */
    private static List<List<List<PairwiseSum.Run>>> addedThere(JavaRDD<Shard> shards, Broadcast<double[][]> sent,
            int groups, int microBatches, int size) {
        int span = Math.ceilDiv(microBatches, groups);
        List<Tuple2<Integer, List<PairwiseSum.Run>>> added = new ArrayList<>(shards
                .flatMapToPair(s -> s.apply(sent.value()).getFirst().stream()
                        .map(run -> new Tuple2<>(run.first() / span, run)).iterator())
                .groupByKey(new HashPartitioner(groups)).mapValues(runs -> add(runs, size)).collect());
        added.sort(Comparator.comparing(Tuple2::_1));
        return added.stream().map(group -> List.of(group._2)).toList();
    }

    private static List<PairwiseSum.Run> add(Iterable<PairwiseSum.Run> runs, int size) {
        List<PairwiseSum.Run> sorted = new ArrayList<>();
        runs.forEach(sorted::add);
        sorted.sort(Comparator.comparingInt(PairwiseSum.Run::first));
        PairwiseSum sum = new PairwiseSum(size, sorted.getFirst().first());
        sorted.forEach(sum::add);
        return sum.runs();
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public double[] gradient() {
        return gradient.clone();
    }

    /** Number of shards. */
    public int shards() {
        return shards.getNumPartitions();
    }

    @Override
    public void close() {
        if (!context.sc().isStopped()) {
            shards.unpersist(false);
            point.destroy();
        }
    }
}
