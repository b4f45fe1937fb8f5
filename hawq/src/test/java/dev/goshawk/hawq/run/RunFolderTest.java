package dev.goshawk.hawq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.run.RunFolderException.Problem;
import dev.goshawk.hawq.setting.NamesSettings;
import dev.goshawk.hawq.setting.SettingNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {
    private static final Engine ENGINE = new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64", List.of());
    private static final Map<String, String> VALUES = Map.of("--lr", "0.1", "command", "train");
    private static final Map<String, String> CONTENTS = Map.of("weights", "sha256 1");

    @TempDir
    private Path folder;
    private Path run;

    @BeforeEach
    void place() {
        run = folder.resolve("deep/run");
    }

    private static String failure(Executable what) {
        Exception failure = assertThrows(Exception.class, what);
        String message = ((NamesSettings) failure).message(s -> "<" + s.words() + ">");
        assertEquals(1, message.lines().count(), message);
        assertEquals(failure.getMessage(), ((NamesSettings) failure).message(SettingNames.PLAIN));
        return message;
    }

    private static RunSettings create(Path path, boolean overwrite) throws IOException {
        return create(path, overwrite, Map.of());
    }

    private static RunSettings create(Path path, boolean overwrite, Map<String, Path> sources) throws IOException {
        try (RunStart start = RunStart.create(path, overwrite, sources);
                RunFolder made = start.begin("goshawk train", VALUES, CONTENTS, ENGINE)) {
            return made.settings();
        }
    }

    private static RunSettings resume(Path path, Map<String, String> values, Map<String, String> contents)
            throws IOException {
        try (RunStart start = RunStart.resume(path, Map.of());
                RunFolder made = start.begin("again", values, contents, ENGINE)) {
            assertTrue(made.isResumed());
            return made.settings();
        }
    }

    /** Everything in the folder but the lock, with the files' contents. */
    private Map<String, String> everything() throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path p : tree.filter(p -> !p.endsWith(".lock")).toList()) {
                all.put(folder.relativize(p).toString(), Files.isRegularFile(p) ? Files.readString(p) : "");
            }
        }
        return all;
    }

    @Test
    void ofRecordsTheLineNamesTheComponentThatDiffers() {
        assertEquals(new Difference("rate", "2", "1"),
                Difference.of("training", "T[batch=8, decay=W[by={2=1, 3=1}, rate=2]]",
                        "T[batch=8, decay=W[by={2=1, 3=1}, rate=1]]"));
        assertEquals(new Difference("batch", "8", "9"),
                Difference.of("training", "T[batch=8, a=1]", "T[batch=9, a=2]"));
        assertEquals(new Difference("training", "T[batch=8]", "T[size=8]"),
                Difference.of("training", "T[batch=8]", "T[size=8]"));
        assertEquals(new Difference("bits", "[2, 3]", "[2, 4]"), Difference.of("bits", "[2, 3]", "[2, 4]"));
        assertEquals(new Difference("--lr", "0.2", "none"), Difference.of("--lr", "0.2", "none"));
    }

    @Test
    void goesOnWithTheSameSettingsAndContentsOnly() throws IOException {
        RunSettings made = create(run, false);
        assertEquals(made, resume(run, VALUES, CONTENTS));
        assertEquals(run + ": cannot be resumed with --lr 0.2, it was started with 0.1",
                failure(() -> RunStart.resume(run, Map.of("--lr", "0.2"))));
        assertEquals(run + ": cannot be resumed with --seed 2, it was started with none",
                failure(() -> RunStart.resume(run, Map.of("--seed", "2"))));
        assertEquals(run + ": cannot be resumed without --lr, it was started with 0.1",
                failure(() -> resume(run, Map.of("command", "train"), CONTENTS)));
        assertEquals(
                run + ": cannot be resumed, the weights changed since it was started (now sha256 2, then sha256 1)",
                failure(() -> resume(run, VALUES, Map.of("weights", "sha256 2"))));
        assertEquals(folder + ": there is no run to resume (no settings.json)",
                failure(() -> RunStart.resume(folder, VALUES)));
        assertEquals(made, resume(run, VALUES, CONTENTS), "refusals leave the run as it was, and free");
    }

    private static void resumeOn(Path path, Engine engine) throws IOException {
        try (RunStart start = RunStart.resume(path); RunFolder made = start.begin("again", VALUES, CONTENTS, engine)) {
            assertTrue(made.isResumed());
        }
    }

    @Test
    void goesOnOnlyWhereTheSameBitsAreComputed() throws IOException {
        create(run, false);
        Map<String, String> before = everything();
        Engine narrow = new Engine("1.0 (code a)", "vector", 8, "25.0.3", "amd64", List.of("-XX:UseAVX=2"));
        String line = run + ": cannot be resumed with -XX:UseAVX 2, it was started with none";
        assertEquals(line, failure(() -> resumeOn(run, narrow)));
        try (RunStart early = RunStart.resume(run)) {
            assertEquals(line, failure(() -> early.requireEngine(narrow)));
            early.requireEngine(ENGINE);
        }
        assertEquals(run + ": cannot be resumed with -XX:UseFMA off, it was started with none", failure(
                () -> resumeOn(run,
                        new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64", List.of("-XX:-UseFMA")))));
        assertEquals(before, everything());
        resumeOn(run, ENGINE);
        try (RunStart start = RunStart.create(folder.resolve("new"))) {
            start.requireEngine(narrow);
        }
    }

    @Test
    void aRunOfAnEarlierVersionGoesOnWithADoubt() throws IOException {
        create(run, false);
        Path settings = run.resolve("settings.json");
        String now = Files.readString(settings);
        String old = now.replaceFirst("(?s),\\s*\"engine\" : \\{[^}]*}", "");
        assertNotEquals(now, old);
        Files.writeString(settings, old);
        try (RunStart start = RunStart.resume(run);
                RunFolder made = start.begin("again", VALUES, CONTENTS, ENGINE)) {
            String doubt = made.doubt().orElseThrow();
            assertTrue(doubt.startsWith(run + ": ") && doubt.lines().count() == 1, doubt);
        }
        Files.writeString(settings, now);
        try (RunStart start = RunStart.resume(run);
                RunFolder made = start.begin("again", VALUES, CONTENTS, ENGINE)) {
            assertEquals(Optional.empty(), made.doubt());
        }
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
        Map<String, String> before = everything();
        String message = failure(() -> create(run, true));
        String named = stranger.startsWith("checkpoints") ? stranger.replace("/x", "") : stranger.replaceAll("/.*", "");
        assertEquals(run + ": holds " + named
                + ", which no run wrote, so <overwriting> does not delete it; move it elsewhere, or choose another <run folder>",
                message);
        assertEquals(before, everything());
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
        assertEquals(file.resolve("run") + ": cannot be made (" + file + " is no folder that can be written)",
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

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "null", "[]", "7", "\"text\"", "{\"created\": \"c\"", "{\"created\": 3}",
            "{\"created\":\"c\",\"command\":\"d\",\"values\":null,\"contents\":{}}",
            "{\"created\":\"c\",\"command\":\"d\",\"values\":{\"--lr\":0.1},\"contents\":{}}",
            "{\"created\":\"c\",\"command\":\"d\",\"values\":[],\"contents\":{}}",
            "{\"created\":\"c\",\"command\":\"d\",\"values\":{},\"contents\":{},\"more\":1}",
            "{\"created\":\"c\",\"command\":\"d\",\"values\":{}}", "\u0000\u0001"})
    void damagedSettingsAreOneLineOfOurOwn(String text) throws IOException {
        create(run, false);
        Files.writeString(run.resolve("settings.json"), text);
        String expected = run + "/settings.json: expected the settings that a run of this version wrote, got ";
        String message = failure(() -> resume(run, VALUES, CONTENTS));
        assertTrue(message.startsWith(expected) && !message.matches(".*(java|jackson|Cannot|Token|Exception).*"),
                message);
        assertTrue(failure(() -> create(run, true)).contains(expected));
        assertEquals(text, Files.readString(run.resolve("settings.json")));
    }

    @Test
    void everyTruncationOfTheSettingsIsOneLine() throws IOException {
        create(run, false);
        byte[] whole = Files.readAllBytes(run.resolve("settings.json"));
        int content = new String(whole, java.nio.charset.StandardCharsets.UTF_8).strip().length();
        for (int n = 0; n < content; n++) {
            Files.write(run.resolve("settings.json"), java.util.Arrays.copyOf(whole, n));
            assertTrue(failure(() -> resume(run, VALUES, CONTENTS)).contains("expected the settings"));
        }
    }

    @Test
    void nextFreeNameCountsUp() throws IOException {
        Path wanted = folder.resolve("runs/quantize-0");
        for (String name : List.of("quantize-0", "quantize-0-2", "quantize-0-3")) {
            try (RunStart start = RunStart.fresh(wanted); RunFolder made = start.begin("c", VALUES, CONTENTS, ENGINE)) {
                assertEquals(folder.resolve("runs").resolve(name), made.path());
            }
        }
    }

    @Test
    void refusalsSayWhatIsTheMatterInFields() throws IOException {
        create(run, false);
        RunFolderException taken = assertThrows(RunFolderException.class, () -> create(run, false));
        assertEquals(Problem.NOT_EMPTY, taken.problem());
        assertEquals(run, taken.folder());
        assertEquals(run + ": is not empty; resuming goes on with the run in it, overwriting deletes it",
                taken.getMessage());
        assertEquals(Problem.OTHER_RUN, assertThrows(RunFolderException.class,
                () -> RunStart.resume(run, Map.of("rate", "2"))).problem());
        assertEquals(Problem.NO_RUN, assertThrows(RunFolderException.class,
                () -> RunStart.resume(folder, Map.of())).problem());
    }

    @Test
    void onlyFilesThatOverwriteKnowsAreWritten() throws IOException {
        try (RunStart start = RunStart.create(run, false, Map.of());
                RunFolder made = start.begin("c", VALUES, CONTENTS, ENGINE)) {
            assertEquals(run.resolve("run.json"), made.file("run.json"));
            assertThrows(IllegalArgumentException.class, () -> made.file("other.json"));
        }
    }
}
