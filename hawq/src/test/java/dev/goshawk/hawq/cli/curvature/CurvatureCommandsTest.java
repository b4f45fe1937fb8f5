package dev.goshawk.hawq.cli.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.NoisyImages;
import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.synthetic.SyntheticShapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code goshawk trace} and {@code goshawk density}. */
class CurvatureCommandsTest {
    private static final ImageDataset IMAGES = SyntheticShapes.open("train");

    @TempDir
    private Path folder;

    private JsonNode run(String command, String... more) throws IOException {
        Path weights = folder.resolve("w.safetensors");
        CliRun.writeWeights(weights);
        Path list = CliRun.writeSamples(folder, IMAGES.name(0), IMAGES.name(4000), IMAGES.name(1));
        Path json = folder.resolve("out.json");
        List<String> all = new ArrayList<>(
                List.of(command, "--weights", weights.toString(), "--samples", list.toString(),
                        "--json", json.toString()));
        all.addAll(List.of(more));
        CliRun run = CliRun.of(all.toArray(String[]::new));
        assertEquals(0, run.exitCode(), run.err());
        return CliRun.json(json);
    }

    @Test
    void traceByBlock() throws IOException {
        JsonNode trace = run("trace", "--draws", "3", "--operator", "ggn");
        JsonNode blocks = trace.get("blocks");
        assertEquals(11, blocks.size());
        assertEquals(List.of("name", "weights", "trace", "standard_error", "draws"),
                List.copyOf(blocks.get(0).propertyNames()));
        double sum = 0;
        for (JsonNode b : blocks) {
            sum += b.get("trace").asDouble();
            assertTrue(b.get("trace").asDouble() > 0, "semidefinite: " + b);
            assertEquals(3, b.get("draws").asInt());
        }
        assertEquals(sum, trace.get("trace").asDouble(), 1e-9 * sum);
    }

    @Test
    void densityOfTheNetworkInMicroBatches() throws IOException {
        String[] options = {"--probes", "2", "--steps", "4", "--points", "50", "--dtype", "float64"};
        JsonNode whole = run("density", options);
        assertEquals(50, whole.get("grid").size());
        assertEquals(50, whole.get("density").size());
        assertEquals(4, whole.get("moments").size());
        assertEquals(8, whole.get("nodes").size());
        double weights = whole.get("weights").valueStream().mapToDouble(JsonNode::asDouble).sum();
        assertEquals(1, weights, 1e-9);
        List<String> parted = new ArrayList<>(List.of(options));
        parted.addAll(List.of("--micro-batch", "2"));
        JsonNode parts = run("density", parted.toArray(String[]::new));
        assertEquals(whole.get("norm").asDouble(), parts.get("norm").asDouble(), 1e-9 * whole.get("norm").asDouble());
    }

    /** A page is drawn of every width, and a grid on which the density cannot be seen is told. */
    @Test
    void oddWidthsAreDrawn() throws IOException {
        for (String width : List.of("1e-290", "1e290")) {
            Path page = folder.resolve(width + ".html");
            JsonNode density = run("density", "--probes", "2", "--steps", "4", "--points", "9", "--width", width,
                    "--out",
                    page.toString());
            assertEquals(width.equals("1e290"), density.get("converged").asBoolean());
            assertTrue(Files.readString(page).contains("class=\"band\"") && !Files.readString(page).contains("NaN"));
        }
    }

    @Test
    void fisherIsGaussNewton() throws IOException {
        JsonNode ggn = run("trace", "--draws", "2", "--operator", "ggn", "--by", "network", "--dtype", "float64");
        JsonNode fisher = run("trace", "--draws", "2", "--operator", "fisher", "--by", "network", "--dtype", "float64");
        assertEquals(ggn.get("trace").asDouble(), fisher.get("trace").asDouble(), 1e-9 * ggn.get("trace").asDouble());
    }

    @Test
    void activationsHaveTracesOfTheirOwn() throws IOException {
        Path page = folder.resolve("trace.html");
        JsonNode ggn = run("trace", "--draws", "2", "--operator", "ggn", "--by", "activations", "--dtype", "float64",
                "--out", page.toString());
        JsonNode fisher = run("trace", "--draws", "2", "--operator", "fisher", "--by", "activations", "--dtype",
                "float64", "--micro-batch", "2");
        assertEquals(19, ggn.get("blocks").size());
        assertEquals("relu", ggn.get("blocks").get(0).get("name").asString());
        assertEquals(ggn.get("trace").asDouble(), fisher.get("trace").asDouble(), 1e-9 * ggn.get("trace").asDouble());
        String text = Files.readString(page);
        assertTrue(text.matches("(?s).*<th class=\"n\">standard error</th>.*<tr><td>relu</td>.*<tr><td>sum</td>.*"),
                text);
        assertTrue(text.contains("<h3>Trace by activation</h3>") && text.contains("class=\"whisker\""), text);
        JsonNode density = run("density", "--by", "layer", "--probes", "2", "--steps", "4", "--points", "20", "--out",
                folder.resolve("density.svg").toString());
        assertEquals(20, density.get("blocks").size());
        assertEquals(20, Files.readString(folder.resolve("density.svg")).split("class=\"band\"", -1).length - 1);
    }

    @Test
    void aDryRunComputesNothing() throws IOException {
        Path page = folder.resolve("page.svg");
        for (String command : List.of("trace", "density", "spectrum")) {
            for (String by : List.of("network", "block", "activations")) {
                CliRun run = CliRun.of(command, "--by", by, "--sample-size", "8", "--micro-batch", "4", "--operator",
                        "ggn", "--dry-run", "--out", page.toString());
                assertEquals(0, run.exitCode(), run.err());
                assertTrue(run.out().startsWith("memory of ") && run.out().contains(", 2 micro-batches kept")
                        && run.out().endsWith("fits; nothing was taken\n"), run.out());
                assertEquals("goshawk: --dry-run computes nothing: " + page + " is not written\n", run.err());
                assertTrue(Files.notExists(page));
            }
        }
    }

    @Test
    void picturesAreNamedForWhatTheyAre() {
        for (String command : List.of("trace", "density", "spectrum")) {
            assertEquals("goshawk: --out: expected a file whose name ends in .html or .svg, got x.png (see goshawk "
                    + command + " --help)", CliRun.failure(command, "--out", "x.png"));
            assertEquals("goshawk: --json and --out: expected two files, got a.svg for both (see goshawk " + command
                    + " --help)", CliRun.failure(command, "--out", "a.svg", "--json", "a.svg"));
        }
    }

    @Test
    void badOptionsAreOneLine() {
        CliRun run = CliRun.of("density", "--probes", "1");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("--probes: expected at least 2"), run.err());
        assertEquals(
                "goshawk: --width: expected 0 or a number from 1.0E-290 to 1.0E290, got 1.0E-300 (see goshawk density --help)",
                CliRun.failure("density", "--width", "1e-300"));
        assertEquals("goshawk: --points: expected 2 to 1000000, got 2000000000 (see goshawk density --help)",
                CliRun.failure("density", "--points", "2000000000"));
        assertEquals(2, CliRun.of("trace", "--draws", "1").exitCode());
        assertEquals(2, CliRun.of("trace", "--by", "color").exitCode());
    }

    @Test
    void moreImagesThanThereAreAreSaid() throws IOException {
        String data = NoisyImages.write(folder.resolve("data")).toString();
        CliRun trace = CliRun.of("trace", "--weights", "random", "--data", data, "--sample-size", "9", "--draws", "2",
                "--by", "network");
        assertEquals(0, trace.exitCode(), trace.err());
        assertEquals("goshawk: --sample-size: 9 images asked for, 8 used: the data has no more\n", trace.err());
        assertFalse(trace.out().contains("sum"), "a network's trace is not told twice: " + trace.out());
        CliRun spectrum = CliRun.of("spectrum", "--weights", "random", "--data", data, "--sample-size", "8",
                "--subsample", "8", "--tolerance", "0.9");
        assertEquals(0, spectrum.exitCode(), spectrum.err());
        assertEquals("goshawk: --subsample: 8 images asked for of a sample of 8: no subsample is used, the method is "
                + "lanczos\n", spectrum.err());
        assertTrue(spectrum.out().contains("lanczos, "), spectrum.out());
    }
}
