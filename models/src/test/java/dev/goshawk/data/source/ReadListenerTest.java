package dev.goshawk.data.source;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.data.ReadListener;
import dev.goshawk.data.image.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However many threads decode, a listener is told of one image after the other. */
class ReadListenerTest {
    private static final int IMAGES = 40;

    @TempDir
    private Path root;

    private final List<String> told = new ArrayList<>();
    private final ReadListener listener = (images, total) -> told.add(images + " of " + total);

    private static List<String> counted(int images) {
        return IntStream.rangeClosed(1, images).mapToObj(i -> i + " of " + images).toList();
    }

    @Test
    void everyImageIsToldOf() throws IOException {
        for (int i = 0; i < IMAGES; i++) {
            Images.put(root.resolve("train/cat/" + i + ".png"), Images.encoded("png", 32, i));
        }
        ImageDataset all = Datasets.open(root, "train", listener);
        assertEquals(counted(IMAGES), told);

        told.clear();
        Path list = Files.write(root.resolve("list.txt"), List.of("train/cat/1.png", "train/cat/7.png"));
        Samples.read(list, root, listener);
        assertEquals(counted(2), told);

        told.clear();
        Datasets.load(all, IntStream.range(0, IMAGES).toArray(), 30, ImageFaults.strict(), listener);
        assertEquals(counted(30), told);
    }
}
