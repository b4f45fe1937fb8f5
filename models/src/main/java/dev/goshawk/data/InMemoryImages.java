package dev.goshawk.data;

import java.util.List;
import java.util.Objects;

/** Images decoded once and held one after the other. */
final class InMemoryImages implements ImageDataset {
    private final int height;
    private final int width;
    private final byte[] pixels;
    private final int[] labels;
    private final List<String> names;
    private final List<String> classes;

    /** Takes the arrays over; {@code pixels} holds {@code labels.length} images of height * width * 3 bytes. */
    InMemoryImages(int height, int width, byte[] pixels, int[] labels, List<String> names, List<String> classes) {
        this.height = height;
        this.width = width;
        this.pixels = pixels;
        this.labels = labels;
        this.names = List.copyOf(names);
        this.classes = List.copyOf(classes);
    }

    /** An array for so many images, or a {@link DataException} where one array cannot hold them. */
    static byte[] allocate(String what, int images, int height, int width) {
        long bytes = (long) images * height * width * 3;
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new DataException(what + ": " + images + " images of " + height + "x" + width + " need " + bytes
                    + " bytes, more than the 2 GiB a data set in memory can have");
        }
        return new byte[(int) bytes];
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int label(int image) {
        return labels[image];
    }

    @Override
    public String name(int image) {
        return names.get(image);
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public void pixels(int image, byte[] rgb, int offset) {
        int bytes = imageBytes();
        System.arraycopy(pixels, Objects.checkIndex(image, size()) * bytes, rgb, offset, bytes);
    }
}
