package dev.goshawk.hawq.finetune;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.data.Normalization;

/**
 * The images of a training.
 *
 * @param train what is learnt from
 * @param test what accuracy is measured on; no choice is made by it
 * @param normalization of both
 * @param faults what becomes of images that cannot be decoded: in training the next in order stands in for one, in
 *        measuring it counts for nothing
 */
public record TrainingData(ImageDataset train, ImageDataset test, Normalization normalization, ImageFaults faults) {
    /** Images of which every one must be sound. */
    public TrainingData(ImageDataset train, ImageDataset test, Normalization normalization) {
        this(train, test, normalization, ImageFaults.strict());
    }

    public TrainingData {
        if (!train.classes().equals(test.classes()) || train.height() != test.height()
                || train.width() != test.width()) {
            throw new IllegalArgumentException(
                    "training data: expected classes and image size of both splits to be the same, got "
                            + train.classes().size() + " classes, " + train.height() + "x" + train.width() + " and "
                            + test.classes().size() + " classes, " + test.height() + "x" + test.width());
        }
    }

    /**
     * Passes if there is an image for every place of a batch.
     *
     * @throws IllegalArgumentException in one line, if not
     */
    void requireBatch(int batch) {
        if (batch > train.size()) {
            throw new IllegalArgumentException("batch: expected at most the " + train.size()
                    + " images of the training set, got " + batch);
        }
    }
}
