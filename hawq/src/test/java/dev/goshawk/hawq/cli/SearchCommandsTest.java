package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Methods that search, as a user runs them. */
class SearchCommandsTest {
    @TempDir
    private Path folder;

    @Test
    void bothSearchesRunByTheirNames() throws Exception {
        Path out = folder.resolve("run");
        Path weights = folder.resolve("w.safetensors");
        SafetensorsFile.write(weights, Parameters.initialize(Networks.byName("resnet20", 2), DType.FLOAT32, 3)
                .toWeights("test").tensors(), Map.of());
        List<String> words = List.of("quantize", "--method", "haq,dnas", "--search-epochs", "2", "--search-images", "6",
                "--epochs-per-block", "0", "--final-epochs", "0", "--at-once", "--data",
                NoisyImages.write(folder.resolve("data")).toString(), "--weights", weights.toString(), "--batch", "4",
                "--out", out.toString());
        CliRun run = run(words, "--episodes", "2");
        assertEquals(0, run.exitCode(), run.err());
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        assertNull(report.curvature());
        assertEquals(List.of("HAQ", "DNAS"), report.searches().stream().map(RunReport.Search::method).toList());
        RunReport.Search haq = report.searches().getFirst();
        assertEquals(2, haq.episodes());
        assertNull(haq.epochs());
        assertEquals(List.of(2, 6, 1), List.of(haq.rewards().size(), haq.images(), haq.heldOut()));
        RunReport.Search dnas = report.searches().get(1);
        assertEquals(2.0, dnas.epochs());
        assertEquals(List.of(6, 1, 11), List.of(dnas.images(), dnas.heldOut(), dnas.probabilities().size()));
        report.results().subList(1, 3).forEach(r -> assertTrue(r.weightCompression() >= 13.1, r.toString()));
        assertTrue(run.out().contains("search: best reward ") && run.out().contains("as Wu et al. do: "), run.out());
        String html = Files.readString(out.resolve("report.html"));
        assertTrue(html.contains("HAQ: rewards") && html.contains("DNAS: probabilities of the widths"));
        assertFalse(Files.exists(out.resolve("curvature.json")));
        CliRun other = run(words, "--episodes", "3", "--resume");
        assertEquals(List.of(2, 1L), List.of(other.exitCode(), other.err().lines().count()), other.err());
        assertTrue(other.err().contains("cannot be resumed with search of haq 3 episodes, images 6"), other.err());
    }

    private static CliRun run(List<String> words, String... more) {
        return CliRun.of(Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "--only hawq --episodes 3 | --episodes: expected with haq among the rows, which has a use for it "
                    + "(see goshawk reproduce cifar10 --help)",
            "--only haq --search-epochs 3 | --search-epochs: expected with dnas among the rows, which has a use for it "
                    + "(see goshawk reproduce cifar10 --help)",
            "--only haq --episodes 0 | --episodes: expected 1 to 1000000 episodes, got 0",
            "--only haq --search-images 5401 | --search-images: expected 0 to 5400 training images that are not held "
                    + "out, got 5401"})
    void lengthsThatARowHasNoUseForAreRefused(String options, String message) {
        String[] command = ("reproduce cifar10 --out " + folder.resolve("none") + " " + options).split(" ");
        assertEquals("goshawk: " + message, CliRun.failure(command));
        assertFalse(Files.exists(folder.resolve("none")));
    }
}
