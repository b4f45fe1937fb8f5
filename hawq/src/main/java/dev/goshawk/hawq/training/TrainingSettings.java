package dev.goshawk.hawq.training;

import dev.goshawk.data.Augmentation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;

/**
 * How steps of training are made, and what is measured between them.
 *
 * @param batch images a step; what is left of an epoch after the last full batch is not used in it
 * @param seed of the order of images and of augmentation
 * @param momentum of gradient descent, in [0, 1)
 * @param weightDecay L2 penalty; the reference training of the CIFAR residual networks has 0.0001 on every trainable parameter, batch
 *     normalization's and biases among them (He et al. 2015, section 4.2)
 * @param augmentation of training images
 * @param quantizer of the weights and activations of quantized blocks
 * @param activationBits width of the activations of quantized blocks; 32 leaves them float
 * @param calibrationBatches training batches from which the activations of a newly quantized block get their first
 *     ranges
 * @param statisticsBatches training batches from which batch normalization's running statistics are measured anew after the last step,
 *     at most an epoch's; 0 leaves them the moving averages they are
 * @param evaluateEvery whole epochs of a stage between evaluations, apart from one at the end of each stage; 0 evaluates once, after the
 *     last step
 */
public record TrainingSettings(int batch, long seed, double momentum, WeightDecay weightDecay,
        Augmentation augmentation, Quantizer quantizer, BitWidth activationBits, int calibrationBatches,
        int statisticsBatches, int evaluateEvery) {

    /** Images a step, where nothing else is wanted. */
    public static final int STANDARD_BATCH = 128;
    /** Batches from which activations get their first ranges, where nothing else is wanted. */
    public static final int CALIBRATION_BATCHES = 8;

    public TrainingSettings {
        if (batch < 1) {
            throw new InvalidSettingException(Setting.BATCH, "at least 1 image", batch);
        }
        if (!(momentum >= 0 && momentum < 1)) {
            throw new InvalidSettingException(Setting.MOMENTUM, "a number in [0, 1)", momentum);
        }
        if (calibrationBatches < 1) {
            throw new IllegalArgumentException("calibration: expected at least 1 batch, got " + calibrationBatches);
        }
        if (statisticsBatches < 0) {
            throw new InvalidSettingException(Setting.STATISTICS_BATCHES, "0 batches or more", statisticsBatches);
        }
        if (evaluateEvery < 0) {
            throw new InvalidSettingException(Setting.EVALUATE_EVERY, "0 epochs or more", evaluateEvery);
        }
    }

    /** One coefficient of weight decay for everything, running statistics as moving averages, an evaluation each epoch. */
    public TrainingSettings(int batch, long seed, double momentum, double weightDecay, Augmentation augmentation,
            Quantizer quantizer, BitWidth activationBits, int calibrationBatches) {
        this(batch, seed, momentum, WeightDecay.of(weightDecay), augmentation, quantizer, activationBits,
                calibrationBatches, 0, 1);
    }

    /**
     * Batch 128, momentum 0.9, weight decay 1e-4, CIFAR's crops and flips, the standard quantizer, 8 calibration
     * batches.
     */
    public static TrainingSettings standard(long seed, BitWidth activationBits) {
        return new TrainingSettings(STANDARD_BATCH, seed, 0.9, 1e-4, Augmentation.CIFAR, UniformQuantizer.standard(),
                activationBits, CALIBRATION_BATCHES);
    }

    /** The same with another number of images a step. */
    public TrainingSettings withBatch(int images) {
        return new TrainingSettings(images, seed, momentum, weightDecay, augmentation, quantizer, activationBits,
                calibrationBatches, statisticsBatches, evaluateEvery);
    }

    /** The same with activations of another width. */
    public TrainingSettings withActivationBits(BitWidth bits) {
        return new TrainingSettings(batch, seed, momentum, weightDecay, augmentation, quantizer, bits,
                calibrationBatches, statisticsBatches, evaluateEvery);
    }

    /** The same with another quantizer. */
    public TrainingSettings withQuantizer(Quantizer other) {
        return new TrainingSettings(batch, seed, momentum, weightDecay, augmentation, other, activationBits,
                calibrationBatches, statisticsBatches, evaluateEvery);
    }

    /** The same with another penalty. */
    public TrainingSettings withWeightDecay(WeightDecay other) {
        return new TrainingSettings(batch, seed, momentum, other, augmentation, quantizer, activationBits,
                calibrationBatches, statisticsBatches, evaluateEvery);
    }

    /** The same with batch normalization's statistics measured anew at the end. */
    public TrainingSettings withStatisticsBatches(int batches) {
        return new TrainingSettings(batch, seed, momentum, weightDecay, augmentation, quantizer, activationBits,
                calibrationBatches, batches, evaluateEvery);
    }

    /** The same with other evaluations. */
    public TrainingSettings withEvaluateEvery(int epochs) {
        return new TrainingSettings(batch, seed, momentum, weightDecay, augmentation, quantizer, activationBits,
                calibrationBatches, statisticsBatches, epochs);
    }
}
