package dev.goshawk.hawq.training;

import dev.goshawk.data.Augmentation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.UniformQuantizer;

/**
 * How steps of training are made.
 *
 * @param batch images a step; what is left of an epoch after the last full batch is not used in it
 * @param seed of the order of images and of augmentation
 * @param momentum of gradient descent, in [0, 1)
 * @param weightDecay L2 penalty on every trainable parameter, batch normalization's and biases among them, as in the
 *     reference training of the CIFAR residual networks (He et al. 2015, section 4.2: 0.0001)
 * @param augmentation of training images
 * @param quantizer of the weights and activations of quantized blocks
 * @param activationBits width of the activations of quantized blocks; 32 leaves them float
 * @param calibrationBatches training batches from which the activations of a newly quantized block get their first
 *     ranges
 */
public record TrainingSettings(int batch, long seed, double momentum, double weightDecay, Augmentation augmentation,
        Quantizer quantizer, BitWidth activationBits, int calibrationBatches) {

    /** Images a step, where nothing else is wanted. */
    public static final int STANDARD_BATCH = 128;

    public TrainingSettings {
        if (batch < 1) {
            throw new IllegalArgumentException("batch: expected at least 1 image, got " + batch);
        }
        if (calibrationBatches < 1) {
            throw new IllegalArgumentException("calibration: expected at least 1 batch, got " + calibrationBatches);
        }
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException("weight decay: expected a finite number >= 0, got " + weightDecay);
        }
    }

    /**
     * Batch 128, momentum 0.9, weight decay 1e-4, CIFAR's crops and flips, the standard quantizer, 8 calibration
     * batches.
     */
    public static TrainingSettings standard(long seed, BitWidth activationBits) {
        return new TrainingSettings(STANDARD_BATCH, seed, 0.9, 1e-4, Augmentation.CIFAR, UniformQuantizer.standard(),
                activationBits, 8);
    }

    /** The same with another quantizer. */
    public TrainingSettings withQuantizer(Quantizer other) {
        return new TrainingSettings(batch, seed, momentum, weightDecay, augmentation, other, activationBits,
                calibrationBatches);
    }
}
