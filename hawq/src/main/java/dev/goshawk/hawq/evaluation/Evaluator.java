package dev.goshawk.hawq.evaluation;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.Augmentation;
import dev.goshawk.data.Batches;
import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.data.PrefetchingBatches;
import dev.goshawk.graph.Graph;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.function.Consumer;

/**
 * Runs a network forward over data sets. The batch is fixed and its last rows are padded with zeros, which no image's logits depend
 * on as long as batch normalization uses its running statistics.
 */
public final class Evaluator {
    private static final String LOGITS = "logits";

    private final Executable forward;
    private final Tensor images;
    private final Tensor labels;

    /** Told the logits of each image, in order. */
    @FunctionalInterface
    public interface LogitsListener {
        /** Does nothing. */
        LogitsListener NONE = (image, logits) -> {
        };

        /** Takes one image's logits, a fresh array. */
        void logits(int image, double[] logits);
    }

    /**
     * Compiles the forward pass and binds the parameters, which are shared: later changes of their elements are seen.
     *
     * @param traced the network, in evaluation mode
     */
    public Evaluator(TracedNetwork traced, Parameters parameters, Backend backend) {
        this(traced, parameters::bindTo, backend);
    }

    /**
     * Compiles the forward pass.
     *
     * @param traced the network, in evaluation mode
     * @param bind binds everything but the images
     */
    public Evaluator(TracedNetwork traced, Consumer<Executable> bind, Backend backend) {
        this.forward = backend.compile(Graph.of(LOGITS, traced.logits()));
        this.images = Tensor.zeros(traced.images().dtype(), traced.images().shape());
        this.labels = Tensor.zeros(traced.images().dtype(), traced.labels().shape());
        bind.accept(forward);
        forward.bind(TracedNetwork.IMAGES, images);
    }

    /**
     * Takes what is compiled already.
     *
     * @param forward gives {@value #LOGITS}
     * @param images where it takes a batch of images from; bound by this
     * @param classes number of logits of an image
     */
    public Evaluator(Executable forward, Tensor images, int classes) {
        this.forward = forward;
        this.images = images;
        this.labels = Tensor.zeros(images.dtype(), Shape.of(images.shape().dim(0), classes));
        forward.bind(TracedNetwork.IMAGES, images);
    }

    /** Bytes that an evaluator takes, found without taking them; parameters are not counted. */
    public static long plannedBytes(TracedNetwork traced, Backend backend) {
        return backend.plannedBytes(Graph.of(LOGITS, traced.logits())) + traced.images().type().bytes()
                + traced.labels().type().bytes();
    }

    /** The compiled forward pass, for binding inputs other than the parameters and images. */
    public Executable forward() {
        return forward;
    }

    /**
     * Loss and accuracy over every image of a data set.
     *
     * @throws NonFiniteLogitsException naming the first image that has a logit which is not a finite number
     */
    public Evaluation evaluate(Batches batches, LogitsListener listener) {
        return evaluate(batches, ImageFaults.strict(), listener);
    }

    /**
     * Loss and accuracy over every image of a data set that can be read. Images are decoded while the network computes.
     *
     * @param faults receives the images that cannot be read; they are not counted
     * @throws NonFiniteLogitsException naming the first image that has a logit which is not a finite number
     * @throws DataException if an image cannot be read and that is not tolerated, or if none can be
     */
    public Evaluation evaluate(Batches batches, ImageFaults faults, LogitsListener listener) {
        ImageDataset dataset = batches.dataset();
        Tally tally = new Tally();
        try (PrefetchingBatches pass = PrefetchingBatches.over(batches, batches.inOrder(), Augmentation.NONE, 0,
                faults)) {
            for (int count = pass.next(images, labels); count > 0; count = pass.next(images, labels)) {
                forward.run();
                for (int row = 0; row < count; row++) {
                    double[] logits = row(row);
                    int image = pass.image(row);
                    tally.add(logits, dataset.label(image), dataset.name(image));
                    listener.logits(image, logits);
                }
            }
        }
        return tally.result();
    }

    /**
     * Loss and accuracy over images that are tensors already.
     *
     * @param inputs [N, height, width, 3] as the network takes them, float32 or float64
     * @param classes N labels
     * @throws NonFiniteLogitsException naming the first image that has a logit which is not a finite number
     */
    public Evaluation evaluate(Tensor inputs, int[] classes, LogitsListener listener) {
        Tally tally = new Tally();
        logits(inputs, classes.length, (image, logits) -> {
            tally.add(logits, classes[image], "image " + image);
            listener.logits(image, logits);
        });
        return tally.result();
    }

    /**
     * The logits of images that are tensors already, whatever numbers they are.
     *
     * @param inputs [N, height, width, 3] as the network takes them, float32 or float64
     * @param count N
     */
    public void logits(Tensor inputs, int count, LogitsListener listener) {
        int batch = images.shape().dim(0);
        int pixels = images.size() / batch;
        if (inputs.size() != count * pixels) {
            throw new ShapeMismatchException("evaluation: expected " + count + " images of "
                    + images.shape() + " (one a label), got " + inputs.shape());
        }
        for (int from = 0; from < count; from += batch) {
            int rows = Math.min(batch, count - from);
            images.fill(0);
            for (int i = 0; i < rows * pixels; i++) {
                images.set(i, inputs.get(from * pixels + i));
            }
            forward.run();
            for (int row = 0; row < rows; row++) {
                listener.logits(from + row, row(row));
            }
        }
    }

    private double[] row(int row) {
        Tensor out = forward.output(LOGITS);
        double[] logits = new double[out.shape().dim(1)];
        for (int c = 0; c < logits.length; c++) {
            logits[c] = out.get(row * logits.length + c);
        }
        return logits;
    }
}
