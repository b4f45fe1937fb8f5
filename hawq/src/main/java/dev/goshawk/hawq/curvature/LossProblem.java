package dev.goshawk.hawq.curvature;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.evaluation.RunningStatistics;
import dev.goshawk.models.Network;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.Objective;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;

/**
 * A point at which curvature is taken: the mean loss of a network over a fixed sample, with batch normalization in evaluation mode, as
 * a function of the parameters. The loss is cross-entropy unless another {@link Objective} is given.
 */
public final class LossProblem {
    private final Network network;
    private final Parameters parameters;
    private final Tensor inputs;
    private final Tensor targets;
    private final Backend backend;
    private final Objective objective;
    private final NetworkDescription description;
    private long images;

    /**
     * Mean cross-entropy.
     *
     * @param network the network
     * @param parameters where the derivatives are taken; shared, not copied
     * @param images [sample, height, width, 3], normalized, or what the network takes; float32 or float64
     * @param labels [sample, classes], rows summing to 1, of the images' type
     * @param backend what computes it
     * @throws ShapeMismatchException if the tensors do not fit each other or the network
     */
    public LossProblem(Network network, Parameters parameters, Tensor images, Tensor labels, Backend backend) {
        this(network, parameters, images, labels, Objective.CROSS_ENTROPY, backend);
    }

    /**
     * The mean of an objective.
     *
     * @param network the network
     * @param parameters where the derivatives are taken; shared, not copied
     * @param inputs [sample, ...] as the network takes them, float32 or float64
     * @param targets of the outputs' shape [sample, ...] and the inputs' type
     * @param objective the loss, a mean over the sample
     * @param backend what computes it
     * @throws ShapeMismatchException if the tensors do not fit each other or the network
     */
    public LossProblem(Network network, Parameters parameters, Tensor inputs, Tensor targets, Objective objective,
            Backend backend) {
        this.network = network;
        this.parameters = parameters;
        this.inputs = inputs;
        this.targets = targets;
        this.objective = objective;
        this.backend = backend;
        this.description = network.describe();
        requireTypes();
        Shape wanted = network.inputShape(1);
        Shape i = inputs.shape();
        boolean images = wanted.rank() == 4;
        if (i.rank() != wanted.rank() || i.dim(0) < 1 || images && i.dim(3) != wanted.dim(3)
                || !images && !row(i).equals(row(wanted))) {
            throw new ShapeMismatchException("loss: expected " + (images
                    ? "images [sample, height, width, " + wanted.dim(3) + "]"
                    : "inputs " + wanted + " with the sample's size in place of 1") + ", got " + i);
        }
        Shape l = targets.shape();
        if (l.rank() < 1 || l.dim(0) != i.dim(0)) {
            throw mismatch(i, l, Shape.of(i.dim(0), network.classes()));
        }
        Shape output = trace(1).labels().shape();
        if (!row(l).equals(row(output))) {
            int[] dims = output.dims();
            dims[0] = i.dim(0);
            throw mismatch(i, l, Shape.of(dims));
        }
    }

    private ShapeMismatchException mismatch(Shape inputs, Shape got, Shape expected) {
        return new ShapeMismatchException(expected.rank() == 2
                ? "loss: expected labels [" + inputs.dim(0) + ", " + expected.dim(1) + "] (images, classes of "
                        + network.name() + "), got " + got
                : "loss: expected targets " + expected + ", the outputs of " + network.name() + ", got " + got);
    }

    /** The shape of one row, with 1 for the batch. */
    private static Shape row(Shape batch) {
        int[] dims = batch.dims();
        dims[0] = 1;
        return Shape.of(dims);
    }

    private void requireTypes() {
        if (!inputs.dtype().isFloating() || inputs.dtype() != targets.dtype()) {
            throw new ShapeMismatchException(
                    "loss: expected images and labels of one floating type, got " + inputs.dtype()
                            + " and " + targets.dtype());
        }
        parameters.tensors().forEach((name, tensor) -> {
            if (tensor.dtype() != inputs.dtype()) {
                throw new ShapeMismatchException(
                        "loss: expected parameters in " + inputs.dtype() + " as the images, '" + name
                                + "' is " + tensor.dtype());
            }
        });
    }

    /** The loss over all images of a data set, in its order and in the parameters' element type. */
    public static LossProblem of(Network network, Parameters parameters, ImageDataset sample,
            Normalization normalization,
            Backend backend) {
        DType dtype = parameters.tensors().firstEntry().getValue().dtype();
        Batches batches = new Batches(sample, normalization, 0);
        Tensor images = Tensor.zeros(dtype, batches.imageShape(sample.size()));
        Tensor labels = Tensor.zeros(dtype, batches.labelShape(sample.size()));
        batches.fill(batches.inOrder(), 0, images, labels);
        return new LossProblem(network, parameters, images, labels, backend);
    }

    /** For weights without training: takes batch normalization's running statistics from the first {@code most} images. */
    public void measureStatistics(int most) {
        RunningStatistics.measure(network, parameters, rows(inputs, 0, Math.min(most, samples())), backend);
    }

    /** The network. */
    public Network network() {
        return network;
    }

    /** Where the derivatives are taken; shared. */
    public Parameters parameters() {
        return parameters;
    }

    /** The inputs, [sample, ...]; shared. */
    public Tensor images() {
        return inputs;
    }

    /** The targets, [sample, ...]; shared. */
    public Tensor labels() {
        return targets;
    }

    /** What computes it. */
    public Backend backend() {
        return backend;
    }

    /** The loss. */
    public Objective objective() {
        return objective;
    }

    /** Parameters and blocks of the network. */
    public NetworkDescription description() {
        return description;
    }

    /** Number of images. */
    public int samples() {
        return inputs.shape().dim(0);
    }

    /** Element type of everything computed. */
    public DType dtype() {
        return inputs.dtype();
    }

    /** The network traced for so many images, at least 1. */
    public TracedNetwork trace(int batch) {
        return task().trace(batch);
    }

    /**
     * Says how many bytes of decoded images are held while operators of this live; they leave that much of the heap.
     *
     * @return this
     */
    public LossProblem holding(long bytes) {
        images = bytes;
        return this;
    }

    /** What is to be computed, for planning it. */
    public HessianPlan.Task task() {
        return new HessianPlan.Task(network, dtype(), inputs.shape(), objective, backend, images);
    }

    /** Inputs {@code from .. from + count - 1}; shared. */
    public Tensor images(int from, int count) {
        return rows(inputs, from, count);
    }

    /** Targets {@code from .. from + count - 1}; shared. */
    public Tensor labels(int from, int count) {
        return rows(targets, from, count);
    }

    /** Rows {@code from .. from + count - 1}, shared. */
    static Tensor rows(Tensor t, int from, int count) {
        int[] dims = t.shape().dims();
        int row = t.size() / dims[0];
        dims[0] = count;
        Shape part = Shape.of(dims);
        int at = t.offset() + from * row;
        return t.dtype() == DType.FLOAT64 ? Tensor.view(part, t.doubles(), at) : Tensor.view(part, t.floats(), at);
    }
}
