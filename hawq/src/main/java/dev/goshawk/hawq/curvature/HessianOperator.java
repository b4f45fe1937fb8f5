package dev.goshawk.hawq.curvature;

import dev.goshawk.hawq.memory.Heap;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.models.Block;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.operator.LinearOperator;
import dev.goshawk.operator.PairwiseSum;
import dev.goshawk.operator.ParameterVector;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.List;
import java.util.Optional;

/**
 * The Hessian (or another {@link CurvatureMatrix}) of a network's loss by some of its parameters, as products H v (Pearlmutter, Neural Computation 6, 1994, eq. 2:
 * exact but for rounding). All other parameters are held fixed, so for the weights of one block this is that block's part of the
 * diagonal of the network's Hessian.
 *
 * <p>A sample larger than the batch is cut into consecutive micro-batches. The loss is the mean over images, so its value,
 * gradient and products are the micro-batches' own, weighted by their number of images and added in float64 as a pairwise tree over
 * their indices ({@link PairwiseSum}): bit-identical for any thread count, and for any split into aligned runs of micro-batches. What does not depend on v is computed once for each micro-batch and kept where the heap (or
 * the backend's own memory) has room for all of them; otherwise one micro-batch's memory serves all, and each product computes it again, at about a gradient's
 * cost more. Where the heap cannot hold one micro-batch a {@link HeapTooSmallException} says so before anything is taken;
 * {@link HessianPlan} gives the sizes.
 *
 * <p>Not for use by two threads at once.
 */
public final class HessianOperator implements LinearOperator {
    private final MicroBatches parts;
    private final double[] gradient;
    private final PairwiseSum sums;
    private double loss;

    private HessianOperator(LossProblem problem, CurvatureMatrix matrix, List<String> names, int batch,
            boolean recompute, long memory) {
        this(MicroBatches.of(problem, whole(problem), matrix, names, batch, recompute, memory));
        linearize();
    }

    /** With products at a point that is already linearized. */
    HessianOperator(LossProblem problem, List<String> names, List<Chunk> linearized) {
        this(new MicroBatches(problem, whole(problem), names, linearized, true));
        PairwiseSum losses = new PairwiseSum(1);
        parts.collect(losses, sums);
        take(losses);
    }

    private HessianOperator(MicroBatches parts) {
        this.parts = parts;
        this.gradient = new double[parts.variables().size()];
        this.sums = new PairwiseSum(gradient.length);
    }

    private static MicroBatches.Place whole(LossProblem problem) {
        return new MicroBatches.Place(0, problem.samples());
    }

    /**
     * The Hessian by every trainable parameter, in PyTorch's order.
     *
     * @param batch most images computed at once, at least 1
     * @throws NonFiniteLossException if the loss at the point is not a finite number
     */
    public static HessianOperator full(LossProblem problem, int batch) {
        return by(problem, problem.description().trainable().stream().map(ParameterSpec::name).toList(), batch);
    }

    /**
     * The diagonal block of the convolution and linear weights of one HAWQ block.
     *
     * @param batch most images computed at once, at least 1
     * @throws IllegalArgumentException naming the blocks there are, if there is none of that name
     * @throws NonFiniteLossException if the loss at the point is not a finite number
     */
    public static HessianOperator block(LossProblem problem, String name, int batch) {
        return block(problem, name, batch, false);
    }

    /**
     * As {@link #block(LossProblem, String, int)}.
     *
     * @param recompute whether one micro-batch's memory serves all even where the heap could keep them; the same bits
     */
    public static HessianOperator block(LossProblem problem, String name, int batch, boolean recompute) {
        return by(problem, problem.description().block(name).weights(), batch, recompute, memory(problem));
    }

    /**
     * The Hessian by the named parameters, in the order of the names.
     *
     * @param batch most images computed at once, at least 1
     * @throws IllegalArgumentException if the network has no such trainable parameter
     * @throws NonFiniteLossException if the loss at the point is not a finite number
     */
    public static HessianOperator by(LossProblem problem, List<String> names, int batch) {
        return by(problem, names, batch, false, memory(problem));
    }

    /**
     * Another matrix by the named parameters: as {@link #by(LossProblem, List, int)}.
     *
     * @param recompute whether one micro-batch's memory serves all even where the heap could keep them; the same bits
     */
    public static HessianOperator of(LossProblem problem, CurvatureMatrix matrix, List<String> names, int batch,
            boolean recompute) {
        return new HessianOperator(problem, matrix, names, batch, recompute, memory(problem));
    }

    /** As {@link #by(LossProblem, List, int)} with the bytes it may take; {@code recompute} keeps one micro-batch only. */
    static HessianOperator by(LossProblem problem, List<String> names, int batch, boolean recompute, long memory) {
        return new HessianOperator(problem, CurvatureMatrix.HESSIAN, names, batch, recompute, memory);
    }

    /** Bytes that operators may take. */
    static long memory(LossProblem problem) {
        HessianPlan.Task task = problem.task();
        return problem.backend().ownMemoryBytes().orElseGet(Heap::limit) - task.held().heldBytes();
    }

    /** The HAWQ blocks of the problem's network, in its order. */
    public static List<Block> blocks(LossProblem problem) {
        return problem.description().blocks();
    }

    /**
     * Takes up the parameters and images as they are now. Called by the constructor; to be called again after they have changed.
     *
     * @throws NonFiniteLossException if the loss is not a finite number; the message names the first micro-batch where it is not
     */
    public void linearize() {
        PairwiseSum losses = new PairwiseSum(1);
        sums.clear();
        parts.linearize(losses, sums);
        take(losses);
    }

    private void take(PairwiseSum losses) {
        double[] total = new double[1];
        losses.total(total);
        loss = total[0];
        sums.total(gradient);
    }

    @Override
    public int size() {
        return gradient.length;
    }

    /**
     * Sets {@code out} to the product with v.
     *
     * <p>In float32 the direction is rounded to float32; scale v to a norm near 1, as the spectral algorithms do.
     */
    @Override
    public void apply(double[] v, double[] out) {
        if (v.length != size() || out.length != size()) {
            throw new ShapeMismatchException(
                    "hessian: expected vectors of length " + size() + ", got " + v.length + " and "
                            + out.length);
        }
        sums.clear();
        parts.apply(v, sums);
        sums.total(out);
    }

    /** The product on the backend's own memory; there is one if the whole sample is one micro-batch. */
    @Override
    public Optional<ResidentVector> resident() {
        return parts.onDevice();
    }

    /** Which parameter lies where in the vectors. */
    public ParameterVector variables() {
        return parts.variables();
    }

    /** The mean loss over the sample at the point. */
    public double loss() {
        return loss;
    }

    /** The loss's gradient by {@link #variables()}, a copy. */
    public double[] gradient() {
        return gradient.clone();
    }

    /** Euclidean norm of {@link #gradient()}. */
    public double gradientNorm() {
        double s = 0;
        for (double g : gradient) {
            s += g * g;
        }
        return Math.sqrt(s);
    }

    /** Whether every micro-batch keeps what does not depend on v. */
    public boolean isResident() {
        return parts.isResident();
    }
}
