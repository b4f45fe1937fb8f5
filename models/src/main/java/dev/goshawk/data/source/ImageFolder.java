package dev.goshawk.data.source;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.InMemoryImages;
import dev.goshawk.data.ReadListener;
import dev.goshawk.data.image.ImageDecoder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;

/**
 * A folder of images as {@code split/class/file}. Classes in alphabetical order are the labels 0, 1, ..., or in
 * the order of their numbers where all are named by whole ones; images are sorted by class, then by file name. Files
 * that are hidden or end in none of .jpg, .jpeg and .png are passed over, and so are folders below a class, with a
 * {@linkplain ImageDataset#notes note}.
 */
public final class ImageFolder {
    /** Side of the images that are read where no size is given: CIFAR's. */
    public static final int DEFAULT_SIDE = 32;

    private ImageFolder() {
    }

    /** As {@link #open(Path, String, int, int)} for images of 32 x 32 pixels. */
    public static ImageDataset open(Path root, String split) {
        return open(root, split, DEFAULT_SIDE, DEFAULT_SIDE);
    }

    /**
     * Decodes every image of a split into memory.
     *
     * @throws DataException naming the first folder or file, in order, that is missing, empty, corrupt or of another
     *     size
     */
    public static ImageDataset open(Path root, String split, int height, int width) {
        return open(root, split, height, width, ReadListener.NONE);
    }

    static ImageDataset open(Path root, String split, int height, int width, ReadListener listener) {
        String name = DataFolder.splitName(root, split);
        List<String> classes = classes(root, name);
        return decode(ClassFolders.listing(root, name, classes, IntStream.range(0, classes.size()).toArray(), classes),
                height, width, listener);
    }

    /** The class names of a split, in label order. */
    static List<String> classes(Path root, String split) {
        Path folder = DataFolder.split(root, split);
        List<String> classes = ClassFolders.of(folder);
        if (classes.isEmpty()) {
            throw new DataException(folder + ": holds no class folders");
        }
        return classes;
    }

    /** Decodes files in parallel; their order, and which failure is reported, do not depend on threads. */
    static ImageDataset decode(ImageListing listing, int height, int width, ReadListener listener) {
        List<String> names = listing.names();
        byte[] pixels = InMemoryImages.allocate(listing.root().toString(), names.size(), height, width);
        int bytes = height * width * 3;
        ConcurrentSkipListMap<Integer, DataException> failures = new ConcurrentSkipListMap<>();
        Runnable counted = listener.counting(names.size());
        IntStream.range(0, names.size()).parallel().forEach(i -> {
            if (failures.isEmpty() || i < failures.firstKey()) {
                try {
                    ImageDecoder.decode(listing.root().resolve(names.get(i)), height, width, pixels, i * bytes);
                    counted.run();
                } catch (DataException e) {
                    failures.put(i, e);
                }
            }
        });
        if (!failures.isEmpty()) {
            throw failures.firstEntry().getValue();
        }
        return new InMemoryImages(height, width, pixels, listing.labels(), names, listing.classes(), listing.notes());
    }
}
