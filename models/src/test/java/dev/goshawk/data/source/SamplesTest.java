package dev.goshawk.data.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Subset;
import dev.goshawk.data.image.Images;
import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.files.SpecialFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertEquals(list + " line 3: 'test/dog/2.png' is not a file in " + root + ", which paths are relative to",
                refusal("test/dog/1.png\n\ntest/dog/2.png\n"));
        assertEquals(list + " line 1: '../x/y.png' is no path inside the data folder " + root, refusal("../x/y.png"));
        assertEquals(list + " line 1: '/etc/passwd' is no path inside the data folder " + root, refusal("/etc/passwd"));
        Images.put(root.resolve("dog/1.png"), Images.encoded("png", 32, 0));
        assertEquals(list + " line 2: 'dog/1.png' is not of the form split/class/file", refusal("#\ndog/1.png"));
        assertEquals(list + ": the sample list is empty", refusal("# nothing\n\n"));
        Images.put(root.resolve("other/bird/1.png"), Images.encoded("png", 32, 0));
        assertEquals(list + " line 2: 'other/bird/1.png' is of a split with other classes than the lines before",
                refusal("test/dog/1.png\nother/bird/1.png"));
        Files.delete(list);
        assertEquals(list + ": the sample list cannot be read (no such file)",
                assertThrows(DataException.class, () -> Samples.read(list, root)).getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uFEFFtest/dog/1.png\ntrain/cat/1.png", "test/dog/1.png\n\uFEFFtrain/cat/1.png\uFEFF",
            "./test/dog/1.png\n././train//cat/./1.png", "test\\dog\\1.png\r\n.\\train\\cat\\1.png\r\n",
            "test/dog/1.png\u00A0 \t\n\u3000train/cat/1.png\u200B", "test/dog/1.png\rtrain/cat/1.png\r",
            "train/../test/dog/1.png\ntest/../train/cat/1.png", "ROOT/test/dog/1.png\nROOT/./train/cat/1.png"})
    void readsPathsAsProgramsWriteThem(String lines) throws IOException {
        Files.writeString(list, lines.replace("ROOT", root.toString()));
        for (ImageDataset d : List.of(Samples.read(list, root),
                Samples.read(list, root, new Preprocessing(32, 32)))) {
            assertEquals(List.of("test/dog/1.png", "train/cat/1.png"), List.of(d.name(0), d.name(1)));
            assertArrayEquals(new int[] {1, 0}, new int[] {d.label(0), d.label(1)});
            assertEquals(List.of(), d.notes());
        }
    }

    @Test
    void aBackslashMayBePartOfAName() throws IOException {
        Images.put(root.resolve("test/dog/a\\b.png"), Images.encoded("png", 32, 0));
        Files.writeString(list, "test/dog/a\\b.png");
        assertEquals("test/dog/a\\b.png", Samples.read(list, root).name(0));
    }

    @Test
    void pathsStayInTheFolder() throws IOException {
        String inside = " is no path inside the data folder " + root;
        for (String out : List.of("../../etc/passwd", "test/../../x/dog/1.png", "..\\..\\x.png", "/", "..", ".",
                root.getParent().toString(), root + "/../x/dog/1.png", root + "x/test/dog/1.png")) {
            assertEquals(list + " line 1: '" + out + "'" + inside, refusal(out));
        }
        assertEquals(list + " line 1: 'test/a?b.png'" + inside, refusal("test/a\tb.png"));
        assertEquals(
                list + " line 1: 'test/d\\u200Bog/1.png' is not a file in " + root + ", which paths are relative to",
                refusal("test/d\u200Bog/1.png"));
        assertEquals(list + " line 1: 'test/dog' is a folder, expected a file", refusal("test/dog"));
    }

    @Test
    void saysHowAListIsNoText() throws IOException {
        String start = list + ": the sample list is ";
        String remedy = ": save it as UTF-8, for instance with iconv -f UTF-16 -t UTF-8";
        for (Charset wide : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE)) {
            for (String mark : List.of("", "\uFEFF")) {
                Files.write(list, (mark + "test/dog/1.png\n").getBytes(wide));
                String message = assertThrows(DataException.class, () -> Samples.read(list, root)).getMessage();
                assertTrue(message.equals(start + "UTF-16 text, expected UTF-8" + remedy) || message.equals(
                        start + "no UTF-8 text, its line 1 holds a zero byte" + remedy), message);
            }
        }
        Files.write(list, "test/dog/1.png\ntest/h\u00FCnd/1.png\n".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(start + "no UTF-8 text, byte 22 in line 2 belongs to no character: save it as UTF-8",
                assertThrows(DataException.class, () -> Samples.read(list, root)).getMessage());
    }

    @Test
    @Timeout(60)
    @DisabledOnOs(OS.WINDOWS)
    void readsListsAndImagesFromRegularFilesAlone() throws IOException, InterruptedException {
        String special = "is a named pipe, a device or another special file, expected a regular file";
        Path pipe = SpecialFiles.pipe(root.resolve("test/dog/pipe.png"));
        assertEquals(pipe + ": the sample list cannot be read (" + special + ")",
                assertThrows(DataException.class, () -> Samples.read(pipe, root)).getMessage());
        assertEquals("/dev/zero: the sample list cannot be read (" + special + ")",
                assertThrows(DataException.class, () -> Samples.read(Path.of("/dev/zero"), root)).getMessage());
        assertEquals(root + ": the sample list cannot be read (is a folder, expected a file)",
                assertThrows(DataException.class, () -> Samples.read(root, root)).getMessage());
        assertEquals(list + " line 1: 'test/dog/pipe.png' " + special, refusal("test/dog/pipe.png"));
        Files.createSymbolicLink(root.resolve("test/dog/gone.png"), Path.of("nowhere"));
        assertEquals(list + " line 1: 'test/dog/gone.png' is a link to nowhere, which is not there",
                refusal("test/dog/gone.png"));
        try (RandomAccessFile sparse = new RandomAccessFile(list.toFile(), "rw")) {
            sparse.setLength(20L << 30);
        }
        assertEquals(list + ": the sample list cannot be read (is 21474836480 bytes long, expected at most 268435456)",
                assertThrows(DataException.class, () -> Samples.read(list, root)).getMessage());
    }

    @Test
    void saysThatImagesAreNamedAgain() throws IOException {
        Files.writeString(list, "test/dog/1.png\ntrain/cat/1.png\n./test/dog/1.png\n");
        List<String> notes = List.of("the list names 1 of its 3 images again: each counts as often as it is named");
        assertEquals(notes, Samples.read(list, root).notes());
        ImageDataset shapes = SyntheticShapes.generate("test", 30, 1);
        Files.writeString(list, (shapes.name(3) + "\n").repeat(3));
        assertEquals(List.of("the list names 2 of its 3 images again: each counts as often as it is named"),
                Samples.select(list, shapes).notes());
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
        Files.writeString(folder.resolve("batches.meta.txt"), "\uFEFFa\r\nb\r\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
        Files.writeString(list, "./test_batch.bin/2\n");
        assertEquals("a", Samples.read(list, folder).classes().getFirst());
        Files.writeString(list, "\uFEFF./test/star/0001\n");
        assertEquals("test", Samples.split(list));
        assertEquals(5, Samples.select(list, SyntheticShapes.generate("test", 30, 1)).label(0));
    }

    @Test
    void aSubsetRefusesPositionsOutside() {
        ImageDataset d = SyntheticShapes.generate("test", 10, 1);
        assertEquals("subset: image 10 of a data set of 10",
                assertThrows(DataException.class, () -> new Subset(d, 0, 10)).getMessage());
    }
}
