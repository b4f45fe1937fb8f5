package dev.goshawk.data;

import dev.goshawk.fingerprint.Fingerprint;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Labeled images of one size, each three bytes a pixel (red, green, blue), in a fixed order. Safe for use by many
 * threads.
 */
public interface ImageDataset {
    /** Number of images. */
    int size();

    /** Height of every image in pixels. */
    int height();

    /** Width of every image in pixels. */
    int width();

    /** The class of an image, in {@code 0 .. classes().size()-1}. */
    int label(int image);

    /**
     * The image's path relative to the data folder, with {@code /} between its parts, such as {@code
     * test/cat/0001.jpg}.
     */
    String name(int image);

    /** Class names in label order. */
    List<String> classes();

    /** Lines for a person on what was chosen or passed over when the images were opened. */
    default List<String> notes() {
        return List.of();
    }

    /**
     * Copies an image, row by row and three bytes a pixel, to {@code rgb[offset ..]}.
     *
     * @throws DataException naming the image's file, if it is read only now and cannot be decoded
     */
    void pixels(int image, byte[] rgb, int offset);

    /** Whether {@link #pixels} reads and decodes a file, so that it pays to have it done ahead by other threads. */
    default boolean decodesOnDemand() {
        return false;
    }

    /**
     * Short side in pixels that photographs of any size are resized to before their center is cut out; 0 where images are taken as they
     * are.
     */
    default int resize() {
        return 0;
    }

    /** What photographs are resized with. */
    default ResizeFilter filter() {
        return ResizeFilter.BILINEAR;
    }

    /** Bytes of one image. */
    default int imageBytes() {
        return height() * width() * 3;
    }

    /** The data set that the images are from: this, or what it is a part of. */
    default ImageDataset source() {
        return this;
    }

    /** Bytes of the decoded images that data sets hold in memory; parts of one data set count once. */
    static long heldBytes(List<ImageDataset> datasets) {
        return datasets.stream().map(ImageDataset::source).filter(d -> !d.decodesOnDemand())
                .collect(Collectors.toCollection(() -> Collections.newSetFromMap(new IdentityHashMap<>()))).stream()
                .mapToLong(d -> (long) d.size() * d.imageBytes()).sum();
    }

    /**
     * Takes an image into a fingerprint: its pixels, or what tells without decoding that a file is another one.
     *
     * @throws DataException naming the image's file, if that cannot be looked at
     */
    default void addTo(Fingerprint fingerprint, int image) {
        if (decodesOnDemand()) {
            return;
        }
        byte[] rgb = new byte[imageBytes()];
        pixels(image, rgb, 0);
        fingerprint.add(rgb, 0, rgb.length);
    }

    /**
     * What the data set holds, as {@code 600 images, sha256 ...}: equal for the same classes, names, labels and images in the same
     * order, wherever their folder is. Files that are decoded on demand count with their length alone.
     */
    default String fingerprint() {
        Fingerprint all = new Fingerprint().add(height()).add(width());
        classes().forEach(all::add);
        for (int i = 0; i < size(); i++) {
            all.add(name(i)).add(label(i));
            addTo(all, i);
        }
        return size() + " images, " + all.text();
    }
}
