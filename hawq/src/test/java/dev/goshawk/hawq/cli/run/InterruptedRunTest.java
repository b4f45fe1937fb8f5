package dev.goshawk.hawq.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.hawq.cli.option.RunOptions;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.hawq.run.RunStart;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a process says that ends in the middle of a run. */
class InterruptedRunTest {
    @TempDir
    private Path folder;

    /** A process with a run in a folder, which waits for the end of its input. */
    static final class Holder {
        private Holder() {
        }

        public static void main(String[] arguments) throws IOException {
            try (RunOptions options = new RunOptions()) {
                new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(options)).parseArgs("--out",
                        arguments[0]);
                Backend backend = Backends.select("reference", ThreadPool.ofThreads(1));
                options.prepare(Map.of(), backend, Map.of());
                options.begin(Path.of("unused"), "goshawk train", Map.of(), Map.of(), backend);
                System.out.println("began");
                while (System.in.read() >= 0) {
                    // Until the test ends it.
                }
            }
        }
    }

    private static Process start(Path run) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), Holder.class.getName(), run.toString()).start();
        BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        assertEquals("began", out.readLine());
        return process;
    }

    @Test
    void anInterruptedProcessSaysHowToGoOn() throws Exception {
        Path run = folder.resolve("run");
        Process process = start(run);
        process.toHandle().destroy();
        assertEquals(List.of("goshawk: interrupted; the same command with --out " + run
                + " --resume goes on from the last checkpoint"),
                new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList());
        assertEquals(143, process.waitFor());
        RunStart.resume(run, Map.of()).close();
    }

    @Test
    void aRunThatEndsSaysNothing() throws Exception {
        Process process = start(folder.resolve("run"));
        process.getOutputStream().close();
        assertEquals("", new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
        assertEquals(0, process.waitFor());
    }
}
