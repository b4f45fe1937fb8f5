package dev.goshawk.hawq.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.hawq.cli.NoisyImages;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run is not taken up again by a process that might compute other bits than the one that began it. */
class OtherEngineTest {
    @TempDir
    private Path folder;

    private Map<String, String> everything(Path run) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> tree = Files.walk(run)) {
            for (Path p : tree.filter(p -> !p.endsWith(".lock")).toList()) {
                all.put(p.toString(), Files.isDirectory(p) ? "" : Files.getLastModifiedTime(p) + " " + Files.size(p));
            }
        }
        return all;
    }

    private void refusesOtherEngines(String... command) throws IOException {
        Path data = NoisyImages.write(folder.resolve("data"));
        Path run = folder.resolve("run");
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--data", data.toString(), "--batch", "4", "--out", run.toString()));
        CliRun first = CliRun.of(words.toArray(String[]::new));
        assertEquals(0, first.exitCode(), first.err());
        words.add("--resume");
        Path settings = run.resolve("settings.json");
        String written = Files.readString(settings);
        String jdk = Runtime.version().toString();

        Files.writeString(settings, written.replace("\"" + jdk + "\"", "\"24\""));
        assertNotEquals(written, Files.readString(settings));
        Map<String, String> before = everything(run);
        String expected = "goshawk: " + run + ": cannot be resumed with JDK " + jdk + ", it was started with 24";
        assertEquals(expected, CliRun.failure(words.toArray(String[]::new)));
        words.add("--dry-run");
        assertEquals(expected, CliRun.failure(words.toArray(String[]::new)));
        words.removeLast();
        assertEquals(before, everything(run));

        Files.writeString(settings, written.replaceFirst("\\(code [0-9a-f]+\\)", "(code 00000000)"));
        assertNotEquals(written, Files.readString(settings));
        String other = CliRun.failure(words.toArray(String[]::new));
        assertTrue(other.startsWith("goshawk: " + run + ": cannot be resumed with Goshawk ")
                && other.endsWith(" (code 00000000); --other-build goes on all the same, perhaps with other bits"),
                other);
        words.add("--other-build");
        CliRun accepted = CliRun.of(words.toArray(String[]::new));
        assertEquals(0, accepted.exitCode(), accepted.err());
        assertTrue(accepted.err().startsWith("goshawk: " + run + ": this run was started by Goshawk "), accepted.err());
        words.removeLast();

        Files.writeString(settings, written.replaceFirst("(?s),\\s*\"engine\" : \\{[^}]*}", ""));
        assertNotEquals(written, Files.readString(settings));
        CliRun old = CliRun.of(words.toArray(String[]::new));
        assertEquals(0, old.exitCode(), old.err());
        assertTrue(old.err().startsWith("goshawk: " + run + ": this run was started by an earlier version"), old.err());

        Files.writeString(settings, written);
        CliRun same = CliRun.of(words.toArray(String[]::new));
        assertEquals(0, same.exitCode(), same.err());
        assertEquals("", same.err());
    }

    @Test
    void trainings() throws IOException {
        refusesOtherEngines("train", "--epochs", "0.5");
    }

    @Test
    void quantizations() throws IOException {
        Path weights = folder.resolve("w.safetensors");
        Parameters parameters = Parameters.initialize(Networks.byName("resnet20", 2), DType.FLOAT32, 3);
        SafetensorsFile.write(weights, parameters.toWeights("test").tensors(), Map.of());
        refusesOtherEngines("quantize", "--weights", weights.toString(), "--method", "direct", "--at-once",
                "--epochs-per-block", "0");
    }
}
