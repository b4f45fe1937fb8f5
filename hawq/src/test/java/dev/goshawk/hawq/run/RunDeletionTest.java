package dev.goshawk.hawq.run;

import static dev.goshawk.hawq.run.SampleRuns.create;
import static dev.goshawk.hawq.run.SampleRuns.everything;
import static dev.goshawk.hawq.run.SampleRuns.failure;
import static dev.goshawk.hawq.run.SampleRuns.resume;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes from a folder in which a run begins, and what never does. */
class RunDeletionTest {
    private static final Map<String, String> VALUES = SampleRuns.VALUES;
    private static final Map<String, String> CONTENTS = SampleRuns.CONTENTS;

    @TempDir
    private Path folder;
    private Path run;

    @BeforeEach
    void place() {
        run = folder.resolve("deep/run");
    }

    @Test
    void aRunInTheWayIsKeptUnlessToldOtherwise() throws IOException {
        create(run, false);
        Path checkpoint = Files.createDirectories(run.resolve("checkpoints")).resolve("train-1.safetensors");
        List<Path> written = List.of(checkpoint, run.resolve("run.json"), run.resolve("report.html"),
                run.resolve("model.safetensors"), run.resolve("direct.safetensors"), run.resolve("curvature.json"),
                run.resolve(".goshawk-17-1a2b-1.tmp"), run.resolve("checkpoints/.goshawk-17-1a2b-2.tmp"));
        for (Path p : written) {
            Files.writeString(p, "old");
        }
        assertEquals(run + ": is not empty; <resuming> goes on with the run in it, <overwriting> deletes it",
                failure(() -> create(run, false)));
        create(run, true);
        written.forEach(p -> assertFalse(Files.exists(p), p.toString()));
        assertEquals(VALUES, resume(run, VALUES, CONTENTS).values());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"keep/p.txt", "notes.txt", "checkpoints/best.safetensors", "checkpoints/train-1.safetensors/x",
                    ".run.json", ".x.tmp", "run.json/x", "model.safetensors.bak", "sub/settings.json", ".lock2"})
    void aStrangerInTheFolderIsARefusalThatNamesIt(String stranger) throws IOException {
        create(run, false);
        Files.createDirectories(run.resolve("checkpoints"));
        Files.createDirectories(run.resolve(stranger).getParent());
        Files.writeString(run.resolve(stranger), "mine");
        Map<String, String> before = everything(folder);
        String message = failure(() -> create(run, true));
        String named = stranger.startsWith("checkpoints") ? stranger.replace("/x", "") : stranger.replaceAll("/.*", "");
        assertEquals(run + ": holds " + named
                + ", which no run wrote, so <overwriting> does not delete it; move it elsewhere, or choose another <run folder>",
                message);
        assertEquals(before, everything(folder));
    }

    @Test
    void linksAreStrangersAndNeverFollowed() throws IOException {
        create(run, false);
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("train-1.safetensors"), "mine");
        Files.createSymbolicLink(run.resolve("checkpoints"), elsewhere);
        assertTrue(failure(() -> create(run, true)).startsWith(run + ": holds checkpoints, which no run wrote"));
        assertTrue(Files.exists(elsewhere.resolve("train-1.safetensors")));
    }

    @Test
    void aFolderThatIsALinkIsTheFolderItLeadsTo() throws IOException {
        create(run, false);
        Path link = Files.createSymbolicLink(folder.resolve("link"), run);
        Files.writeString(run.resolve("run.json"), "old");
        create(link, true);
        assertTrue(Files.isSymbolicLink(link));
        assertFalse(Files.exists(run.resolve("run.json")));
        Path nowhere = Files.createSymbolicLink(folder.resolve("nowhere"), folder.resolve("gone"));
        assertEquals(nowhere + ": cannot be made (" + nowhere + " is a link to nothing)",
                failure(() -> create(nowhere, false)));
    }

    @Test
    void whatTheCommandReadsIsNotDeleted() throws IOException {
        create(run, false);
        Path model = Files.writeString(run.resolve("model.safetensors"), "weights");
        Path link = Files.createSymbolicLink(folder.resolve("w"), model);
        for (Path weights : List.of(model, link)) {
            assertEquals("weights " + weights + ": is in " + run
                    + ", which <overwriting> deletes; copy it elsewhere, or choose another <run folder>",
                    failure(() -> create(run, true, Map.of("weights", weights))));
        }
        assertTrue(failure(() -> create(run, true, Map.of("data", run.resolve("../run"))))
                .startsWith("data "));
        assertEquals("weights", Files.readString(model));
        create(run, true, Map.of("weights", folder.resolve("other.th"), "data", folder));
    }

    @Test
    void whatIsNoRunIsNeverDeleted() throws IOException {
        Path other = Files.createDirectories(folder.resolve("thesis"));
        Files.writeString(other.resolve("chapter1.txt"), "text");
        assertEquals(other + ": holds no run (no settings.json), so <overwriting> does not delete it",
                failure(() -> create(other, true)));
        Path editors = Files.createDirectories(folder.resolve("editor"));
        Files.writeString(editors.resolve("settings.json"), "{\"editor.fontSize\": 12}");
        assertTrue(failure(() -> create(editors, true))
                .startsWith(editors + ": holds no run that <overwriting> could delete"));
        assertTrue(Files.exists(editors.resolve("settings.json")));
        Path file = other.resolve("chapter1.txt");
        assertEquals(file + ": is a file, expected a folder for the run", failure(() -> create(file, false)));
        assertEquals(file.resolve("run") + ": cannot be made (" + file + " is not a folder that can be written)",
                failure(() -> create(file.resolve("run"), false)));
        assertEquals("<run folder>: expected a folder for the run, got an empty name",
                failure(() -> create(Path.of(""), true)));
        assertTrue(failure(() -> create(Path.of("/"), true)).startsWith("/: holds no run"));
        assertTrue(failure(() -> create(Path.of("."), true)).startsWith(".: holds no run"));
        assertTrue(failure(() -> create(Path.of(System.getProperty("user.home")), true)).contains(": holds no run"));
        assertEquals("text", Files.readString(file));
    }

    @Test
    void leftoversOfAKilledProcessGoAndStrangersStay() throws IOException {
        create(run, false);
        Path half = Files.createDirectories(run.resolve("checkpoints")).resolve(".goshawk-77-1a2b-1.tmp");
        Files.writeString(half, "half");
        Path report = Files.writeString(run.resolve(".goshawk-77-1a2b-2.tmp"), "half");
        Path other = Files.writeString(run.resolve(".mine.tmp"), "whole");
        resume(run, VALUES, CONTENTS);
        assertEquals(List.of(false, false, true),
                List.of(Files.exists(half), Files.exists(report), Files.exists(other)));
    }

    @Test
    void aProcessKilledAtTheStartIsNotInTheWay() throws IOException {
        Files.createDirectories(run);
        Files.writeString(run.resolve(".lock"), "");
        Files.writeString(run.resolve(".goshawk-77-1a2b-1.tmp"), "{");
        assertEquals(VALUES, create(run, false).values());
    }
}
