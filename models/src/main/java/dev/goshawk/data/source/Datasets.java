package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.data.InMemoryImages;
import dev.goshawk.data.ReadListener;
import dev.goshawk.data.image.Preprocessing;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens whatever a data folder holds. */
public final class Datasets {
    private Datasets() {
    }

    /**
     * Opens a split of a folder of photographs, each brought to one size when it is asked for; see {@link
     * ImageNetFolder}.
     *
     * @throws DataException if the folder holds none, or some of no class
     */
    public static ImageDataset open(Path root, String split, Preprocessing preprocessing) {
        return ImageNetFolder.open(root, split, preprocessing);
    }

    /**
     * Holds images of another data set in memory, so that those that stay in files are decoded only once.
     *
     * @param order positions, taken from the front
     * @param count images wanted; one that cannot be decoded is handed to {@code faults} and the next in order taken
     * @return as many as there are in the order, at most {@code count}
     * @throws DataException if none can be read, or one cannot where faults are not tolerated
     */
    public static ImageDataset load(ImageDataset dataset, int[] order, int count, ImageFaults faults) {
        return load(dataset, order, count, faults, ReadListener.NONE);
    }

    /**
     * As {@link #load(ImageDataset, int[], int, ImageFaults)}.
     *
     * @param listener told of each image, those that cannot be read too
     */
    public static ImageDataset load(ImageDataset dataset, int[] order, int count, ImageFaults faults,
            ReadListener listener) {
        return InMemoryImages.load(dataset, order, Math.min(count, order.length), faults, listener);
    }

    /**
     * Opens a split of a data folder of 32 x 32 images: folders of images ({@link ImageFolder}) or CIFAR-10's binary
     * batches ({@link CifarBinary}).
     *
     * @throws DataException if the folder holds neither, or what it holds is not sound
     */
    public static ImageDataset open(Path root, String split) {
        return open(root, split, ReadListener.NONE);
    }

    /**
     * As {@link #open(Path, String)}.
     *
     * @param listener told of each image of a folder; batches are read at once
     */
    public static ImageDataset open(Path root, String split, ReadListener listener) {
        DataFolder.require(root);
        String name = DataFolder.splitName(root, split);
        if (Files.isDirectory(root.resolve(name))) {
            return ImageFolder.open(root, name, ImageFolder.DEFAULT_SIDE, ImageFolder.DEFAULT_SIDE, listener);
        }
        if (CifarBinary.isPresent(root)) {
            return CifarBinary.open(root, name);
        }
        throw new DataException(
                root + ": has neither " + name + "/<class>/<image> nor CIFAR-10 batches (data_batch_1.bin to "
                        + "data_batch_5.bin, test_batch.bin)");
    }
}
