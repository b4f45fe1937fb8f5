package dev.goshawk.hawq.cli.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.hawq.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command on curvature says whose process is ended in the middle. */
class InterruptedCurvatureTest {
    @TempDir
    private Path folder;

    /** Starts a command on one image in a process of its own, and ends it after the line that begins so. */
    private List<String> errorsOf(String line, String... words) throws IOException {
        Path list = CliRun.writeSamples(folder, SyntheticShapes.open("train").name(0));
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString(), "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(words));
        command.addAll(List.of("--samples", list.toString(), "--threads", "1", "--backend", "reference"));
        Process process = new ProcessBuilder(command).start();
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String told = out.readLine();
            while (told != null && !told.startsWith(line)) {
                told = out.readLine();
            }
            process.toHandle().destroy();
            assertNotNull(told, line);
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(l -> l.startsWith("goshawk: ")).toList();
        }
    }

    @Test
    void finishedPartsAreNamedAndHowToGoOn() throws IOException {
        String json = folder.resolve("trace.json").toString();
        List<String> errors = errorsOf("conv1 ", "trace", "--draws", "2", "--json", json);
        assertEquals(1, errors.size(), errors.toString());
        assertEquals("goshawk: interrupted; the same command with --resume goes on after N finished part",
                errors.getFirst().replaceAll("\\d+ finished parts?$", "N finished part"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"trace", "spectrum", "density"})
    void beforeTheFirstPartThereIsNothingToGoOnFrom(String command) throws IOException {
        String json = folder.resolve("out.json").toString();
        assertEquals(
                List.of("goshawk: interrupted before the first part was finished: the same command begins from the "
                        + "start"),
                errorsOf("hessian of ", command, "--by", "network", "--json", json));
        assertFalse(Path.of(json + ".parts").toFile().exists());
    }

    @Test
    void whatIsKeptNowhereCannotBeResumed() throws IOException {
        assertEquals(List.of(), errorsOf("conv1 ", "trace", "--draws", "2"));
    }
}
