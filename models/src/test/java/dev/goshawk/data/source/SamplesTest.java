package dev.goshawk.data.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Subset;
import dev.goshawk.data.image.Images;
import dev.goshawk.data.synthetic.SyntheticShapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
    @TempDir
    Path root;
    private Path list;

    @BeforeEach
    void images() throws IOException {
        list = root.resolve("list.txt");
        int seed = 0;
        for (String split : new String[] {"train", "test"}) {
            for (String c : new String[] {"cat", "dog"}) {
                Images.put(root.resolve(split + "/" + c + "/1.png"), Images.encoded("png", 32, seed++));
            }
        }
    }

    private String refusal(String lines) throws IOException {
        Files.writeString(list, lines);
        return assertThrows(DataException.class, () -> Samples.read(list, root)).getMessage();
    }

    @Test
    void picksExactImagesInOrder() throws IOException {
        Files.writeString(list, "# four\n\ntest/dog/1.png\r\n  train/cat/1.png \ntest/dog/1.png\n");
        ImageDataset d = Samples.read(list, root);
        assertEquals(3, d.size());
        assertEquals("test/dog/1.png", d.name(0));
        assertEquals("train/cat/1.png", d.name(1));
        assertArrayEquals(new int[] {1, 0, 1}, new int[] {d.label(0), d.label(1), d.label(2)});
        byte[] rgb = new byte[d.imageBytes()];
        d.pixels(2, rgb, 0);
        assertEquals((byte) (3 * 37), rgb[0], "the fourth image drawn");
    }

    @Test
    void namesTheLine() throws IOException {
        assertEquals(list + " line 3: 'test/dog/2.png' is no file in " + root,
                refusal("test/dog/1.png\n\ntest/dog/2.png\n"));
        assertEquals(list + " line 1: '../x/y.png' is not of the form split/class/file", refusal("../x/y.png"));
        assertEquals(list + " line 1: '/etc/passwd' is not of the form split/class/file", refusal("/etc/passwd"));
        assertEquals(list + " line 2: 'dog/1.png' is not of the form split/class/file", refusal("#\ndog/1.png"));
        assertEquals(list + ": the sample list names no images", refusal("# nothing\n\n"));
        Images.put(root.resolve("other/bird/1.png"), Images.encoded("png", 32, 0));
        assertEquals(list + " line 2: 'other/bird/1.png' is of a split with other classes than the lines before",
                refusal("test/dog/1.png\nother/bird/1.png"));
        Files.delete(list);
        assertEquals(list + ": the sample list cannot be read (NoSuchFileException)",
                assertThrows(DataException.class, () -> Samples.read(list, root)).getMessage());
    }

    @Test
    void picksRecordsOfBatchesAndOfDrawnShapes() throws IOException {
        Path folder = root.resolve("binary");
        byte[] records = new byte[3 * 3073];
        records[3073] = 4;
        Images.put(folder.resolve("test_batch.bin"), records);
        Files.writeString(list, "test_batch.bin/1\n");
        assertEquals(4, Samples.read(list, folder).label(0));
        Files.writeString(list, "test_batch.bin/3\n");
        assertEquals(
                list + " line 1: 'test_batch.bin/3' is not in the data set, whose first image is 'test_batch.bin/0'",
                assertThrows(DataException.class, () -> Samples.read(list, folder)).getMessage());
        Files.writeString(list, "test/star/0001\n");
        assertEquals(5, Samples.select(list, SyntheticShapes.generate("test", 30, 1)).label(0));
    }

    @Test
    void aSubsetRefusesPositionsOutside() {
        ImageDataset d = SyntheticShapes.generate("test", 10, 1);
        assertEquals("subset: image 10 of a data set of 10",
                assertThrows(DataException.class, () -> new Subset(d, 0, 10)).getMessage());
    }
}
