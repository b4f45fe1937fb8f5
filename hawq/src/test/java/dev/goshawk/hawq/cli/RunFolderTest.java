package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    private static final Map<String, String> VALUES = Map.of("--lr", "0.1");

    @TempDir
    private Path folder;

    private static String failure(Executable run) {
        return String.valueOf(assertThrows(IOException.class, run).getMessage());
    }

    @Test
    void goesOnWithTheSameSettingsOnly() throws IOException {
        Path run = folder.resolve("deep/run");
        RunFolder made = RunFolder.create(run, false, "goshawk train", VALUES);
        RunFolder again = RunFolder.resume(run, VALUES);
        assertEquals(made.settings(), again.settings());
        assertEquals(run + ": cannot be resumed with --lr 0.2, it was started with 0.1",
                failure(() -> RunFolder.resume(run, Map.of("--lr", "0.2"))));
        assertEquals(folder + ": there is no run to resume (no settings.json)",
                failure(() -> RunFolder.resume(folder, VALUES)));
    }

    @Test
    void aRunInTheWayIsKeptUnlessToldOtherwise() throws IOException {
        Path run = folder.resolve("run");
        RunFolder.create(run, false, "goshawk train", VALUES);
        Files.writeString(run.resolve("checkpoints/t-1.safetensors"), "old");
        assertEquals(run + ": is not empty; --resume goes on with the run in it, --overwrite deletes it",
                failure(() -> RunFolder.create(run, false, "goshawk train", VALUES)));
        RunFolder.create(run, true, "goshawk train again", Map.of("--lr", "3"));
        assertFalse(Files.exists(run.resolve("checkpoints/t-1.safetensors")));
        assertEquals("goshawk train again", RunFolder.resume(run, Map.of("--lr", "3")).settings().command());
    }

    @Test
    void whatIsNoRunIsNeverDeleted() throws IOException {
        Path other = Files.createDirectories(folder.resolve("thesis"));
        Files.writeString(other.resolve("chapter1.txt"), "text");
        assertEquals(other + ": holds no run (no settings.json), so --overwrite does not delete it",
                failure(() -> RunFolder.create(other, true, "goshawk train", VALUES)));
        assertTrue(Files.exists(other.resolve("chapter1.txt")));
        Path file = other.resolve("chapter1.txt");
        assertEquals(file + ": is a file, expected a folder for the run",
                failure(() -> RunFolder.create(file, false, "goshawk train", VALUES)));
        String below = failure(() -> RunFolder.create(file.resolve("run"), false, "goshawk train", VALUES));
        assertTrue(
                below.equals(file.resolve("run") + ": cannot be made (" + file + " is no folder that can be written)"),
                below);
    }

    @Test
    void leftoversOfAKilledProcessGo() throws IOException {
        Path run = folder.resolve("run");
        RunFolder.create(run, false, "goshawk train", VALUES);
        Path half = Files.writeString(run.resolve("checkpoints/.t-2.safetensors.77-1.tmp"), "half");
        Path report = Files.writeString(run.resolve(".run.json.tmp"), "half");
        RunFolder.resume(run, VALUES);
        assertEquals(List.of(false, false), List.of(Files.exists(half), Files.exists(report)));
    }

    @Test
    void nextFreeNameCountsUp() throws IOException {
        Path wanted = folder.resolve("quantize-0");
        assertEquals(wanted, RunFolder.nextFree(wanted));
        Files.createDirectories(wanted);
        Files.createDirectories(folder.resolve("quantize-0-2"));
        assertEquals(folder.resolve("quantize-0-3"), RunFolder.nextFree(wanted));
    }
}
