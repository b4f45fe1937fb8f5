package dev.goshawk.data.synthetic;

import dev.goshawk.data.ImageDataset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * A set in which image i is of class i modulo their number. An image is drawn when it is first asked for, and kept, so that a
 * sample of a few images does not wait for thousands of others. Threads that ask for the same image at once draw the same bytes.
 */
final class DrawnImages implements ImageDataset {
    /** Draws an image of a class. */
    interface Painter {
        byte[] paint(int label, int image);
    }

    private final String split;
    private final int side;
    private final List<String> classes;
    private final Painter painter;
    private final AtomicReferenceArray<byte[]> drawn;

    DrawnImages(String split, int size, int side, List<String> classes, Painter painter) {
        this.split = split;
        this.side = side;
        this.classes = List.copyOf(classes);
        this.painter = painter;
        this.drawn = new AtomicReferenceArray<>(size);
    }

    @Override
    public int size() {
        return drawn.length();
    }

    @Override
    public int height() {
        return side;
    }

    @Override
    public int width() {
        return side;
    }

    @Override
    public int label(int image) {
        return Objects.checkIndex(image, size()) % classes.size();
    }

    @Override
    public String name(int image) {
        return String.format(Locale.ROOT, "%s/%s/%04d", split, classes.get(label(image)), image / classes.size());
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public void pixels(int image, byte[] rgb, int offset) {
        byte[] pixels = pixels(image);
        System.arraycopy(pixels, 0, rgb, offset, pixels.length);
    }

    private byte[] pixels(int image) {
        byte[] pixels = drawn.get(Objects.checkIndex(image, size()));
        if (pixels == null) {
            pixels = painter.paint(label(image), image);
            drawn.set(image, pixels);
        }
        return pixels;
    }

    /** Draws the missing images in parallel first. */
    @Override
    public String fingerprint() {
        IntStream.range(0, size()).parallel().forEach(this::pixels);
        return ImageDataset.super.fingerprint();
    }
}
