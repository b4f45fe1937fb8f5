package dev.goshawk.hawq.reproduce;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.Schedule.Stage;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.training.Trainer;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingListener;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

/**
 * How long steps of training take here, found by making a few.
 *
 * @param floatStep seconds of a step of the float network
 * @param quantizedStep seconds of a step with all blocks quantized
 * @param steps of a row's training
 * @param epochs of a row's training
 * @param floatInference batches of inference that the float network's row has beside them
 * @param inference and those of a quantized row
 */
public record StepTiming(double floatStep, double quantizedStep, long steps, double epochs, double floatInference,
        double inference) {
    /** Steps until kernels are compiled. */
    private static final int WARM_UP = 12;
    private static final int MEASURED = 8;
    /** A batch of inference as a part of a step. */
    private static final double INFERENCE = 0.4;
    /** Curvature, compilation and files, as a part of all else. */
    private static final double BESIDES = 0.15;

    /**
     * Measures both kinds of steps on the first images of the training set.
     *
     * @throws IOException if no temporary folder can be made
     */
    public static StepTiming measure(Network network, Parameters weights, TrainingData data, Recipe recipe,
            Backend backend) throws IOException {
        long steps = Math.round(recipe.epochs() * (data.train().size() / recipe.batch()));
        return new StepTiming(step(network, weights, data, recipe, backend, BitWidth.FLOAT),
                step(network, weights, data, recipe, backend, BitWidth.B4), steps, recipe.epochs(),
                recipe.floatInference(data), recipe.inference(data, network.describe().blocks().size()));
    }

    private static double step(Network network, Parameters weights, TrainingData data, Recipe recipe, Backend backend,
            BitWidth bits) throws IOException {
        List<Turn> turns = bits.isFloat()
                ? List.of()
                : network.describe().blocks().stream().map(Block::name).map(b -> new Turn(b, bits)).toList();
        Schedule schedule = new Schedule(List.of(new Stage("timing", turns, recipe.epochs())),
                new LearningRate.Constant(1e-6), true);
        Path folder = Files.createTempDirectory("goshawk");
        Stopwatch watch = new Stopwatch();
        try {
            new Trainer(network, weights.copy(), data, recipe.training(data.train().size(), 1, bits), schedule, backend)
                    .run(new Checkpoints(folder, "timing"), watch);
        } catch (CancellationException e) {
            // Enough steps were made.
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
        return watch.seconds();
    }

    /**
     * About how long a row takes, in seconds.
     *
     * @param searchEpochs that it trains before its widths are chosen
     */
    public double seconds(Experiment e, double searchEpochs) {
        double batches = steps * (1 + searchEpochs / epochs)
                + INFERENCE * (e.isBaseline() ? floatInference : inference);
        return batches * (e.isBaseline() ? floatStep : quantizedStep) * (1 + BESIDES);
    }

    /** Ends the training after a few steps. */
    private static final class Stopwatch implements TrainingListener {
        private int made;
        private long began;
        private long ended;

        @Override
        public void step(Position position) {
            made++;
            ended = System.nanoTime();
            if (made <= WARM_UP) {
                began = ended;
            } else if (made == WARM_UP + MEASURED) {
                throw new CancellationException();
            }
        }

        double seconds() {
            return made <= WARM_UP ? 0 : (ended - began) / 1e9 / (made - WARM_UP);
        }
    }
}
