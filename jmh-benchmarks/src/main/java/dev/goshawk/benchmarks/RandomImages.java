package dev.goshawk.benchmarks;

import dev.goshawk.data.ImageDataset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Images of noise at CIFAR's size, any number of them: a few are stored, and every index is one of those. */
final class RandomImages implements ImageDataset {
    private static final int SIDE = 32;
    private static final int STORED = 512;
    private static final int CLASSES = 10;

    private final int size;
    private final byte[][] stored = new byte[STORED][SIDE * SIDE * 3];

    RandomImages(int size) {
        this.size = size;
        Random random = new Random(size);
        Arrays.stream(stored).forEach(random::nextBytes);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int height() {
        return SIDE;
    }

    @Override
    public int width() {
        return SIDE;
    }

    @Override
    public int label(int image) {
        return image % STORED % CLASSES;
    }

    @Override
    public String name(int image) {
        return "noise/" + image;
    }

    @Override
    public List<String> classes() {
        return IntStream.range(0, CLASSES).mapToObj(c -> "class " + c).toList();
    }

    @Override
    public void pixels(int image, byte[] rgb, int offset) {
        System.arraycopy(stored[image % STORED], 0, rgb, offset, imageBytes());
    }

    /** What the size says: images are never compared with those of another run. */
    @Override
    public String fingerprint() {
        return size + " images of noise";
    }
}
