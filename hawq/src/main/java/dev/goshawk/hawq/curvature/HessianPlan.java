package dev.goshawk.hawq.curvature;

import dev.goshawk.autodiff.HessianBlocks;
import dev.goshawk.autodiff.Linearization;
import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.models.Block;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Objective;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.operator.PairwiseSum;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a {@link HessianOperator} takes in memory, found without taking it.
 *
 * @param samples images in all
 * @param microBatch images computed at once, at most {@code samples}
 * @param kept whether every micro-batch keeps what does not depend on the vector; otherwise one micro-batch's memory serves
 *        all, and each product computes it again
 * @param primalBytes for one micro-batch, what does not depend on the vector: forward pass, gradient, what products read of them
 * @param tangentBytes for one micro-batch, what a product computes
 * @param lastBytes both for a smaller last micro-batch, 0 where there is none
 * @param vectorBytes gradient, sums and directions
 */
public record HessianPlan(int samples, int microBatch, boolean kept, long primalBytes, long tangentBytes,
        long lastBytes,
        long vectorBytes) {

    /**
     * A sample and how it is computed.
     *
     * @param dtype of everything
     * @param inputs shape of all inputs, [sample, ...]
     * @param objective the loss
     * @param images bytes of decoded images that are held all the while
     */
    public record Task(Network network, DType dtype, Shape inputs, Objective objective, Backend backend, long images) {
        /** A sample of images and its cross-entropy. */
        public Task(Network network, DType dtype, int samples, int height, int width, Backend backend) {
            this(network, dtype, Shape.of(samples, height, width, 3), Objective.CROSS_ENTROPY, backend, 0);
        }

        /** The same while so many bytes of decoded images are held. */
        public Task holding(long images) {
            return new Task(network, dtype, inputs, objective, backend, images);
        }

        /** What is held whatever is computed. */
        public Footprint held() {
            Footprint held = Footprint.NONE.hold("parameters, " + dtype, parameterBytes())
                    .hold("sample of " + samples() + " images " + extents(), sampleBytes());
            return images == 0 ? held : held.hold("the data set's images, decoded", images);
        }

        TracedNetwork trace(int batch) {
            return trace(batch, LayerHooks.NONE);
        }

        TracedNetwork trace(int batch, LayerHooks hooks) {
            return network.trace(dtype, rows(batch), Mode.EVALUATION, hooks, objective);
        }

        private Shape rows(int count) {
            int[] dims = inputs.dims();
            dims[0] = count;
            return Shape.of(dims);
        }

        /** The same with another number of rows. */
        public Task of(int samples) {
            return new Task(network, dtype, rows(samples), objective, backend, images);
        }

        /** Number of inputs. */
        public int samples() {
            return inputs.dim(0);
        }

        /** Extents of one input, such as {@code 32x32} for images of three channels. */
        public String extents() {
            int last = inputs.rank() == 4 && inputs.dim(3) == 3 ? 3 : inputs.rank();
            return IntStream.range(1, last).mapToObj(axis -> Integer.toString(inputs.dim(axis)))
                    .collect(Collectors.joining("x"));
        }

        /** The network's HAWQ blocks, in its order. */
        public List<Block> blocks() {
            return trace(1).blocks();
        }

        /** Bytes of the inputs and targets. */
        public long sampleBytes() {
            return (inputs.size() + (long) samples() * trace(1).labels().shape().size()) * dtype.bytes();
        }

        /** Bytes of all parameters. */
        public long parameterBytes() {
            return network.describe().elementCount() * dtype.bytes();
        }
    }

    /**
     * Plans an operator by the named parameters.
     *
     * @param microBatch most images at once, at least 1
     * @param recompute whether micro-batches never keep what does not depend on the vector
     * @param limit bytes the operator may take; micro-batches are kept only if all of it stays below that
     */
    public static HessianPlan of(Task task, List<String> names, int microBatch, boolean recompute, long limit) {
        return of(task, CurvatureMatrix.HESSIAN, names, microBatch, recompute, limit);
    }

    /** As {@link #of(Task, List, int, boolean, long)} for any of the matrices. */
    static HessianPlan of(Task task, CurvatureMatrix matrix, List<String> names, int microBatch, boolean recompute,
            long limit) {
        TracedNetwork one = task.trace(1);
        long size = names.stream().mapToLong(n -> one.parameter(n).shape().size()).sum();
        return of(task, batch -> matrix.trace(task.trace(batch), names), whole -> vectorBytes(task, size, whole),
                microBatch, recompute, limit);
    }

    /**
     * Plans any product.
     *
     * @param trace the product's parts for so many images
     * @param vectorBytes of so many images at once
     */
    static HessianPlan of(Task task, IntFunction<Linearization> trace, IntToLongFunction vectorBytes, int microBatch,
            boolean recompute, long limit) {
        if (microBatch < 1) {
            throw new IllegalArgumentException("batch: expected at least 1 image, got " + microBatch);
        }
        int whole = Math.min(microBatch, task.samples());
        int last = task.samples() % whole;
        Linearization parts = trace.apply(whole);
        long primal = task.backend().plannedBytes(parts.primal());
        long tangent = task.backend().plannedBytes(parts.tangent());
        long lastBytes = last == 0 ? 0 : trace.apply(last).plannedBytes(task.backend());
        long vectors = vectorBytes.applyAsLong(whole);
        HessianPlan keeping = new HessianPlan(task.samples(), whole, true, primal, tangent, lastBytes, vectors);
        boolean single = task.samples() <= whole;
        return single || !recompute && keeping.bytes() <= limit ? keeping : keeping.recomputing();
    }

    /**
     * Plans the diagonal blocks of all HAWQ blocks with one primal part for all of them, which {@link #primalBytes()} gives for each.
     *
     * @param microBatch most images at once, at least 1
     * @return a plan for each block, in network order; micro-batches are kept
     */
    public static SequencedMap<Block, HessianPlan> ofBlocks(Task task, int microBatch) {
        if (microBatch < 1) {
            throw new IllegalArgumentException("batch: expected at least 1 image, got " + microBatch);
        }
        int whole = Math.min(microBatch, task.samples());
        int last = task.samples() % whole;
        TracedNetwork traced = task.trace(whole);
        Linearization parts = HessianBlocks.trace(traced.loss(), variables(traced));
        TracedNetwork small = last == 0 ? traced : task.trace(last);
        Linearization lastParts = last == 0 ? parts : HessianBlocks.trace(small.loss(), variables(small));
        long primal = task.backend().plannedBytes(parts.primal());
        long lastPrimal = last == 0 ? 0 : task.backend().plannedBytes(lastParts.primal());
        SequencedMap<Block, HessianPlan> plans = new LinkedHashMap<>();
        for (Block b : traced.blocks()) {
            long tangent = tangentBytes(task, parts, b);
            long lastBytes = last == 0 ? 0 : lastPrimal + tangentBytes(task, lastParts, b);
            plans.put(b, new HessianPlan(task.samples(), whole, true, primal, tangent, lastBytes,
                    vectorBytes(task, b.weightCount(), whole)));
        }
        return plans;
    }

    private static long tangentBytes(Task task, Linearization parts, Block block) {
        return task.backend().plannedBytes(HessianBlocks.tangent(parts, block.weights()));
    }

    /** The weights of each HAWQ block. */
    static List<List<Value>> variables(TracedNetwork traced) {
        return traced.blocks().stream().map(b -> b.weights().stream().map(traced::parameter).toList()).toList();
    }

    /** Gradient, a micro-batch's widened part and partial sums in float64; a direction for each compiled product. */
    private static long vectorBytes(Task task, long size, int microBatch) {
        int sums = PairwiseSum.vectors(Math.ceilDiv(task.samples(), microBatch));
        return size * ((2L + sums) * Double.BYTES + 2L * task.dtype().bytes());
    }

    /** The largest halving of a micro-batch whose plan fits, if any does. */
    static OptionalInt fitting(int microBatch, long limit, IntFunction<HessianPlan> plans) {
        for (int images = microBatch / 2; images >= 1; images /= 2) {
            if (plans.apply(images).bytes() <= limit) {
                return OptionalInt.of(images);
            }
        }
        return OptionalInt.empty();
    }

    private HessianPlan recomputing() {
        return new HessianPlan(samples, microBatch, false, primalBytes, tangentBytes, lastBytes, vectorBytes);
    }

    /** Number of micro-batches. */
    public int microBatches() {
        return Math.ceilDiv(samples, microBatch);
    }

    /** Bytes in all. */
    public long bytes() {
        long whole = kept ? samples / microBatch : 1;
        return whole * (primalBytes + tangentBytes) + lastBytes + vectorBytes;
    }
}
