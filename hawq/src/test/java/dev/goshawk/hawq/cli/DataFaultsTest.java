package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Odd data folders and lists, as a user of the commands meets them. */
class DataFaultsTest {
    @TempDir
    private Path folder;
    private Path data;

    @BeforeEach
    void images() throws IOException {
        data = folder.resolve("data");
        for (String split : List.of("train", "test")) {
            for (String c : List.of("0", "1", "2", "10")) {
                image(split + "/" + c + "/1.png");
            }
        }
    }

    private void image(String name) throws IOException {
        Path file = data.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    }

    private String evaluate(String... more) {
        return CliRun.failure(Stream.concat(Stream.of("evaluate", "--weights", "random", "--data", data.toString()),
                Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void splitsOutsideTheFolderAreRefused() {
        String message = ": the split '../..' is no path inside the data folder, expected the name of a folder in it, "
                + "such as one of [test, train]";
        assertEquals("goshawk: " + data + message, evaluate("--split", "../.."));
        Path run = folder.resolve("run");
        for (String option : List.of("--train-split", "--test-split")) {
            assertEquals("goshawk: " + data + message, CliRun.failure("quantize", "--weights", "random", "--data",
                    data.toString(), "--out", run.toString(), option, "../.."));
        }
        assertTrue(Files.notExists(run));
    }

    @Test
    void namesTheFirstClassThatOneSplitHasAlone() throws IOException {
        Path run = folder.resolve("run");
        String[] quantize = {"quantize", "--weights", "random", "--data", data.toString(), "--out", run.toString(),
                "--dry-run"};
        image("test/7/1.png");
        assertEquals(
                "goshawk: training data: class '7' is in the test images alone (4 classes to train, 5 to test); both "
                        + "splits need the same classes",
                CliRun.failure(quantize));
        image("train/cat/1.png");
        assertEquals(
                "goshawk: training data: class 'cat' is in the training images alone (5 classes to train, 5 to test); "
                        + "both splits need the same classes",
                CliRun.failure(quantize));
        assertTrue(Files.notExists(run));
    }

    @Test
    void saysWhatWasChosenAndPassedOver() throws IOException {
        image("test/1/below/1.png");
        image("test/1/below/2.png");
        Path list = Files.writeString(folder.resolve("list"), "\uFEFF./test/10/1.png\r\n");
        CliRun run = CliRun.of("evaluate", "--weights", "random", "--data", data.toString(), "--samples",
                list.toString());
        assertEquals(0, run.exitCode(), run.err());
        run = CliRun.of("evaluate", "--weights", "random", "--data", data.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(
                List.of("goshawk: class folders are whole numbers and ordered as such: label 2 is 2 (as text, which "
                        + "PyTorch's ImageFolder orders by, it would be 10)",
                        "goshawk: passed over in folders below class folders: 2 images, the first "
                                + data.resolve("test/1/below/1.png")),
                run.err().lines().limit(2).toList());
    }

    @Test
    void aListOfDrawnShapesMayHaveAByteOrderMark() throws IOException {
        Path list = Files.writeString(folder.resolve("list"), "\uFEFF./test/star/0001\r\n");
        String message = CliRun.failure("evaluate", "--samples", list.toString(), "--weights", "random", "--resize",
                "40");
        assertEquals("goshawk: --resize: expected --data, a folder of photographs, as well", message);
        CliRun run = CliRun.of("evaluate", "--samples", list.toString(), "--weights", "random");
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().contains(" of 1 images)"), run.out());
        Files.writeString(list, "x\0y");
        assertEquals(
                "goshawk: " + list + ": the sample list is no UTF-8 text, its line 1 holds a zero byte: save it as "
                        + "UTF-8, for instance with iconv -f UTF-16 -t UTF-8",
                CliRun.failure("evaluate", "--samples", list.toString(), "--weights", "random"));
    }
}
