package dev.goshawk.data.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.image.Images;
import dev.goshawk.data.image.Preprocessing;
import dev.goshawk.files.SpecialFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Data folders as they are found: numbers for classes, deeper folders, links, pipes, names of any bytes. */
@Timeout(60)
class FolderKindsTest {
    private static final Preprocessing SMALL = new Preprocessing(10, 8);

    @TempDir
    private Path root;

    private void put(String name) throws IOException {
        Images.put(root.resolve(name), Images.encoded("png", 32, 1));
    }

    private static String refusal(Runnable action) {
        String message = assertThrows(DataException.class, action::run).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    private String refused(String split) {
        String message = refusal(() -> Datasets.open(root, split));
        assertEquals(message, refusal(() -> Datasets.open(root, split, SMALL)));
        return message;
    }

    private static List<String> names(ImageDataset d) {
        return IntStream.range(0, d.size()).mapToObj(d::name).toList();
    }

    @Test
    void wholeNumbersAreOrderedAsNumbers() throws IOException {
        for (String c : List.of("0", "1", "2", "10", "11", "100", "007")) {
            put("train/" + c + "/a.png");
        }
        for (ImageDataset d : List.of(Datasets.open(root, "train"), Datasets.open(root, "train", SMALL))) {
            assertEquals(List.of("0", "1", "2", "007", "10", "11", "100"), d.classes());
            assertEquals("train/10/a.png", d.name(4));
            assertEquals(4, d.label(4));
            assertEquals(List.of("class folders are whole numbers and ordered as such: label 1 is 1 (as text, which "
                    + "PyTorch's ImageFolder orders by, it would be 007)"), d.notes());
        }
        put("train/cat/a.png");
        ImageDataset d = Datasets.open(root, "train");
        assertEquals(List.of("0", "007", "1", "10", "100", "11", "2", "cat"), d.classes());
        assertEquals(List.of(), d.notes());
    }

    @Test
    void numbersWhoseOrderIsThatOfTextNeedNoNote() throws IOException {
        for (int i = 0; i < 10; i++) {
            put("train/" + i + "/a.png");
        }
        assertEquals(List.of(), Datasets.open(root, "train").notes());
        assertEquals("123456789012345678901234567890", last("99999999999999999999", "123456789012345678901234567890"));
    }

    private String last(String... folders) throws IOException {
        for (String c : folders) {
            put("huge/" + c + "/a.png");
        }
        return Datasets.open(root, "huge").classes().getLast();
    }

    @Test
    void samplesLabelAsTheFolderDoes() throws IOException {
        put("train/2/a.png");
        put("train/10/a.png");
        Path list = Files.writeString(root.resolve("list"), "train/10/a.png\ntrain/2/a.png\n");
        ImageDataset d = Samples.read(list, root);
        assertEquals(List.of(1, 0), List.of(d.label(0), d.label(1)));
    }

    @Test
    void countsWhatIsPassedOver() throws IOException {
        put("train/cat/1.png");
        put("train/cat/more/2.png");
        put("train/cat/more/deep/3.jpg");
        put("train/cat/folder.png/4.png");
        put("train/stray.png");
        Files.writeString(root.resolve("train/cat/Thumbs.db"), "x");
        Files.writeString(root.resolve("train/cat/more/notes.txt"), "x");
        Files.writeString(root.resolve("train/cat/._1.png"), "x");
        Files.createDirectories(root.resolve("train/__MACOSX/cat"));
        Files.writeString(root.resolve("train/__MACOSX/cat/._1.png"), "x");
        Files.createDirectories(root.resolve("train/cat/@eaDir"));
        Files.writeString(root.resolve("train/cat/@eaDir/1.png"), "x");
        for (ImageDataset d : List.of(Datasets.open(root, "train"), Datasets.open(root, "train", SMALL))) {
            assertEquals(List.of("train/cat/1.png"), names(d));
            assertEquals(List.of(
                    "passed over in folders below class folders: 3 images, the first "
                            + root.resolve("train/cat/folder.png/4.png"),
                    "passed over beside class folders: 1 image, the first " + root.resolve("train/stray.png")),
                    d.notes());
        }
        put("train/dog/deeper/1.png");
        assertEquals(root.resolve("train/dog") + ": class folder holds no images (.jpg, .jpeg or .png), but folders in "
                + "it hold 1: move them up", refused("train"));
    }

    @Test
    void splitsLieInTheFolder() throws IOException {
        put("data/train/cat/1.png");
        put("outside/cat/1.png");
        Path data = root.resolve("data");
        for (String out : List.of("../outside", "..", "../..", "/", "", "train/../..", root.toString(),
                root.resolve("outside").toString(), "..\\outside", "a\0b")) {
            String expected = data + ": the split '" + out.replace('\0', '?')
                    + "' is no path inside the data folder, expected the name of a folder in it, such as one of [train]";
            assertEquals(expected, refusal(() -> Datasets.open(data, out)));
            assertEquals(expected, refusal(() -> Datasets.open(data, out, SMALL)));
            assertEquals(expected, refusal(() -> ImageFolder.open(data, out)));
        }
        for (String in : List.of("train", "train/", "./train", "x/../train", data.resolve("train").toString())) {
            assertEquals(List.of("train/cat/1.png"), names(Datasets.open(data, in)), in);
            assertEquals(List.of("train/cat/1.png"), names(Datasets.open(data, in, SMALL)), in);
        }
        assertEquals(List.of("cat"), Datasets.open(data.resolve("train"), ".").classes());
        assertEquals(data.resolve("train/cat/1.png") + ": is not a folder",
                refusal(() -> Datasets.open(data.resolve("train/cat/1.png"), "train")));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void imagesAreRegularFiles() throws IOException, InterruptedException {
        put("train/cat/1.png");
        String special = ": is a named pipe, a device or another special file, expected a regular file";
        Path pipe = SpecialFiles.pipe(root.resolve("train/cat/2.png"));
        assertEquals(pipe + special, refusal(() -> Datasets.open(root, "train")));
        ImageDataset photographs = Datasets.open(root, "train", SMALL);
        byte[] rgb = new byte[photographs.imageBytes()];
        assertEquals(pipe + special, refusal(() -> photographs.pixels(1, rgb, 0)));
        assertEquals(pipe + special, refusal(photographs::fingerprint));
        Files.delete(pipe);
        Files.createSymbolicLink(pipe, Path.of("/dev/zero"));
        assertEquals(pipe + special, refusal(() -> Datasets.open(root, "train")));
        Files.delete(pipe);
        Files.createSymbolicLink(pipe, Path.of("gone.png"));
        assertEquals(pipe + ": is a link to gone.png, which is not there", refusal(() -> Datasets.open(root, "train")));
        Files.delete(pipe);
        Files.createSymbolicLink(pipe, Path.of("1.png"));
        Files.createSymbolicLink(root.resolve("train/cat/loop"), Path.of(".."));
        assertEquals(List.of("train/cat/1.png", "train/cat/2.png"), names(Datasets.open(root, "train")));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void namesThatAreNoTextAreRefused() throws IOException, InterruptedException {
        put("train/cat/1.png");
        SpecialFiles.unnameable(root.resolve("train/cat"), ".txt");
        assertEquals(1, Datasets.open(root, "train").size());
        SpecialFiles.unnameable(root.resolve("train/cat"), ".png");
        String message = refused("train");
        assertTrue(message.startsWith(root.resolve("train/cat") + ": holds a file name, 'a")
                && message.endsWith(": rename it, or set LC_ALL=C.UTF-8"), message);
    }
}
