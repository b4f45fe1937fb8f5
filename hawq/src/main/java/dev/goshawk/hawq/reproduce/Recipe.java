package dev.goshawk.hawq.reproduce;

import dev.goshawk.data.Augmentation;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.hawq.CurvatureSettings;
import dev.goshawk.hawq.FineTuning;
import dev.goshawk.hawq.FineTuningMeasures;
import dev.goshawk.hawq.HawqOptions;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.training.WeightDecay;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.backend.Backend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

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
    /** Training batches from which batch normalization's statistics are measured after the last step, and at most what part of an epoch. */
    private static final int STATISTICS_BATCHES = 50;
    private static final int STATISTICS_PART = 7;
    /** At most what part of an epoch calibrates the activations of a block. */
    private static final int CALIBRATION_PART = 20;

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

    /**
     * Steps of training.
     *
     * @param images to train on
     */
    TrainingSettings training(int images, long seed, BitWidth activations) {
        return new TrainingSettings(batch, seed, 0.9, WeightDecay.of(DECAY), augmentation, UniformQuantizer.standard(),
                activations, batches(images, TrainingSettings.CALIBRATION_BATCHES, CALIBRATION_PART),
                batches(images, STATISTICS_BATCHES, STATISTICS_PART), 1);
    }

    private int batches(int images, int most, int part) {
        return Math.clamp(images / batch / part, 1, most);
    }

    /**
     * What a quantized row computes beside training, in batches of inference: calibration of each block, statistics, and evaluations of
     * held-out images after each stage and epoch, and of test images twice.
     */
    double inference(TrainingData data, int blocks) {
        TrainingSettings settings = training(data.train().size(), 0, BitWidth.B4);
        FineTuning length = fineTuning(blocks);
        return (double) blocks * settings.calibrationBatches() + settings.statisticsBatches()
                + (blocks + length.finalEpochs()) * evaluation(data.validation()) + 2 * evaluation(data.test());
    }

    /** The same for the float network. */
    double floatInference(TrainingData data) {
        return training(data.train().size(), 0, BitWidth.FLOAT).statisticsBatches()
                + epochs * evaluation(data.validation()) + evaluation(data.test());
    }

    private double evaluation(@Nullable ImageDataset images) {
        return images == null ? 0 : (double) images.size() / batch;
    }

    /**
     * All of a row's options.
     *
     * @param images to train on
     * @param curvatureImages over which curvature is taken
     * @param search how long those search that choose by training
     */
    HawqOptions options(Experiment e, int blocks, int images, int curvatureImages, SearchSettings search,
            Backend backend) {
        return new HawqOptions(List.of(e.toMethod(search)), e.target(),
                CurvatureSettings.standard().withSampleSize(curvatureImages), fineTuning(blocks),
                training(images, e.seed(), e.activations()), false, backend);
    }

    /** What the float network depends on apart from images and weights, by name. */
    SequencedMap<String, String> floatValues(int images, long seed, Backend backend) {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        values.put("training", training(images, seed, BitWidth.FLOAT).toString());
        values.put("schedule", floats().toString());
        values.put("backend", backend.name());
        return values;
    }
}
