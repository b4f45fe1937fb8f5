package dev.goshawk.hawq.cli;

import dev.goshawk.data.Augmentation;
import dev.goshawk.hawq.finetune.LearningRate;
import dev.goshawk.hawq.finetune.TrainingSettings;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** How steps of gradient descent are made. */
final class TrainingOptions {
    private static final int CALIBRATION_BATCHES = 8;

    /** Shapes of the learning rate over time. */
    enum Shape {
        COSINE, STEP, CONSTANT
    }

    @Option(names = "--schedule", paramLabel = "NAME", defaultValue = "cosine",
            description = "Learning rate over a stage of training: cosine (default, down to 0), step (a "
                    + "tenth after half and again "
                    + "after three quarters) or constant.")
    private Shape shape = Shape.COSINE;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images a step (default: 128).")
    private int batch = 128;

    @Option(names = "--momentum", paramLabel = "M", defaultValue = "0.9", description = "Momentum (default: 0.9).")
    private double momentum = 0.9;

    @Option(names = "--weight-decay", paramLabel = "D", defaultValue = "1e-4",
            description = "L2 penalty on every parameter, batch normalization's too (default: 1e-4).")
    private double weightDecay = 1e-4;

    @Option(names = "--no-augmentation", description = "Take images as they are, without random crops and flips.")
    private boolean plain;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "Seed of everything random (default: 0).")
    private long seed;

    long seed() {
        return seed;
    }

    int batch() {
        return batch;
    }

    Augmentation augmentation() {
        return plain ? Augmentation.NONE : Augmentation.CIFAR;
    }

    LearningRate rate(double initial) {
        return switch (shape) {
            case COSINE -> new LearningRate.Cosine(initial, 0);
            case STEP -> new LearningRate.Step(initial, 0.1, List.of(0.5, 0.75));
            case CONSTANT -> new LearningRate.Constant(initial);
        };
    }

    TrainingSettings settings(UniformQuantizer weights, BitWidth activationBits) {
        return new TrainingSettings(batch, seed, momentum, weightDecay, augmentation(), weights, activationBits,
                CALIBRATION_BATCHES);
    }

    /** Everything here that results depend on. */
    void describe(Map<String, String> values) {
        values.put("--schedule", shape.name().toLowerCase(Locale.ROOT));
        values.put("--batch", Integer.toString(batch));
        values.put("--momentum", Double.toString(momentum));
        values.put("--weight-decay", Double.toString(weightDecay));
        values.put("--no-augmentation", Boolean.toString(plain));
        values.put("--seed", Long.toString(seed));
    }
}
