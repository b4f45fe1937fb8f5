package dev.goshawk.hawq.cli.option;

import dev.goshawk.data.Augmentation;
import dev.goshawk.data.source.ImageFolder;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.training.WeightDecay;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How steps of gradient descent are made. */
public final class TrainingOptions {
    private static final int MOST_EPOCHS = 1_000_000;
    /** Images a step of a network of photographs. */
    private static final int PHOTOGRAPHS = 32;
    /** Of networks without batch normalization: folded into weights, it leaves gradients of very different sizes. */
    private static final double UNNORMALIZED_RATE = 3e-4;
    /** Photographs are cut to size by the preprocessing; training mirrors them. */
    private static final Augmentation FLIPS = new Augmentation(0, true);

    /** Shapes of the learning rate over time. */
    enum Shape {
        COSINE, STEP, CONSTANT
    }

    @Option(names = "--schedule", paramLabel = "NAME", defaultValue = "cosine",
            description = "Learning-rate schedule of a stage: cosine (default, down to 0), step (divided by ten after half of "
                    + "the stage and again after three quarters) or constant.")
    private Shape shape = Shape.COSINE;

    @Option(names = "--batch", paramLabel = "N",
            description = "Images per step (default: 128; 32 for ImageNet networks).")
    private @Nullable Integer batch;

    @Option(names = "--momentum", paramLabel = "M", defaultValue = "0.9", description = "Momentum (default: 0.9).")
    private double momentum = 0.9;

    @Option(names = "--weight-decay", paramLabel = "D", defaultValue = "1e-4",
            description = "L2 penalty on every parameter, including batch normalization (default: 1e-4).")
    private double weightDecay = 1e-4;

    @Option(names = "--decay-weights-only",
            description = "No L2 penalty on biases and batch normalization.")
    private boolean decayWeightsOnly;

    @Option(names = "--statistics-batches", paramLabel = "N", defaultValue = "0",
            description = "Measure batch normalization's statistics anew on N training batches, at most an epoch's, after the "
                    + "last step (default: 0, they stay moving averages).")
    private int statisticsBatches;

    @Option(names = "--evaluate-every", paramLabel = "N", defaultValue = "1",
            description = "Evaluate after every N epochs of a stage and at its end (default: 1); 0: only after the last step.")
    private int evaluateEvery = 1;

    @Option(names = "--no-augmentation",
            description = "Use images as they are, without random flips and (for 32-pixel images) crops.")
    private boolean plain;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Seed of all randomness (default: 0).")
    private long seed;

    /**
     * Fails with one line, before any work, if a number is out of its range.
     *
     * @throws IllegalArgumentException if so
     */
    public void check() {
        if (batch != null && batch < 1) {
            throw new IllegalArgumentException("--batch: expected at least 1 image, got " + batch);
        }
        if (!(momentum >= 0 && (float) momentum < 1)) {
            throw new IllegalArgumentException("--momentum: expected a number in [0, 1), got " + momentum);
        }
        if (!(weightDecay >= 0 && Float.isFinite((float) weightDecay))) {
            throw new IllegalArgumentException("--weight-decay: expected a number of 0 or more, got " + weightDecay);
        }
        if (statisticsBatches < 0) {
            throw new IllegalArgumentException(
                    "--statistics-batches: expected 0 batches or more, got " + statisticsBatches);
        }
        if (evaluateEvery < 0) {
            throw new IllegalArgumentException("--evaluate-every: expected 0 epochs or more, got " + evaluateEvery);
        }
    }

    private WeightDecay decay() {
        return new WeightDecay(weightDecay, new TreeMap<>(), decayWeightsOnly);
    }

    /**
     * Checks the length of a training.
     *
     * @throws IllegalArgumentException in one line, if it is none
     */
    public static void requireEpochs(String option, double epochs) {
        if (!(epochs > 0 && epochs <= MOST_EPOCHS)) {
            throw new IllegalArgumentException(
                    option + ": expected a number of epochs above 0 to " + MOST_EPOCHS + ", got " + epochs);
        }
    }

    /**
     * Checks a learning rate.
     *
     * @throws IllegalArgumentException in one line, if float32 holds it for 0 or not at all
     */
    public static void requireRate(String option, double rate) {
        if (!(rate >= Float.MIN_NORMAL && Float.isFinite((float) rate))) {
            throw new IllegalArgumentException(
                    option + ": expected a learning rate above 0 (at least 1.2e-38, as float32), got " + rate);
        }
    }

    /**
     * The initial learning rate.
     *
     * @param given by the option, or null
     * @param usual where nothing was given
     * @param err receives a line where a smaller one than usual is taken
     */
    public static double rate(@Nullable Double given, double usual, Network network, PrintWriter err) {
        boolean normalized = network.describe().parameters().stream()
                .anyMatch(p -> p.kind() == ParameterSpec.Kind.BN_WEIGHT);
        if (given != null || normalized || usual <= UNNORMALIZED_RATE) {
            return given == null ? usual : given;
        }
        err.println("goshawk: " + network.name() + " has no batch normalization (it may be folded): --lr is "
                + UNNORMALIZED_RATE + " instead of " + usual + " unless it is given");
        err.flush();
        return UNNORMALIZED_RATE;
    }

    /** The settings with no more images a step than there are, unless so many were asked for; a line on {@code err} says so. */
    public TrainingSettings fitting(TrainingSettings settings, int images, PrintWriter err) {
        if (batch != null || settings.batch() <= images) {
            return settings;
        }
        err.println("goshawk: a step takes all " + images + " training images, there are fewer than the usual "
                + settings.batch() + " of --batch");
        err.flush();
        return settings.withBatch(images);
    }

    public long seed() {
        return seed;
    }

    /** Images a step where nothing else is asked for. */
    public static int standardBatch(int inputSize) {
        return inputSize == ImageFolder.DEFAULT_SIDE ? TrainingSettings.STANDARD_BATCH : PHOTOGRAPHS;
    }

    /** What is done to training images where nothing else is asked for. */
    public static Augmentation standardAugmentation(int inputSize) {
        return inputSize == ImageFolder.DEFAULT_SIDE ? Augmentation.CIFAR : FLIPS;
    }

    public int batch(int inputSize) {
        return batch == null ? standardBatch(inputSize) : batch;
    }

    public Augmentation augmentation(int inputSize) {
        return plain ? Augmentation.NONE : standardAugmentation(inputSize);
    }

    /** The schedule of a stage from its initial learning rate. */
    public LearningRate rate(double initial) {
        return switch (shape) {
            case COSINE -> new LearningRate.Cosine(initial, 0);
            case STEP -> new LearningRate.Step(initial, 0.1, List.of(0.5, 0.75));
            case CONSTANT -> new LearningRate.Constant(initial);
        };
    }

    /** @param inputSize side of the images the network was made for */
    public TrainingSettings settings(int inputSize, Quantizer quantizer, BitWidth activationBits) {
        return new TrainingSettings(batch(inputSize), seed, momentum, decay(), augmentation(inputSize), quantizer,
                activationBits, TrainingSettings.CALIBRATION_BATCHES, statisticsBatches, evaluateEvery);
    }

    /** Everything here that results depend on. */
    public void describe(int inputSize, Map<String, String> values) {
        values.put("--schedule", shape.name().toLowerCase(Locale.ROOT));
        values.put("--batch", Integer.toString(batch(inputSize)));
        values.put("--momentum", Double.toString(momentum));
        values.put("--weight-decay", Double.toString(weightDecay));
        values.put("--decay-weights-only", Boolean.toString(decayWeightsOnly));
        values.put("--statistics-batches", Integer.toString(statisticsBatches));
        values.put("--evaluate-every", Integer.toString(evaluateEvery));
        values.put("--no-augmentation", Boolean.toString(plain));
        values.put("--seed", Long.toString(seed));
    }
}
