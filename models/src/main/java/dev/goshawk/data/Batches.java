package dev.goshawk.data;

import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;

/**
 * Fills batches of normalized images [N, height, width, 3] and one-hot labels [N, classes]. The order of an epoch is a
 * function of (seed, epoch), so training goes on from any (epoch, step) without replaying what came before. Not safe
 * for use by many threads.
 */
public final class Batches {
    private static final long STREAM = 2;

    private final ImageDataset dataset;
    private final Normalization normalization;
    private final long seed;
    private final byte[] pixels;

    public Batches(ImageDataset dataset, Normalization normalization, long seed) {
        this.dataset = dataset;
        this.normalization = normalization;
        this.seed = seed;
        this.pixels = new byte[dataset.imageBytes()];
    }

    /** The data set batches come from. */
    public ImageDataset dataset() {
        return dataset;
    }

    /** A shuffled order of all images, the same for the same seed and epoch. O(size). */
    public int[] order(int epoch) {
        int[] order = inOrder();
        SplitMix64 random = SplitMix64.of(seed, STREAM, epoch);
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.below(i + 1);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        return order;
    }

    /** All images in the data set's own order. */
    public int[] inOrder() {
        int[] order = new int[dataset.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        return order;
    }

    /** The shape of a batch of images. */
    public Shape imageShape(int batch) {
        return Shape.of(batch, dataset.height(), dataset.width(), 3);
    }

    /** The shape of a batch of one-hot labels. */
    public Shape labelShape(int batch) {
        return Shape.of(batch, dataset.classes().size());
    }

    /** Fills a batch with images as they are; see {@link #fill(int[], int, Tensor, Tensor, Augmentation, int)}. */
    public int fill(int[] indices, int from, Tensor images, Tensor labels) {
        return fill(indices, from, images, labels, Augmentation.NONE, 0);
    }

    /**
     * Fills a batch with the images {@code indices[from], indices[from+1], ...}. Where the indices end before the
     * batch does, the remaining rows of images and labels are zeros: a cross-entropy summed over one-hot labels gets
     * nothing from them.
     *
     * @param images [N, height, width, 3], float32 or float64
     * @param labels [N, classes], float32 or float64
     * @param epoch the epoch that augmentation is drawn for
     * @return the number of images, at most N
     * @throws ShapeMismatchException if a tensor has another shape
     */
    public int fill(int[] indices, int from, Tensor images, Tensor labels, Augmentation augmentation, int epoch) {
        int batch = clear(images, labels);
        int count = Math.max(0, Math.min(batch, indices.length - from));
        for (int row = 0; row < count; row++) {
            int index = indices[from + row];
            decode(index, pixels, augmentation, epoch);
            put(index, pixels, row, images, labels);
        }
        return count;
    }

    /** Checks the tensors of a batch and fills them with zeros. Returns the number of rows. */
    int clear(Tensor images, Tensor labels) {
        int batch = images.shape().rank() == 0 ? 0 : images.shape().dim(0);
        check("images", imageShape(batch), images);
        check("labels", labelShape(batch), labels);
        images.fill(0);
        labels.fill(0);
        return batch;
    }

    /** Writes an image as it is varied in an epoch. Safe for use by many threads. */
    void decode(int index, byte[] rgb, Augmentation augmentation, int epoch) {
        if (augmentation.equals(Augmentation.NONE)) {
            dataset.pixels(index, rgb, 0);
            return;
        }
        byte[] plain = new byte[dataset.imageBytes()];
        dataset.pixels(index, plain, 0);
        augmentation.apply(plain, dataset.height(), dataset.width(), seed, epoch, index, rgb);
    }

    /** Normalizes an image's pixels into a row of a batch and marks its label. */
    void put(int index, byte[] rgb, int row, Tensor images, Tensor labels) {
        int at = images.offset() + row * dataset.imageBytes();
        int count = dataset.height() * dataset.width();
        switch (images.dtype()) {
            case FLOAT32 -> normalization.apply(rgb, count, images.floats(), at);
            case FLOAT64 -> normalization.apply(rgb, count, images.doubles(), at);
            case INT32 -> throw new IllegalStateException("checked above");
        }
        labels.set(row * dataset.classes().size() + dataset.label(index), 1);
    }

    private static void check(String what, Shape expected, Tensor got) {
        if (!got.shape().equals(expected) || !got.dtype().isFloating()) {
            throw new ShapeMismatchException(
                    "batch: expected " + what + " float32 or float64 " + expected + ", got " + got.dtype()
                            + " " + got.shape());
        }
    }
}
