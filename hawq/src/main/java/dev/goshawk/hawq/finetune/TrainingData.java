package dev.goshawk.hawq.finetune;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;

/**
 * The images of a training.
 *
 * @param train what is learnt from
 * @param test what accuracy is measured on; no choice is made by it
 * @param normalization of both
 */
public record TrainingData(ImageDataset train, ImageDataset test, Normalization normalization) {
    public TrainingData {
        if (!train.classes().equals(test.classes()) || train.height() != test.height()
                || train.width() != test.width()) {
            throw new IllegalArgumentException(
                    "training data: expected classes and image size of both splits to be the same, got "
                            + train.classes().size() + " classes, " + train.height() + "x" + train.width() + " and "
                            + test.classes().size() + " classes, " + test.height() + "x" + test.width());
        }
    }
}
