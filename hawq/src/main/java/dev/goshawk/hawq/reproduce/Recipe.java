package dev.goshawk.hawq.reproduce;

import dev.goshawk.data.Augmentation;
import dev.goshawk.hawq.CurvatureSettings;
import dev.goshawk.hawq.FineTuning;
import dev.goshawk.hawq.FineTuningMeasures;
import dev.goshawk.hawq.HawqOptions;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.training.WeightDecay;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.backend.Backend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * How every row is trained, so that rows differ in their method alone: half an epoch after each block or less, the rest with all blocks
 * quantized.
 *
 * @param epochs in all, above 0
 * @param batch images a step
 * @param augmentation of training images
 */
public record Recipe(double epochs, int batch, Augmentation augmentation) {
    private static final double EPOCHS_PER_BLOCK = 0.5;
    /** Most of the training that goes into the blocks' stages. */
    private static final double MOST_IN_BLOCKS = 0.5;
    private static final double BLOCK_RATE = 0.01;
    private static final double FINAL_RATE = 0.02;
    private static final double DECAY = 5e-5;
    /** Training batches from which batch normalization's statistics are measured after the last step. */
    private static final int STATISTICS_BATCHES = 50;

    /** Epochs of each block's stage. */
    double perBlock(int blocks) {
        return Math.min(EPOCHS_PER_BLOCK, MOST_IN_BLOCKS * epochs / blocks);
    }

    /** How a quantized network is fine-tuned. */
    FineTuning fineTuning(int blocks) {
        double each = perBlock(blocks);
        return new FineTuning(each, epochs - each * blocks, new LearningRate.Cosine(BLOCK_RATE, 0), false, false,
                new FineTuningMeasures(new LearningRate.Cosine(FINAL_RATE, 0), List.of(), 1, 0, 1));
    }

    /** How the float network is trained, for as many epochs. */
    Schedule floats() {
        return Schedule.plain(epochs, new LearningRate.Cosine(FINAL_RATE, 0));
    }

    /** Steps of training. */
    TrainingSettings training(long seed, BitWidth activations) {
        return new TrainingSettings(batch, seed, 0.9, WeightDecay.of(DECAY), augmentation, UniformQuantizer.standard(),
                activations, TrainingSettings.CALIBRATION_BATCHES, STATISTICS_BATCHES, 1);
    }

    /**
     * All of a row's options.
     *
     * @param images of the curvature
     * @param search how long those search that choose by training
     */
    HawqOptions options(Experiment e, int blocks, int images, SearchSettings search, Backend backend) {
        return new HawqOptions(List.of(e.toMethod(search)), e.target(),
                CurvatureSettings.standard().withSampleSize(images), fineTuning(blocks),
                training(e.seed(), e.activations()), false, backend);
    }

    /** What the float network depends on apart from images and weights, by name. */
    SequencedMap<String, String> floatValues(long seed, Backend backend) {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        values.put("training", training(seed, BitWidth.FLOAT).toString());
        values.put("schedule", floats().toString());
        values.put("backend", backend.name());
        return values;
    }
}
