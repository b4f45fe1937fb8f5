package dev.goshawk.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Images decoded once and held one after the other. */
public final class InMemoryImages implements ImageDataset {
    private final int height;
    private final int width;
    private final byte[] pixels;
    private final int[] labels;
    private final List<String> names;
    private final List<String> classes;
    private final List<String> notes;

    /** Takes the arrays over; {@code pixels} holds {@code labels.length} images of height * width * 3 bytes. */
    public InMemoryImages(int height, int width, byte[] pixels, int[] labels, List<String> names,
            List<String> classes) {
        this(height, width, pixels, labels, names, classes, List.of());
    }

    /** As without notes; {@code notes} are what {@link #notes} gives. */
    public InMemoryImages(int height, int width, byte[] pixels, int[] labels, List<String> names, List<String> classes,
            List<String> notes) {
        this.height = height;
        this.width = width;
        this.pixels = pixels;
        this.labels = labels;
        this.names = List.copyOf(names);
        this.classes = List.copyOf(classes);
        this.notes = List.copyOf(notes);
    }

    /** An array for so many images, or a {@link DataException} where one array cannot hold them. */
    public static byte[] allocate(String what, int images, int height, int width) {
        return new byte[bytes(what, images, height, width)];
    }

    /** Bytes of so many images, or a {@link DataException} where they are more than a data set in memory can have. */
    public static int bytes(String what, int images, int height, int width) {
        long bytes = (long) images * height * width * 3;
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new DataException(what + ": " + images + " images of " + height + "x" + width + " need " + bytes
                    + " bytes, more than the 2 GiB a data set in memory can have");
        }
        return (int) bytes;
    }

    /**
     * The first {@code count} images of an order that can be read; decoded in parallel, faults met in order.
     *
     * @param listener told of each image, those that cannot be read too
     */
    public static InMemoryImages load(ImageDataset dataset, int[] order, int count, ImageFaults faults,
            ReadListener listener) {
        Runnable counted = listener.counting(count);
        int bytes = dataset.imageBytes();
        byte[] pixels = allocate("sample", count, dataset.height(), dataset.width());
        int[] labels = new int[count];
        List<String> names = new ArrayList<>(count);
        int next = 0;
        while (names.size() < count && next < order.length) {
            int first = names.size();
            int from = next;
            int tried = Math.min(count - first, order.length - next);
            @Nullable DataException[] failures = new @Nullable DataException[tried];
            IntStream.range(0, tried).parallel().forEach(i -> {
                try {
                    dataset.pixels(order[from + i], pixels, (first + i) * bytes);
                } catch (DataException e) {
                    failures[i] = e;
                }
                counted.run();
            });
            for (int i = 0; i < tried; i++) {
                DataException failure = failures[i];
                if (failure != null) {
                    faults.meet(failure);
                    continue;
                }
                int at = names.size();
                System.arraycopy(pixels, (first + i) * bytes, pixels, at * bytes, bytes);
                labels[at] = dataset.label(order[from + i]);
                names.add(dataset.name(order[from + i]));
            }
            next += tried;
        }
        if (names.isEmpty()) {
            throw new DataException("sample: none of " + order.length + " images can be read"
                    + faults.first().stream().findFirst().map(line -> "; the first: " + line).orElse(""));
        }
        return new InMemoryImages(dataset.height(), dataset.width(), pixels, Arrays.copyOf(labels, names.size()), names,
                dataset.classes());
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int label(int image) {
        return labels[image];
    }

    @Override
    public String name(int image) {
        return names.get(image);
    }

    @Override
    public List<String> classes() {
        return classes;
    }

    @Override
    public List<String> notes() {
        return notes;
    }

    @Override
    public void pixels(int image, byte[] rgb, int offset) {
        int bytes = imageBytes();
        System.arraycopy(pixels, Objects.checkIndex(image, size()) * bytes, rgb, offset, bytes);
    }
}
