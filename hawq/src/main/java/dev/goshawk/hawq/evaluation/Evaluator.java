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
        double loss = 0;
        int correct = 0;
        int samples = 0;
        try (PrefetchingBatches pass = PrefetchingBatches.over(batches, batches.inOrder(), Augmentation.NONE, 0,
                faults)) {
            for (int count = pass.next(images, labels); count > 0; count = pass.next(images, labels)) {
                forward.run();
                for (int row = 0; row < count; row++) {
                    double[] logits = row(row);
                    int image = pass.image(row);
                    int best = largest(logits, dataset.name(image));
                    loss += crossEntropy(logits, best, dataset.label(image));
                    correct += best == dataset.label(image) ? 1 : 0;
                    listener.logits(image, logits);
                }
                samples += count;
            }
        }
        return new Evaluation(loss / samples, correct, samples);
    }

    /**
     * Loss and accuracy over images that are tensors already.
     *
     * @param inputs [N, height, width, 3] as the network takes them, float32 or float64
     * @param classes N labels
     * @throws NonFiniteLogitsException naming the first image that has a logit which is not a finite number
     */
    public Evaluation evaluate(Tensor inputs, int[] classes, LogitsListener listener) {
        int batch = images.shape().dim(0);
        int pixels = images.size() / batch;
        if (inputs.size() != classes.length * pixels) {
            throw new ShapeMismatchException("evaluation: expected " + classes.length + " images of "
                    + images.shape() + " (one a label), got " + inputs.shape());
        }
        double loss = 0;
        int correct = 0;
        for (int from = 0; from < classes.length; from += batch) {
            int count = Math.min(batch, classes.length - from);
            images.fill(0);
            for (int i = 0; i < count * pixels; i++) {
                images.set(i, inputs.get(from * pixels + i));
            }
            forward.run();
            for (int row = 0; row < count; row++) {
                double[] logits = row(row);
                int best = largest(logits, "image " + (from + row));
                loss += crossEntropy(logits, best, classes[from + row]);
                correct += best == classes[from + row] ? 1 : 0;
                listener.logits(from + row, logits);
            }
        }
        return new Evaluation(loss / classes.length, correct, classes.length);
    }

    private double[] row(int row) {
        Tensor out = forward.output(LOGITS);
        double[] logits = new double[out.shape().dim(1)];
        for (int c = 0; c < logits.length; c++) {
            logits[c] = out.get(row * logits.length + c);
        }
        return logits;
    }

    private static int largest(double[] logits, String image) {
        for (int c = 0; c < logits.length; c++) {
            if (!Double.isFinite(logits[c])) {
                throw new NonFiniteLogitsException(image + ": expected finite logits, got " + logits[c]
                        + " for class " + c + ": the weights are damaged, or float32 overflows");
            }
        }
        return Evaluation.best(logits);
    }

    /** log(sum exp(logits)) - logits[label], shifted by the largest. */
    private static double crossEntropy(double[] logits, int best, int label) {
        double sum = 0;
        for (double z : logits) {
            sum += Math.exp(z - logits[best]);
        }
        return Math.log(sum) + logits[best] - logits[label];
    }
}
