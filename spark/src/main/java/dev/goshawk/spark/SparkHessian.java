package dev.goshawk.spark;

import dev.goshawk.hawq.cluster.ClusterException;
import dev.goshawk.hawq.cluster.ClusterOperator;
import dev.goshawk.operator.PairwiseSum;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
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
    /** Of the sum's tree, in all shards' parts of one product. */
    private final int nodes;
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
        this.nodes = nodes(specs, microBatches);
        this.mostBytes = mostBytes;
        this.shards = linearized(context, specs, by, point).setName(name + ": linearized shards")
                .persist(StorageLevel.MEMORY_ONLY());
        double[] start = new double[size + 1];
        try {
            total(parts(name + ": linearize " + specs.size() + " shards", Shard::start), 0, start);
        } catch (ClusterException e) {
            close();
            throw e;
        }
        this.loss = start[size];
        this.gradient = Arrays.copyOf(start, size);
    }

    private static int nodes(List<ShardSpec> specs, int microBatches) {
        int nodes = 0;
        for (int i = 0; i < specs.size(); i++) {
            int end = i + 1 < specs.size() ? specs.get(i + 1).first() : microBatches;
            nodes += Split.nodes(specs.get(i).first(), end);
        }
        return nodes;
    }

    private static JavaRDD<Shard> linearized(JavaSparkContext context, List<ShardSpec> specs, ShardSpec.By by,
            Broadcast<Point> point) {
        return context.parallelize(specs, specs.size()).map(spec -> Shard.linearize(spec, by, point));
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
        return Math.max(1, (long) size * Double.BYTES * nodes);
    }

    private void multiply(double[][] v, double[][] out) {
        products += v.length;
        String job = name + ": product " + products + (v.length == 1 ? "" : ", the last of " + v.length);
        Broadcast<double[][]> sent = context.broadcast(v);
        try {
            List<List<List<PairwiseSum.Run>>> parts = parts(job, s -> s.apply(sent.value()));
            for (int i = 0; i < v.length; i++) {
                total(parts, i, out[i]);
            }
        } finally {
            sent.destroy();
        }
    }

    private static void total(List<List<List<PairwiseSum.Run>>> parts, int vector, double[] out) {
        PairwiseSum sum = new PairwiseSum(out.length);
        for (List<List<PairwiseSum.Run>> part : parts) {
            part.get(vector).forEach(sum::add);
        }
        sum.total(out);
    }

    /**
     * The parts of sums in the order of the micro-batches, each a list of nodes for each vector. Large ones are added on the executors
     * first.
     *
     * @param work what a shard adds; to one vector, where parts are large
     */
    private List<List<List<PairwiseSum.Run>>> parts(String job, Function<Shard, List<List<PairwiseSum.Run>>> work) {
        return Jobs.run(context, job, () -> partBytes() > mostBytes && shards.getNumPartitions() > 1
                ? addedThere(shards, work, span(), microBatches)
                : shards.map(work).collect());
    }

    /** Micro-batches that are added on one executor, a power of two: a node of the tree. */
    private int span() {
        int groups = Math.clamp(mostBytes / ((long) size * Double.BYTES), 1, shards.getNumPartitions() / 2);
        return Integer.highestOneBit(2 * Math.ceilDiv(microBatches, groups) - 1);
    }

    /**
     * One level of the tree on the executors. What a shuffle fetches comes in any order; it is put into that of the micro-batches
     * before it is added.
     */
    private static List<List<List<PairwiseSum.Run>>> addedThere(JavaRDD<Shard> shards,
            Function<Shard, List<List<PairwiseSum.Run>>> work, int span, int microBatches) {
        List<Tuple2<Integer, List<PairwiseSum.Run>>> added = new ArrayList<>(shards
                .flatMapToPair(s -> work.call(s).getFirst().stream()
                        .map(run -> new Tuple2<>(run.first() / span, run)).iterator())
                .groupByKey(Math.ceilDiv(microBatches, span)).mapValues(SparkHessian::add).collect());
        added.sort(Comparator.comparing(Tuple2::_1));
        return added.stream().map(group -> List.of(group._2)).toList();
    }

    private static List<PairwiseSum.Run> add(Iterable<PairwiseSum.Run> runs) {
        List<PairwiseSum.Run> sorted = new ArrayList<>();
        runs.forEach(sorted::add);
        sorted.sort(Comparator.comparingInt(PairwiseSum.Run::first));
        PairwiseSum.Run first = sorted.getFirst();
        PairwiseSum sum = new PairwiseSum(first.sum().length, first.first());
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
