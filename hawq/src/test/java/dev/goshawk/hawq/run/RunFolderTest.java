package dev.goshawk.hawq.run;

import static dev.goshawk.hawq.run.SampleRuns.create;
import static dev.goshawk.hawq.run.SampleRuns.everything;
import static dev.goshawk.hawq.run.SampleRuns.failure;
import static dev.goshawk.hawq.run.SampleRuns.resume;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.run.RunFolderException.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {
    private static final Engine ENGINE = SampleRuns.ENGINE;
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
        Map<String, String> before = everything(folder);
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
        assertEquals(before, everything(folder));
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
