package dev.goshawk.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A folder of images as {@code split/class/file}. Classes in alphabetical order are the labels 0, 1, ...; images are
 * sorted by class, then by file name. Files that are hidden or end in none of .jpg, .jpeg and .png are passed over.
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
        List<String> classes = classes(root, split);
        List<String> names = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (int label = 0; label < classes.size(); label++) {
            Path folder = root.resolve(split).resolve(classes.get(label));
            List<String> files = list(folder, f -> isImageName(f.toString()) && !Files.isDirectory(folder.resolve(f)));
            if (files.isEmpty()) {
                throw new DataException(folder + ": class folder holds no images (.jpg, .jpeg or .png)");
            }
            for (String file : files) {
                names.add(split + "/" + classes.get(label) + "/" + file);
                labels.add(label);
            }
        }
        return decode(root, names, labels.stream().mapToInt(Integer::intValue).toArray(), classes, height, width);
    }

    /** The class names of a split, in label order. */
    static List<String> classes(Path root, String split) {
        if (!Files.isDirectory(root)) {
            throw new DataException(root + ": no such data folder");
        }
        Path folder = root.resolve(split);
        if (!Files.isDirectory(folder)) {
            throw new DataException(root + ": has no split '" + split + "', its folders are "
                    + list(root, f -> Files.isDirectory(root.resolve(f))));
        }
        List<String> classes = list(folder, f -> Files.isDirectory(folder.resolve(f)));
        if (classes.isEmpty()) {
            throw new DataException(folder + ": holds no class folders");
        }
        return classes;
    }

    /** Decodes files in parallel; their order, and which failure is reported, do not depend on threads. */
    static ImageDataset decode(Path root, List<String> names, int[] labels, List<String> classes, int height,
            int width) {
        byte[] pixels = InMemoryImages.allocate(root.toString(), names.size(), height, width);
        int bytes = height * width * 3;
        ConcurrentSkipListMap<Integer, DataException> failures = new ConcurrentSkipListMap<>();
        IntStream.range(0, names.size()).parallel().forEach(i -> {
            if (failures.isEmpty() || i < failures.firstKey()) {
                try {
                    ImageDecoder.decode(root.resolve(names.get(i)), height, width, pixels, i * bytes);
                } catch (DataException e) {
                    failures.put(i, e);
                }
            }
        });
        if (!failures.isEmpty()) {
            throw failures.firstEntry().getValue();
        }
        return new InMemoryImages(height, width, pixels, labels, names, classes);
    }

    private static boolean isImageName(String file) {
        String lower = file.toLowerCase(Locale.ROOT);
        return lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png");
    }

    private static List<String> list(Path folder, Predicate<Path> wanted) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(folder::relativize).filter(f -> !f.toString().startsWith(".")).filter(wanted)
                    .map(Path::toString).sorted().toList();
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be listed (" + e.getMessage() + ")", e);
        }
    }
}
