package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.Main;
import dev.goshawk.hawq.run.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command's own process is killed while executors compute. */
@EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
        disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
class DriverKilledTest {
    private static final List<String> SPECTRUM = List.of("spectrum", "--sample-size", "8", "--micro-batch", "4",
            "--subsample", "0", "--max-iterations", "2", "--threads", "1");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    private Path folder;

    /** A process of the command, its executors' jobs written to a folder {@code jobs}. */
    private Process spectrum(Path json, Path jobs, Path log, String... more) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        Engine.given().stream().filter(a -> !a.startsWith("-Xmx") && !a.startsWith("-javaagent"))
                .forEach(command::add);
        command.addAll(List.of("-Xmx1g", "-Dspark.ui.enabled=false", "-Dspark.eventLog.enabled=true",
                "-Dspark.eventLog.compress=false", "-Dspark.eventLog.rolling.enabled=false",
                "-Dspark.eventLog.dir=" + Files.createDirectories(jobs).toUri(), "-cp",
                System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(SPECTRUM);
        command.addAll(List.of("--spark", "local-cluster[2,1,1024]", "--json", json.toString()));
        command.addAll(List.of(more));
        return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(log.toFile())
                .start();
    }

    private static List<String> finished(Path parts) throws IOException {
        if (!Files.exists(parts)) {
            return List.of();
        }
        JsonNode all = JSON.readTree(Files.readAllBytes(parts)).get("value").get("parts");
        return all.properties().stream().map(Map.Entry::getKey).toList();
    }

    @Test
    void finishedBlocksStayFinished() throws IOException, InterruptedException {
        Path alone = folder.resolve("alone.json");
        List<String> here = new ArrayList<>(SPECTRUM);
        here.addAll(List.of("--json", alone.toString()));
        assertEquals(0, Main.commandLine().execute(here.toArray(String[]::new)));

        Path json = folder.resolve("killed.json");
        Path parts = folder.resolve("killed.json.parts");
        Path log = folder.resolve("log");
        Process driver = spectrum(json, folder.resolve("first"), log);
        while (finished(parts).size() < 2) {
            assertTrue(driver.isAlive(), () -> read(log));
            LocalExecutors.pause(20);
        }
        List<ProcessHandle> executors = LocalExecutors.of(driver.toHandle());
        assertEquals(2, executors.size());
        driver.destroyForcibly().waitFor();
        executors.forEach(LocalExecutors::awaitEnd);
        assertFalse(Files.exists(json));
        List<String> before = finished(parts);

        Process again = spectrum(json, folder.resolve("second"), log, "--resume");
        assertEquals(0, again.waitFor(), () -> read(log));
        assertTrue(read(log).contains(before.size() + " parts are finished already"), () -> read(log));
        assertEquals(Files.readString(alone), Files.readString(json));
        assertFalse(Files.exists(parts));
        String jobs = jobs(folder.resolve("second"));
        for (String block : before) {
            assertFalse(jobs.contains("resnet20, " + block + ": "), block);
        }
        assertTrue(jobs.contains("resnet20, linear: "), "the jobs of blocks are told by their names");
    }

    private static String jobs(Path folder) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                all.append(read(file));
            }
        }
        return all.toString();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
