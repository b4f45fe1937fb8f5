package dev.goshawk.packed.format;

import dev.goshawk.data.Normalization;
import dev.goshawk.data.ResizeFilter;
import java.util.List;

/**
 * What a packed file says of its network and of the images that it takes.
 *
 * @param network name
 * @param structure fingerprint of its parameters and activations
 * @param classes names in label order
 * @param normalization of the bytes of images
 * @param height of the images that accuracy was measured on, in pixels
 * @param width of these
 * @param resize short side in pixels that photographs are resized to before the center is cut out, or 0 where images are taken as they are
 * @param filter that they are resized with
 */
public record PackedInfo(String network, String structure, List<String> classes, Normalization normalization,
        int height, int width, int resize, ResizeFilter filter) {
    private static final int LARGEST = 4096;

    /** For images that are resized bilinearly. */
    public PackedInfo(String network, String structure, List<String> classes, Normalization normalization, int height,
            int width, int resize) {
        this(network, structure, classes, normalization, height, width, resize, ResizeFilter.BILINEAR);
    }

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException in one line, if they make no sense
     */
    public PackedInfo {
        classes = List.copyOf(classes);
        if (classes.size() < 2) {
            throw new IllegalArgumentException("expected the names of two classes or more, got " + classes.size());
        }
        boolean sound = height >= 1 && width >= 1 && height <= LARGEST && width <= LARGEST;
        if (!sound || resize != 0 && (resize < Math.max(height, width) || resize > LARGEST)) {
            throw new IllegalArgumentException("expected images of 1 to " + LARGEST
                    + " pixels, resized to no less, got " + height + "x" + width + " of " + resize);
        }
    }
}
