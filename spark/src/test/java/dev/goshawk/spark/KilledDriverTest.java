package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.Main;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The command's own process, killed in the middle. */
@EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
        disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
class KilledDriverTest {
    @TempDir
    private Path folder;
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void leaveNothing() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(Path json, String... more) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-Dspark.ui.enabled=false", "-cp", System.getProperty("java.class.path"),
                Main.class.getName(), "spectrum", "--sample-size", "16", "--micro-batch", "4", "--tolerance", "0.05",
                "--threads", "1", "--json", json.toString(), "--out", json + ".html"));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(json.resolveSibling("log").toFile()).start();
        started.add(process);
        return process;
    }

    private String end(Process process) throws IOException, InterruptedException {
        boolean ended = process.waitFor(900, TimeUnit.SECONDS);
        String log = Files.readString(folder.resolve("log"));
        assertTrue(ended, log);
        assertEquals(0, process.exitValue(), log);
        return log;
    }

    @Test
    void goesOnFromTheLastFinishedBlock() throws IOException, InterruptedException {
        Path alone = folder.resolve("alone.json");
        end(start(alone));
        Path json = folder.resolve("spectrum.json");
        Path parts = folder.resolve("spectrum.json.parts");
        Process driver = start(json, "--spark", "local-cluster[2,1,512]", "--partitions", "2");
        while (!Files.exists(parts)) {
            assertTrue(driver.isAlive(), () -> "ended: " + driver.exitValue());
            LocalExecutors.pause(20);
        }
        LocalExecutors.pause(500);
        List<ProcessHandle> executors = LocalExecutors.of(driver.toHandle());
        assertEquals(2, executors.size());
        driver.destroyForcibly().waitFor();
        assertFalse(Files.exists(json));
        executors.forEach(LocalExecutors::awaitEnd);
        String log = end(start(json, "--spark", "local-cluster[2,1,512]", "--partitions", "3", "--resume"));
        assertTrue(log.contains(" finished already"), log);
        assertEquals(Files.readString(alone), Files.readString(json));
        assertTrue(Files.exists(folder.resolve("spectrum.json.html")));
        assertFalse(Files.exists(parts));
    }
}
