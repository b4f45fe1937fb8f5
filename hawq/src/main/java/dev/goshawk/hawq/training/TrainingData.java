package dev.goshawk.hawq.training;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.data.PrefetchingBatches;
import dev.goshawk.data.Subset;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The images of a training.
 *
 * @param train what is learnt from
 * @param test what accuracy is measured on; no choice is made by it
 * @param normalization of both
 * @param faults what becomes of images that cannot be decoded: in training the next in order stands in for one, in
 *        measuring it counts for nothing
 * @param validation what a training is measured on while it goes on, in place of the test images, which are then read once at its end;
 *        null for none
 */
public record TrainingData(ImageDataset train, ImageDataset test, Normalization normalization, ImageFaults faults,
        @Nullable ImageDataset validation) {
    private static final long STREAM = 5;

    /** Images of which every one must be sound. */
    public TrainingData(ImageDataset train, ImageDataset test, Normalization normalization) {
        this(train, test, normalization, ImageFaults.strict());
    }

    /** Images of which none are for validation. */
    public TrainingData(ImageDataset train, ImageDataset test, Normalization normalization, ImageFaults faults) {
        this(train, test, normalization, faults, null);
    }

    public TrainingData {
        requireSameClasses(train, test);
        if (train.height() != test.height() || train.width() != test.width()) {
            throw new IllegalArgumentException("training data: expected images of one size, got " + train.height() + "x"
                    + train.width() + " to train and " + test.height() + "x" + test.width() + " to test");
        }
    }

    private static void requireSameClasses(ImageDataset train, ImageDataset test) {
        if (train.classes().equals(test.classes())) {
            return;
        }
        String what = onlyIn(train, test).map(name -> "class '" + name + "' is in the training images alone")
                .or(() -> onlyIn(test, train).map(name -> "class '" + name + "' is in the test images alone"))
                .orElse("the classes are not in the same order");
        throw new IllegalArgumentException("training data: " + what + " (" + train.classes().size()
                + " classes to train, " + test.classes().size() + " to test); both splits need the same classes");
    }

    private static Optional<String> onlyIn(ImageDataset one, ImageDataset other) {
        Set<String> names = new HashSet<>(other.classes());
        return one.classes().stream().filter(name -> !names.contains(name)).findFirst();
    }

    /**
     * Training images in two parts.
     *
     * @param rest what is still learnt from
     * @param aside the others, in the data set's order
     */
    public record Divided(TrainingData rest, ImageDataset aside) {
    }

    /**
     * Sets some of the training images aside, drawn without replacement; both parts keep the data set's order.
     *
     * @param images how many, at least 1 and fewer than there are
     * @param seed of the choice
     */
    public Divided setAside(int images, long seed) {
        int all = train.size();
        if (images < 1 || images >= all) {
            throw new IllegalArgumentException("training data: expected to set aside 1 to " + (all - 1) + " of the "
                    + all + " training images, got " + images);
        }
        SplitMix64 random = SplitMix64.of(seed, STREAM);
        int[] picked = new int[images];
        int[] left = new int[all - images];
        int taken = 0;
        for (int i = 0; i < all; i++) {
            if (random.below(all - i) < images - taken) {
                picked[taken++] = i;
            } else {
                left[i - taken] = i;
            }
        }
        return new Divided(new TrainingData(new Subset(train, left), test, normalization, faults, validation),
                new Subset(train, picked));
    }

    /**
     * Holds some of the training images out for validation, as {@link #setAside} chooses them.
     *
     * @param images how many, at least 1 and fewer than there are
     * @throws InvalidSettingException if there are not that many
     */
    public TrainingData holdOut(int images, long seed) {
        if (images < 1 || images >= train.size()) {
            throw new InvalidSettingException(Setting.VALIDATION,
                    "1 to " + (train.size() - 1) + " of the " + train.size() + " training images", images);
        }
        Divided d = setAside(images, seed);
        return new TrainingData(d.rest().train(), test, normalization, faults, d.aside());
    }

    /** Bytes of decoded images: those held in memory, and those that a pass has ahead. */
    public long heldBytes() {
        return ImageDataset.heldBytes(List.of(train, test)) + PrefetchingBatches.aheadBytes(train);
    }

    /** What a training is measured on: the held-out images, where there are any, and the test images. */
    List<ImageDataset> measured() {
        return validation == null ? List.of(test) : List.of(validation, test);
    }

    /**
     * Passes if there is an image for every place of a batch.
     *
     * @throws InvalidSettingException if not
     */
    void requireBatch(int batch) {
        if (batch > train.size()) {
            throw new InvalidSettingException(Setting.BATCH,
                    "at most the " + train.size() + " images of the training set", batch);
        }
    }
}
