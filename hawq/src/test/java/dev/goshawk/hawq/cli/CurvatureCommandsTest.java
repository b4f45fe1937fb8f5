package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.synthetic.SyntheticShapes;
import java.io.IOException;
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

    @Test
    void fisherIsGaussNewton() throws IOException {
        JsonNode ggn = run("trace", "--draws", "2", "--operator", "ggn", "--by", "network", "--dtype", "float64");
        JsonNode fisher = run("trace", "--draws", "2", "--operator", "fisher", "--by", "network", "--dtype", "float64");
        assertEquals(ggn.get("trace").asDouble(), fisher.get("trace").asDouble(), 1e-9 * ggn.get("trace").asDouble());
    }

    @Test
    void badOptionsAreOneLine() {
        CliRun run = CliRun.of("density", "--probes", "1");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("--probes: expected at least 2"), run.err());
        assertEquals(2, CliRun.of("trace", "--draws", "1").exitCode());
        assertEquals(2, CliRun.of("trace", "--by", "colour").exitCode());
        assertEquals(2, CliRun.of("trace", "--subsample", "3").exitCode());
    }
}
