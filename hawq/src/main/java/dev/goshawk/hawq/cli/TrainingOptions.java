package dev.goshawk.hawq.cli;

import dev.goshawk.data.Augmentation;
import dev.goshawk.data.ImageFolder;
import dev.goshawk.hawq.finetune.LearningRate;
import dev.goshawk.hawq.finetune.TrainingSettings;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How steps of gradient descent are made. */
final class TrainingOptions {
    private static final int CALIBRATION_BATCHES = 8;
    /** Images a step of a network of photographs. */
    private static final int PHOTOGRAPHS = 32;
    /** Photographs are cut to size by the preprocessing; training mirrors them. */
    private static final Augmentation FLIPS = new Augmentation(0, true);

    /** Shapes of the learning rate over time. */
    enum Shape {
        COSINE, STEP, CONSTANT
    }

    @Option(names = "--schedule", paramLabel = "NAME", defaultValue = "cosine",
            description = "Learning rate over a stage of training: cosine (default, down to 0), step (a "
                    + "tenth after half and again "
                    + "after three quarters) or constant.")
    private Shape shape = Shape.COSINE;

    @Option(names = "--batch", paramLabel = "N",
            description = "Images a step (default: 128; for networks of photographs 32).")
    private @Nullable Integer batch;

    @Option(names = "--momentum", paramLabel = "M", defaultValue = "0.9", description = "Momentum (default: 0.9).")
    private double momentum = 0.9;

    @Option(names = "--weight-decay", paramLabel = "D", defaultValue = "1e-4",
            description = "L2 penalty on every parameter, batch normalization's too (default: 1e-4).")
    private double weightDecay = 1e-4;

    @Option(names = "--no-augmentation",
            description = "Take images as they are, without random flips and, for images of 32 pixels, crops.")
    private boolean plain;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Seed of everything random (default: 0).")
    private long seed;

    long seed() {
        return seed;
    }

    int batch(int inputSize) {
        if (batch != null) {
            return batch;
        }
        return inputSize == ImageFolder.DEFAULT_SIDE ? TrainingSettings.STANDARD_BATCH : PHOTOGRAPHS;
    }

    Augmentation augmentation(int inputSize) {
        if (plain) {
            return Augmentation.NONE;
        }
        return inputSize == ImageFolder.DEFAULT_SIDE ? Augmentation.CIFAR : FLIPS;
    }

    LearningRate rate(double initial) {
        return switch (shape) {
            case COSINE -> new LearningRate.Cosine(initial, 0);
            case STEP -> new LearningRate.Step(initial, 0.1, List.of(0.5, 0.75));
            case CONSTANT -> new LearningRate.Constant(initial);
        };
    }

    /** @param inputSize side of the images the network was made for */
    TrainingSettings settings(int inputSize, UniformQuantizer weights, BitWidth activationBits) {
        return new TrainingSettings(batch(inputSize), seed, momentum, weightDecay, augmentation(inputSize), weights,
                activationBits, CALIBRATION_BATCHES);
    }

    /** Everything here that results depend on. */
    void describe(int inputSize, Map<String, String> values) {
        values.put("--schedule", shape.name().toLowerCase(Locale.ROOT));
        values.put("--batch", Integer.toString(batch(inputSize)));
        values.put("--momentum", Double.toString(momentum));
        values.put("--weight-decay", Double.toString(weightDecay));
        values.put("--no-augmentation", Boolean.toString(plain));
        values.put("--seed", Long.toString(seed));
    }
}
