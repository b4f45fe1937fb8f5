package dev.goshawk.hawq.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
    @TempDir
    private Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void jsonRoundTrip() throws IOException {
        Path file = folder.resolve("run/run.json");
        for (RunReport report : List.of(SampleReport.resnet20(), SampleReport.bare())) {
            JsonFiles.write(file, report);
            assertEquals(report, JsonFiles.read(file, RunReport.class));
        }
        assertFalse(Files.readString(file).contains("null"));
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertEquals(1, files.count(), "no temporary file stays");
        }
    }

    @Test
    void numbersKeepEveryBit() {
        Path file = folder.resolve("d.json");
        double[] values = {0.1, 1.0 / 3, Double.MIN_VALUE, Math.PI * 1e300, -0.0};
        JsonFiles.write(file, values);
        org.junit.jupiter.api.Assertions.assertArrayEquals(values, JsonFiles.read(file, double[].class));
    }

    @Test
    void unwritableFolderLeavesNothing() throws IOException {
        Path occupied = Files.writeString(folder.resolve("file"), "x");
        Path target = occupied.resolve("run.json");
        String message = assertThrows(UncheckedIOException.class,
                () -> JsonFiles.write(target, List.of(1))).getMessage();
        assertTrue(message.startsWith(target + ": cannot be written ("), message);
        assertEquals(1, message.lines().count());
        assertThrows(UncheckedIOException.class, () -> HtmlReport.write(target, SampleReport.bare()));
        assertEquals(List.of("file"), names());
        assertEquals("x", Files.readString(occupied));
    }

    @Test
    void targetThatIsAFolderLeavesNothing() throws IOException {
        Path target = Files.createDirectories(folder.resolve("run.json/inner")).getParent();
        assertThrows(UncheckedIOException.class, () -> JsonFiles.write(target, List.of(1)));
        assertEquals(List.of("run.json"), names());
    }

    @Test
    void failedWriteKeepsTheEarlierFile() throws IOException {
        Path file = folder.resolve("run.json");
        JsonFiles.write(file, List.of(1, 2));
        String before = Files.readString(file);
        record Broken() {
            @SuppressWarnings("unused") // read by the JSON mapper
            public int getValue() {
                throw new IllegalStateException("no value");
            }
        }
        assertThrows(IllegalArgumentException.class, () -> JsonFiles.write(file, new Broken()));
        assertEquals(before, Files.readString(file));
        assertEquals(List.of("run.json"), names());
    }

    @Test
    void unreadableJson() throws IOException {
        Path file = Files.writeString(folder.resolve("run.json"), "{\"goshawk\": tru");
        String message = assertThrows(IllegalArgumentException.class, () -> JsonFiles.read(file, RunReport.class))
                .getMessage();
        assertTrue(message.startsWith("cannot read " + file + ": expected JSON of a RunReport, got: "), message);
        assertEquals(1, message.lines().count());
        assertThrows(UncheckedIOException.class, () -> JsonFiles.read(folder.resolve("none"), RunReport.class));
    }
}
