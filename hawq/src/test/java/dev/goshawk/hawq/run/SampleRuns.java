package dev.goshawk.hawq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.setting.NamesSettings;
import dev.goshawk.hawq.setting.SettingNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.function.Executable;

/** Runs that begin and go on, and how that is refused. */
final class SampleRuns {
    static final Engine ENGINE = new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64", List.of());
    static final Map<String, String> VALUES = Map.of("--lr", "0.1", "command", "train");
    static final Map<String, String> CONTENTS = Map.of("weights", "sha256 1");

    private SampleRuns() {
    }

    /** The one line of a refusal, settings in pointed brackets. */
    static String failure(Executable what) {
        Exception failure = assertThrows(Exception.class, what);
        String message = ((NamesSettings) failure).message(s -> "<" + s.words() + ">");
        assertEquals(1, message.lines().count(), message);
        assertEquals(failure.getMessage(), ((NamesSettings) failure).message(SettingNames.PLAIN));
        return message;
    }

    static RunSettings create(Path path, boolean overwrite) throws IOException {
        return create(path, overwrite, Map.of());
    }

    static RunSettings create(Path path, boolean overwrite, Map<String, Path> sources) throws IOException {
        try (RunStart start = RunStart.create(path, overwrite, sources);
                RunFolder made = start.begin("goshawk train", VALUES, CONTENTS, ENGINE)) {
            return made.settings();
        }
    }

    static RunSettings resume(Path path, Map<String, String> values, Map<String, String> contents)
            throws IOException {
        try (RunStart start = RunStart.resume(path, Map.of());
                RunFolder made = start.begin("again", values, contents, ENGINE)) {
            assertTrue(made.isResumed());
            return made.settings();
        }
    }

    /** Everything in the folder but the lock, with the files' contents. */
    static Map<String, String> everything(Path folder) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path p : tree.filter(p -> !p.endsWith(".lock")).toList()) {
                all.put(folder.relativize(p).toString(), Files.isRegularFile(p) ? Files.readString(p) : "");
            }
        }
        return all;
    }
}
