package dev.goshawk.hawq.training;

import org.jspecify.annotations.Nullable;

/**
 * What a training came to over one epoch, or what a stage ends with of one.
 *
 * @param stage name of the stage
 * @param epoch epochs of the stage until then, a fraction at the end of a stage of part of an epoch; 0 where nothing was trained
 * @param total epochs since the start of the training, all stages before it counted
 * @param learningRate of the last step, 0 where nothing was trained
 * @param trainLoss mean over the steps since the evaluation before, null where nothing was trained
 * @param trainAccuracy on the batches since the evaluation before, in 0..1, null where nothing was trained
 * @param validationLoss mean over the held-out images, null where there are none
 * @param validationAccuracy in 0..1, null where there are no held-out images
 * @param testLoss mean over the test images, null where they were not evaluated
 * @param testAccuracy in 0..1, null where the test images were not evaluated
 * @param seconds that training took since the evaluation before
 */
public record EpochResult(String stage, double epoch, double total, double learningRate, @Nullable Double trainLoss,
        @Nullable Double trainAccuracy, @Nullable Double validationLoss, @Nullable Double validationAccuracy,
        @Nullable Double testLoss, @Nullable Double testAccuracy, double seconds) {
}
