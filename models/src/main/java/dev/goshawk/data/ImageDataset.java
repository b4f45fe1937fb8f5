package dev.goshawk.data;

import java.util.List;

/**
 * Labelled images of one size, each three bytes a pixel (red, green, blue), in a fixed order. Safe for use by many
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

    /** Bytes of one image. */
    default int imageBytes() {
        return height() * width() * 3;
    }
}
