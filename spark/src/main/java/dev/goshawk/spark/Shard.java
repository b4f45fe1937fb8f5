package dev.goshawk.spark;

import dev.goshawk.hawq.curvature.LossProblem;
import dev.goshawk.hawq.curvature.MicroBatches;
import dev.goshawk.hawq.curvature.NonFiniteLossException;
import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.operator.PairwiseSum;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * A shard on its executor, linearized. What is large stays there: where Spark copies a shard to another executor, only what it takes
 * to compute it again goes along.
 */
final class Shard implements Serializable {
    private static final long serialVersionUID = 1;
    /** Of an executor's heap, for shards; the rest is for vectors, parameters and what Spark holds. */
    private static final double ROOM = 0.5;

    private final ShardSpec spec;
    private final ShardSpec.By by;
    private final Broadcast<Point> point;
    private transient @Nullable Linearized linearized;

    private record Linearized(MicroBatches parts, List<PairwiseSum.Run> start) {
    }

    private Shard(ShardSpec spec, ShardSpec.By by, Broadcast<Point> point) {
        this.spec = spec;
        this.by = by;
        this.point = point;
    }

    /** Computes what does not depend on a vector. */
    static Shard linearize(ShardSpec spec, ShardSpec.By by, Broadcast<Point> point) {
        Shard shard = new Shard(spec, by, point);
        shard.linearized();
        return shard;
    }

    private synchronized Linearized linearized() {
        if (linearized == null) {
            LossProblem problem = point.value().problem(spec.images().value().tensor(), spec.labels().value().tensor());
            try {
                MicroBatches parts = MicroBatches.of(problem,
                        new MicroBatches.Place(spec.first() * spec.microBatch(), spec.samples()), by.matrix(),
                        by.parameters(), spec.microBatch(), by.recompute(), (long) (Heap.limit() * ROOM * by.share()));
                PairwiseSum losses = new PairwiseSum(1, spec.first());
                PairwiseSum gradients = new PairwiseSum(parts.variables().size(), spec.first());
                parts.linearize(losses, gradients);
                linearized = new Linearized(parts, joined(gradients.runs(), losses.runs()));
            } catch (NonFiniteLossException | HeapTooSmallException e) {
                throw new ShardException(e);
            }
        }
        return linearized;
    }

    /** The nodes of one sum and, as their last elements, those of another over the same vectors. */
    private static List<PairwiseSum.Run> joined(List<PairwiseSum.Run> sums, List<PairwiseSum.Run> last) {
        List<PairwiseSum.Run> both = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            PairwiseSum.Run run = sums.get(i);
            double[] sum = Arrays.copyOf(run.sum(), run.sum().length + 1);
            sum[sum.length - 1] = last.get(i).sum()[0];
            both.add(new PairwiseSum.Run(run.first(), run.vectors(), sum));
        }
        return both;
    }

    /** What it adds to one vector: the gradient and, as its last element, the loss. */
    List<List<PairwiseSum.Run>> start() {
        return List.of(linearized().start);
    }

    /** What it adds to the products with some vectors. */
    synchronized List<List<PairwiseSum.Run>> apply(double[][] vectors) {
        MicroBatches parts = linearized().parts;
        List<List<PairwiseSum.Run>> products = new ArrayList<>();
        PairwiseSum sum = new PairwiseSum(parts.variables().size(), spec.first());
        for (double[] v : vectors) {
            sum.clear();
            parts.apply(v, sum);
            products.add(sum.runs());
        }
        return products;
    }
}
