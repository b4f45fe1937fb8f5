package dev.goshawk.hawq.curvature;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.evaluation.RunningStatistics;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;

/**
 * A point at which curvature is taken: the mean cross-entropy of a network over a fixed sample, with batch normalization in
 * evaluation mode, as a function of the parameters.
 *
 * @param network the network
 * @param parameters where the derivatives are taken; shared, not copied
 * @param images [sample, height, width, 3], normalised, float32 or float64
 * @param labels [sample, classes], rows summing to 1, of the images' type
 * @param backend what computes it
 */
public record LossProblem(Network network, Parameters parameters, Tensor images, Tensor labels, Backend backend) {

    /**
     * Checks that the tensors fit each other.
     *
     * @throws ShapeMismatchException if they do not
     */
    public LossProblem {
        Shape i = images.shape();
        Shape l = labels.shape();
        if (i.rank() != 4 || i.dim(3) != 3 || i.dim(0) < 1) {
            throw new ShapeMismatchException("loss: expected images [sample, height, width, 3], got " + i);
        }
        if (!l.equals(Shape.of(i.dim(0), network.classes()))) {
            throw new ShapeMismatchException("loss: expected labels [" + i.dim(0) + ", " + network.classes()
                    + "] (images, classes of " + network.name() + "), got " + l);
        }
        if (!images.dtype().isFloating() || images.dtype() != labels.dtype()) {
            throw new ShapeMismatchException(
                    "loss: expected images and labels of one floating type, got " + images.dtype()
                            + " and " + labels.dtype());
        }
        parameters.tensors().forEach((name, tensor) -> {
            if (tensor.dtype() != images.dtype()) {
                throw new ShapeMismatchException(
                        "loss: expected parameters in " + images.dtype() + " as the images, '" + name
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
        RunningStatistics.measure(network, parameters, rows(images, 0, Math.min(most, samples())), backend);
    }

    /** Number of images. */
    public int samples() {
        return images.shape().dim(0);
    }

    /** Element type of everything computed. */
    public DType dtype() {
        return images.dtype();
    }

    /** The network traced for so many images. */
    TracedNetwork trace(int batch) {
        return task().trace(batch);
    }

    /** What is to be computed, for planning it. */
    public HessianPlan.Task task() {
        return new HessianPlan.Task(network, dtype(), samples(), images.shape().dim(1), images.shape().dim(2), backend);
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
