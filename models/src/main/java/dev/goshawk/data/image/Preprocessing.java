package dev.goshawk.data.image;

import dev.goshawk.data.ResizeFilter;
import dev.goshawk.data.DataException;

/**
 * How a photograph of any size becomes a network's input: the short side is resized, then the center cut out. Equal to
 * torchvision's {@code Resize(resize)} and {@code CenterCrop(crop)} on Pillow images.
 *
 * @param resize length of the short side after resizing, in pixels; the long side follows in proportion, rounded down
 * @param crop side of the square cut out, in pixels, at most {@code resize}
 * @param filter that it is resized with
 */
public record Preprocessing(int resize, int crop, ResizeFilter filter) {
    /** What ResNet and SqueezeNext are evaluated with. */
    public static final Preprocessing IMAGENET = new Preprocessing(256, 224);
    /** What Inception-V3 is evaluated with. */
    public static final Preprocessing INCEPTION = new Preprocessing(342, 299);
    private static final int LARGEST = 4096;

    public Preprocessing {
        if (crop < 1 || resize < crop || resize > LARGEST) {
            throw new DataException("preprocessing: expected 1 <= crop <= resize <= " + LARGEST + ", got crop " + crop
                    + " and resize " + resize);
        }
    }

    /** Bilinear, as torchvision's networks are evaluated. */
    public Preprocessing(int resize, int crop) {
        this(resize, crop, ResizeFilter.BILINEAR);
    }

    /**
     * The usual preprocessing for an input of a side: 256 to 224, 342 to 299, and otherwise a short side of 8/7 of the
     * crop.
     */
    public static Preprocessing forInput(int side) {
        return side == INCEPTION.crop ? INCEPTION : new Preprocessing((side * 8 + 3) / 7, side);
    }

    /** Writes crop x crop byte triples to {@code out[offset ..]}. */
    public void apply(RgbImage image, byte[] out, int offset) {
        int shortSide = Math.min(image.width(), image.height());
        Resampling.resize(image, window(image.width(), shortSide), window(image.height(), shortSide), filter,
                out, offset);
    }

    private Resampling.Window window(int side, int shortSide) {
        int whole = side == shortSide ? resize : (int) ((double) ((long) resize * side) / shortSide);
        // An odd margin's half goes to the even neighbor, as Python rounds.
        return new Resampling.Window(whole, (int) Math.rint((whole - crop) / 2.0), crop);
    }
}
