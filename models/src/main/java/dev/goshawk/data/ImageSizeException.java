package dev.goshawk.data;

import java.nio.file.Path;

/** An image of another size than all images of its data set have to have. */
public final class ImageSizeException extends DataException {
    private static final long serialVersionUID = 1;

    private final int side;

    /**
     * An image of another size.
     *
     * @param height in pixels that was expected
     * @param width in pixels that was expected
     * @param got size of the image, as {@code WIDTHxHEIGHT}
     */
    public ImageSizeException(Path file, int height, int width, String got) {
        super(file + ": expected an image of " + width + "x" + height + " pixels, got " + got);
        this.side = Math.min(height, width);
    }

    /** The shorter side in pixels that was expected. */
    public int side() {
        return side;
    }
}
