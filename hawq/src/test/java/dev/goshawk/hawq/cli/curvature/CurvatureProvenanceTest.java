package dev.goshawk.hawq.cli.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.hawq.cli.CliRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What the results of commands on curvature come from is said by them: on the terminal, in the JSON and on the page. */
class CurvatureProvenanceTest {
    private static final String IMAGE = SyntheticShapes.open("train").name(0);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"spectrum --max-iterations 2", "trace --draws 2",
            "density --probes 2 --steps 4 --points 20"})
    void networkWeightsDataAndLossAreNamed(String command) throws IOException, NoSuchAlgorithmException {
        Path weights = folder.resolve("w.safetensors");
        CliRun.writeWeights(weights);
        Path list = CliRun.writeSamples(folder, IMAGE, SyntheticShapes.open("train").name(4000));
        Path json = folder.resolve("out.json");
        Path page = folder.resolve("out.html");
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of("--by", "network", "--weights", weights.toString(), "--samples", list.toString(), "--seed",
                "7", "--micro-batch", "1", "--json", json.toString(), "--out", page.toString()));
        CliRun run = CliRun.of(words.toArray(String[]::new));
        assertEquals(0, run.exitCode(), run.err());

        String sha256 = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(weights)));
        JsonNode node = CliRun.json(json).get("run");
        assertEquals(List.of("model", "weights", "weights_sha256", "data", "samples", "seed", "micro_batch", "dtype",
                "backend", "lanes", "jdk", "goshawk", "loss", "accuracy"), List.copyOf(node.propertyNames()));
        assertEquals("resnet20", node.get("model").asString());
        assertEquals(weights.toString(), node.get("weights").asString());
        assertEquals(sha256, node.get("weights_sha256").asString());
        assertEquals(list + " in the embedded shapes", node.get("data").asString());
        assertEquals(List.of(2, 7, 1), List.of(node.get("samples").asInt(), node.get("seed").asInt(),
                node.get("micro_batch").asInt()));
        assertEquals(Runtime.version().toString(), node.get("jdk").asString());
        assertTrue(node.get("loss").asDouble() > 0, node.toString());

        String result = String.format(Locale.ROOT, "loss %.6f, accuracy %.2f %%", node.get("loss").asDouble(),
                100 * node.get("accuracy").asDouble());
        assertEquals("hessian of resnet20 at 2 images of " + list + " in the embedded shapes: " + result,
                run.out().lines().findFirst().orElse(""));
        String text = Files.readString(page);
        assertTrue(text.contains("<dt>Weights</dt><dd>" + weights + ", sha256 " + sha256 + "</dd>"), text);
        assertTrue(text.contains("<dt>Loss and accuracy</dt><dd>" + result.replace("loss ", "").replace("accuracy ", "")
                + "</dd>"), text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"random", "embedded"})
    void weightsOfNoFileAreToldInWords(String kind) throws IOException {
        Path json = folder.resolve("out.json");
        List<String> words = new ArrayList<>(List.of("trace", "--by", "network", "--draws", "2", "--sample-size", "1",
                "--seed", "3", "--json", json.toString()));
        if (kind.equals("random")) {
            words.addAll(List.of("--weights", "random"));
        }
        CliRun run = CliRun.of(words.toArray(String[]::new));
        assertEquals(0, run.exitCode(), run.err());
        JsonNode node = CliRun.json(json).get("run");
        assertEquals(kind.equals("random") ? "random, seed 3" : "embedded weights, trained on the drawn shapes",
                node.get("weights").asString());
        assertTrue(node.get("weights_sha256").isNull(), node.toString());
    }
}
