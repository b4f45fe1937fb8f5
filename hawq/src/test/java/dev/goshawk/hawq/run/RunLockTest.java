package dev.goshawk.hawq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
    private static final Map<String, String> VALUES = Map.of("--lr", "0.1");
    private static final Engine ENGINE = new Engine("1.0 (code a)", "vector", 16, "25", "amd64", List.of());

    @TempDir
    private Path folder;

    /** A process with a run in a folder, which waits for the end of its input. */
    static final class Holder {
        private Holder() {
        }

        public static void main(String[] arguments) throws IOException {
            try (RunStart start = RunStart.create(Path.of(arguments[0]), false, Map.of());
                    RunFolder run = start.begin("goshawk train", VALUES, Map.of(), ENGINE)) {
                System.out.println("began in " + run.path());
                while (System.in.read() >= 0) {
                    // Until the test ends it.
                }
            }
        }
    }

    private static Process start(Path run) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(), run.toString()).start();
        BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertEquals("began in " + run, out.readLine());
        return process;
    }

    private static String refusal(Path run, boolean resume) {
        return String.valueOf(assertThrows(IOException.class,
                () -> (resume ? RunStart.resume(run, VALUES) : RunStart.create(run, true, Map.of())).close())
                .getMessage());
    }

    @Test
    void oneProcessAtATimeAndNoneAfterItsEnd() throws Exception {
        Path run = folder.resolve("run");
        Process process = start(run);
        try {
            byte[] before = Files.readAllBytes(run.resolve("settings.json"));
            for (boolean resume : List.of(true, false)) {
                assertEquals(run + ": another run is at work there; wait for its end, or choose another run folder",
                        refusal(run, resume));
            }
            assertEquals(List.of(before.length), List.of(Files.readAllBytes(run.resolve("settings.json")).length));
            process.destroyForcibly().waitFor();
            RunStart.resume(run, VALUES).close();
            assertTrue(Files.exists(run.resolve(".lock")), "stale, and no hindrance");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void oneRunOfAProcessKeepsOutTheNext() throws IOException {
        Path run = folder.resolve("run");
        Path link = Files.createSymbolicLink(folder.resolve("link"), run);
        try (RunStart start = RunStart.create(run, false, Map.of());
                RunFolder made = start.begin("c", VALUES, Map.of(), ENGINE)) {
            assertEquals(run, made.path());
            assertTrue(refusal(run, true).contains("another run is at work there"));
            assertTrue(refusal(link, false).contains("another run is at work there"));
        }
        RunStart.resume(run, VALUES).close();
    }

    @Test
    void whoComesSecondToANewFolderIsRefused() throws IOException {
        Path run = folder.resolve("run");
        try (RunStart first = RunStart.create(run, false, Map.of());
                RunStart second = RunStart.create(run, false, Map.of())) {
            first.begin("first", VALUES, Map.of(), ENGINE).close();
            String message = String.valueOf(
                    assertThrows(IOException.class, () -> second.begin("second", VALUES, Map.of(), ENGINE))
                            .getMessage());
            assertEquals(run + ": another run began there meanwhile; choose another run folder", message);
        }
        assertTrue(Files.readString(run.resolve("settings.json")).contains("first"));
    }
}
