package dev.goshawk.data.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.image.Images;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarBinaryTest {
    @TempDir
    Path root;

    /**
     * Records whose red, green and blue planes are 10, 20 and 30 more than the record's number, but for a ramp in the
     * first row.
     */
    private static byte[] batch(int... labels) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int r = 0; r < labels.length; r++) {
            out.write(labels[r]);
            for (int plane = 1; plane <= 3; plane++) {
                for (int p = 0; p < 1024; p++) {
                    out.write(p < 32 ? p : 10 * plane + r);
                }
            }
        }
        return out.toByteArray();
    }

    private String refusal(String split) {
        return assertThrows(DataException.class, () -> Datasets.open(root, split)).getMessage();
    }

    @Test
    void readsPlanesInFileOrder() throws IOException {
        for (int i = 1; i <= 5; i++) {
            Images.put(root.resolve("data_batch_" + i + ".bin"), batch(i, 9));
        }
        ImageDataset d = Datasets.open(root, "train");
        assertEquals(10, d.size());
        assertEquals(3, d.label(4));
        assertEquals(9, d.label(5));
        assertEquals("data_batch_3.bin/1", d.name(5));
        assertEquals("cat", d.classes().get(3));
        byte[] rgb = new byte[d.imageBytes()];
        d.pixels(5, rgb, 0);
        assertEquals(7, rgb[3 * 7 + 2]);
        assertEquals(11, rgb[3 * 500]);
        assertEquals(21, rgb[3 * 500 + 1]);
        assertEquals(31, rgb[3 * 500 + 2]);
    }

    @Test
    void findsTheArchivesFolderAndClassNames() throws IOException {
        Path folder = root.resolve("cifar-10-batches-bin");
        Images.put(folder.resolve("test_batch.bin"), batch(0));
        Files.writeString(folder.resolve("batches.meta.txt"), "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
        assertEquals("j", Datasets.open(root, "test").classes().get(9));
        Files.writeString(folder.resolve("batches.meta.txt"), "a\nb\n");
        assertEquals(folder.resolve("batches.meta.txt") + ": expected 10 class names, got 2", refusal("test"));
    }

    @Test
    void namesWhatIsWrong() throws IOException {
        Path file = Images.put(root.resolve("test_batch.bin"), new byte[3072]);
        assertEquals(file + ": is 3072 bytes long, expected a multiple of 3073", refusal("test"));
        Images.put(file, new byte[0]);
        assertEquals(file + ": is 0 bytes long, expected a multiple of 3073", refusal("test"));
        Images.put(file, batch(1, 10));
        assertEquals(file + ": record 1 has label 10, expected 0 to 9", refusal("test"));
        assertEquals(root.resolve("data_batch_1.bin") + ": no such file, expected a CIFAR-10 batch", refusal("train"));
        assertEquals(root + ": CIFAR-10 batches have the splits train and test, not 'valid'", refusal("valid"));
    }
}
