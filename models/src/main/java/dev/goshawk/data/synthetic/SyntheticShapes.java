package dev.goshawk.data.synthetic;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.InMemoryImages;
import dev.goshawk.data.SplitMix64;
import java.util.List;
import java.util.Locale;

/**
 * Ten classes of textured shapes drawn in code, 32 x 32 pixels: a shape of any color, angle and size somewhere on a
 * cloudy background, among fragments of other shapes, under uneven light and noise. A function of the seed alone, the
 * same on every machine. Enough to train and quantize a network without any files.
 */
public final class SyntheticShapes {
    public static final int TRAIN_SIZE = 6000;
    public static final int TEST_SIZE = 2000;
    public static final long DEFAULT_SEED = 20;

    private static final int SIDE = 32;
    private static final List<Outline> OUTLINES = List.of(Outline.values());

    // How hard the set is. A shape gets harder to tell the smaller, the fainter, the noisier and the more hidden it is.
    /** Half the extent of a shape in pixels, and how near its center may come to the border, relative to that. */
    private static final double SMALLEST_RADIUS = 7.0;
    private static final double LARGEST_RADIUS = 12.0;
    private static final double HIDDEN = 0.85;
    /** Least distance of a shape's two colors, of sqrt(3) at most. */
    private static final double LEAST_CONTRAST = 0.30;
    /** Channels of colors lie between these: backgrounds are darker than shapes, if only just. */
    private static final double DARKEST = 0.05;
    private static final double DUSK = 0.45;
    private static final double DAWN = 0.50;
    private static final double BRIGHTEST = 0.95;
    /** Ratio of the shorter to the longer axis of a shape. */
    private static final double STRONGEST_SQUEEZE = 0.72;
    /** Fragments of other shapes: their number and their size relative to a shape's. */
    private static final int MOST_FRAGMENTS = 3;
    private static final double LARGEST_FRAGMENT = 0.45;
    /** Amplitude of the cloudy texture of the background and of shapes. */
    private static final double TEXTURE = 0.22;
    /** Change of brightness from one border to the opposite one. */
    private static final double LIGHT = 0.35;
    /** Standard deviation of the noise of a sample, drawn per image up to this. */
    private static final double STRONGEST_NOISE = 0.10;
    /** Stripes or fields across a unit of length. */
    private static final double LOWEST_FREQUENCY = 1.1;
    private static final double HIGHEST_FREQUENCY = 1.7;

    private SyntheticShapes() {
    }

    /** The split {@code train} or {@code test} of the default size and seed. */
    public static ImageDataset open(String split) {
        return switch (split) {
            case "train" -> generate("train", TRAIN_SIZE, DEFAULT_SEED);
            case "test" -> generate("test", TEST_SIZE, DEFAULT_SEED);
            default ->
                throw new DataException("synthetic shapes: expected the split train or test, got '" + split + "'");
        };
    }

    /**
     * A set with as many images of each class as divide evenly; a larger set of the same seed and split begins
     * with the same images. Names are {@code <split>/<class>/<number>}. An image is drawn when it is first asked for.
     *
     * @throws DataException if the size is not positive
     */
    public static ImageDataset generate(String split, int size, long seed) {
        if (size < 1) {
            throw new DataException("synthetic shapes: expected at least one image, got " + size);
        }
        InMemoryImages.bytes("synthetic shapes", size, SIDE, SIDE);
        List<String> classes = OUTLINES.stream().map(o -> o.name().toLowerCase(Locale.ROOT)).toList();
        return new DrawnImages(split, size, SIDE, classes,
                (label, i) -> draw(OUTLINES.get(label), SplitMix64.of(seed, split.hashCode(), i)));
    }

    private static byte[] draw(Outline outline, SplitMix64 random) {
        Canvas canvas = new Canvas(SIDE);
        canvas.cover(color(random, DARKEST, DUSK), color(random, DARKEST, DUSK), TEXTURE, random);
        for (int left = random.below(MOST_FRAGMENTS + 1); left > 0; left--) {
            Outline other = OUTLINES.get(random.below(OUTLINES.size()));
            double size = random.between(0.5, 1) * LARGEST_FRAGMENT * LARGEST_RADIUS;
            double cut = random.between(-0.4, 0.3);
            canvas.paint(other, cut, placement(random, size, 0), colors(random), random);
        }
        double radius = random.between(SMALLEST_RADIUS, LARGEST_RADIUS);
        canvas.paint(outline, Canvas.WHOLE, placement(random, radius, HIDDEN * radius), colors(random), random);
        canvas.light(random.between(0, LIGHT), random);
        canvas.noise(random.between(0, STRONGEST_NOISE), random);
        return canvas.bytes();
    }

    private static Canvas.Placement placement(SplitMix64 random, double radius, double margin) {
        return new Canvas.Placement(random.between(margin, SIDE - margin), random.between(margin, SIDE - margin),
                radius,
                random.between(0, 2 * Math.PI), random.between(STRONGEST_SQUEEZE, 1));
    }

    /** Two colors that stand out from each other, for a shape and its pattern. */
    private static Canvas.Ink colors(SplitMix64 random) {
        double[] first = color(random, DAWN, BRIGHTEST);
        double[] second = color(random, DARKEST, BRIGHTEST);
        while (Math.sqrt(square(second[0] - first[0]) + square(second[1] - first[1])
                + square(second[2] - first[2])) < LEAST_CONTRAST) {
            second = color(random, DARKEST, BRIGHTEST);
        }
        return new Canvas.Ink(first, second, TEXTURE, random.between(LOWEST_FREQUENCY, HIGHEST_FREQUENCY));
    }

    private static double[] color(SplitMix64 random, double least, double most) {
        return new double[] {random.between(least, most), random.between(least, most), random.between(least, most)};
    }

    private static double square(double x) {
        return x * x;
    }
}
