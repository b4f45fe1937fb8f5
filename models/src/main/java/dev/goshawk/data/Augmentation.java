package dev.goshawk.data;

/**
 * CIFAR's usual augmentation: pad with black, crop at a random place, mirror half of the images. What an image gets in
 * an epoch is a function of (seed, epoch, image) alone.
 *
 * @param pad pixels added on every side before the crop, 0 for no cropping
 * @param flip whether images are mirrored left to right with probability 1/2
 */
public record Augmentation(int pad, boolean flip) {
    /** Images as they are. */
    public static final Augmentation NONE = new Augmentation(0, false);
    /** Four pixels of padding and flips. */
    public static final Augmentation CIFAR = new Augmentation(4, true);
    /** Keeps these draws apart from those of the order of images under the same seed. */
    private static final long STREAM = 1;

    public Augmentation {
        if (pad < 0) {
            throw new DataException("augmentation: padding must not be negative, got " + pad);
        }
    }

    /** Writes the variant of an image for an epoch to {@code out}; both are rows of byte triples. */
    void apply(byte[] rgb, int height, int width, long seed, int epoch, int image, byte[] out) {
        SplitMix64 random = SplitMix64.of(seed, STREAM, epoch, image);
        int dy = random.below(2 * pad + 1) - pad;
        int dx = random.below(2 * pad + 1) - pad;
        boolean mirror = flip && random.below(2) == 1;
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int sy = y + dy;
                int sx = (mirror ? width - 1 - x : x) + dx;
                boolean inside = sy >= 0 && sy < height && sx >= 0 && sx < width;
                int from = (sy * width + sx) * 3;
                for (int c = 0; c < 3; c++) {
                    out[at++] = inside ? rgb[from + c] : 0;
                }
            }
        }
    }
}
