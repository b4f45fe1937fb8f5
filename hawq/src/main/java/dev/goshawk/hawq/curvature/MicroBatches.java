package dev.goshawk.hawq.curvature;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.operator.FunctionHessian;
import dev.goshawk.operator.LinearOperator.ResidentVector;
import dev.goshawk.operator.PairwiseSum;
import dev.goshawk.operator.ParameterVector;
import dev.goshawk.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * Consecutive micro-batches of a sample and what they contribute to its loss, gradient and products: a whole {@link HessianOperator},
 * or the part of one that a machine of several has. Contributions are added to a {@link PairwiseSum}, so that a sample has the same
 * bits however it is divided.
 *
 * <p>Not for use by two threads at once.
 */
public final class MicroBatches {
    /**
     * Where these images are in the whole sample.
     *
     * @param first number of the first image, a multiple of the micro-batch
     * @param samples images of the whole sample
     */
    public record Place(int first, int samples) {
        public Place {
            if (first < 0 || samples <= first) {
                throw new IllegalArgumentException(
                        "micro-batches: expected a first image in [0, " + samples + "), got " + first);
            }
        }
    }

    private final LossProblem problem;
    private final Place place;
    private final ParameterVector variables;
    private final List<Chunk> chunks;
    private final boolean resident;
    private final double[] part;

    /** Of products that exist. */
    MicroBatches(LossProblem problem, Place place, List<String> names, List<Chunk> chunks, boolean resident) {
        this.problem = problem;
        this.place = place;
        SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
        names.forEach(n -> shapes.put(n, problem.parameters().get(n).shape()));
        this.variables = new ParameterVector(shapes);
        this.chunks = chunks;
        this.resident = resident;
        this.part = new double[variables.size()];
    }

    /**
     * Compiles the products of a problem's micro-batches; {@link #linearize} is to be called before anything else.
     *
     * @param problem these images' own
     * @param place where they are in the whole sample
     * @param names the parameters that the matrix is by, in the order of its vectors
     * @param batch images of a micro-batch, at least 1; the last of the sample may be smaller
     * @param recompute whether one micro-batch's memory serves all even where {@code memory} could keep them; the same bits
     * @param memory bytes that may be taken
     * @throws HeapTooSmallException if one micro-batch needs more
     */
    public static MicroBatches of(LossProblem problem, Place place, CurvatureMatrix matrix, List<String> names,
            int batch,
            boolean recompute, long memory) {
        HessianPlan plan = HessianPlan.of(problem.task(), matrix, names, batch, recompute, memory);
        // A backend with memory of its own says itself what does not fit there.
        if (plan.bytes() > memory && problem.backend().ownMemoryBytes().isEmpty()) {
            throw new HeapTooSmallException(
                    "hessian of " + problem.network().name() + ": " + plan.microBatch() + " images at once",
                    plan.bytes(), memory, Setting.MICRO_BATCH, HessianPlan.fitting(plan.microBatch(), memory,
                            images -> HessianPlan.of(problem.task(), matrix, names, images, true, memory)));
        }
        return new MicroBatches(problem, place, names, Chunk.cut(problem, plan.microBatch(), plan.kept(), count -> {
            HessianVectorProduct product = matrix.product(problem.trace(count), names, problem.backend());
            problem.parameters().tensors().forEach(product::bind);
            return product;
        }), plan.kept());
    }

    /**
     * Takes up the parameters and images as they are now, and adds what the micro-batches contribute.
     *
     * @param losses sum of vectors of length 1
     * @param gradients sum of vectors of the variables' number
     * @throws NonFiniteLossException if the loss is not a finite number; the message names the first micro-batch where it is not
     */
    public void linearize(PairwiseSum losses, PairwiseSum gradients) {
        collect(c -> c.moveTo(problem), losses, gradients);
    }

    /** As {@link #linearize} at a point that is linearized already. */
    void collect(PairwiseSum losses, PairwiseSum gradients) {
        collect(c -> {
        }, losses, gradients);
    }

    private void collect(Consumer<Chunk> before, PairwiseSum losses, PairwiseSum gradients) {
        for (Chunk c : chunks) {
            before.accept(c);
            double weight = c.weight(place.samples);
            losses.add(weight, new double[] {c.loss(problem, place.first)});
            variables.gather(c.product()::gradient, part);
            gradients.add(weight, part);
        }
    }

    /**
     * Adds the products of the micro-batches with v.
     *
     * @param v of the variables' number
     */
    public void apply(double[] v, PairwiseSum products) {
        for (Chunk c : chunks) {
            if (!resident) {
                c.moveTo(problem);
            }
            variables.scatter(v, c.product()::direction);
            c.product().apply();
            variables.gather(c.product()::product, part);
            products.add(c.weight(place.samples), part);
        }
    }

    /** Which parameter lies where in the vectors. */
    public ParameterVector variables() {
        return variables;
    }

    /** The product on the backend's own memory; there is one if all is one micro-batch. */
    Optional<ResidentVector> onDevice() {
        return chunks.size() == 1 ? FunctionHessian.resident(chunks.get(0).product(), variables) : Optional.empty();
    }

    /** Whether every micro-batch keeps what does not depend on v. */
    public boolean isResident() {
        return resident;
    }
}
