package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.source.Samples;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.models.Mode;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class EvaluateCommandTest {
    private static final ImageDataset IMAGES = SyntheticShapes.open("test");

    @TempDir
    private Path folder;
    private Path weights;
    private Path list;
    private Parameters parameters;

    @BeforeEach
    void files() throws IOException {
        weights = folder.resolve("w.safetensors");
        parameters = CliRun.writeWeights(weights);
        list = CliRun.writeSamples(folder, IMAGES.name(5), IMAGES.name(2), IMAGES.name(17));
    }

    private String failure(String... more) {
        List<String> all = new ArrayList<>(List.of("evaluate", "--weights", weights.toString()));
        all.addAll(List.of(more));
        return CliRun.failure(all.toArray(String[]::new));
    }

    @Test
    void aDryRunSaysWhatWouldBeTaken() {
        Path json = folder.resolve("none.json");
        CliRun run = CliRun.of("evaluate", "--weights", "missing.pt", "--batch", "64", "--dry-run", "--json",
                json.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.out().startsWith("memory of evaluating resnet20 on 2000 images, test of the embedded shapes\n")
                && run.out().contains("batches of 64") && run.out().endsWith("fits; nothing was taken\n"), run.out());
        assertEquals("goshawk: --dry-run computes nothing: " + json + " is not written\n", run.err());
        assertTrue(Files.notExists(json));
    }

    @Test
    void writesWhatTheEvaluatorFinds() throws IOException {
        Path json = folder.resolve("result.json");
        Path logits = folder.resolve("logits.json");
        CliRun run = CliRun.of("evaluate", "--weights", weights.toString(), "--samples", list.toString(), "--json",
                json.toString(), "--logits", logits.toString(), "--dtype", "float64", "--batch", "2");
        assertEquals(0, run.exitCode(), run.err());

        List<double[]> rows = new ArrayList<>();
        Evaluation expected = new Evaluator(Networks.byName("resnet20").trace(DType.FLOAT64, 2, Mode.EVALUATION),
                parameters.to(DType.FLOAT64), Backends.defaultBackend()).evaluate(
                        new Batches(Samples.select(list, IMAGES), Normalization.IMAGENET, 0),
                        (image, row) -> rows.add(row));
        JsonNode result = CliRun.json(json);
        assertEquals(List.of("loss", "accuracy", "samples"), List.copyOf(result.propertyNames()));
        assertEquals(expected.loss(), result.get("loss").asDouble());
        assertEquals(expected.accuracy(), result.get("accuracy").asDouble());
        assertEquals(3, result.get("samples").asInt());
        JsonNode all = CliRun.json(logits);
        assertEquals(List.of(IMAGES.name(5), IMAGES.name(2), IMAGES.name(17)),
                all.get("samples").valueStream().map(JsonNode::asString).toList());
        for (int i = 0; i < 3; i++) {
            for (int c = 0; c < 10; c++) {
                assertEquals(rows.get(i)[c], all.get("logits").get(i).get(c).asDouble());
            }
        }
        assertTrue(run.out().contains("of 3 images)"), run.out());
        assertEquals(List.of("list.txt", "logits.json", "result.json", "w.safetensors"), names(),
                "no temporary file is left");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void unwritableOutputIsFoundBeforeAnythingIsRead() {
        Path nowhere = folder.resolve("no").resolve("x.json");
        for (String option : List.of("--json", "--logits")) {
            assertEquals("goshawk: " + nowhere + ": cannot be written (there is no folder " + nowhere.getParent()
                    + ")",
                    CliRun.failure("evaluate", "--weights", "missing.pt", "--data", "missing", option,
                            nowhere.toString()));
            assertEquals("goshawk: " + folder + ": cannot be written (is a folder, expected a file to write)",
                    CliRun.failure("evaluate", "--weights", "missing.pt", "--data", "missing", option,
                            folder.toString()));
        }
    }

    @Test
    void aFilesWeightsOnTheEmbeddedShapesGiveAWarning() {
        CliRun run = CliRun.of("evaluate", "--weights", weights.toString(), "--samples", list.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains("goshawk: no --data: the images are the embedded shapes, which the weights of "
                + weights + " may not have been trained on\n"), run.err());
    }

    @Test
    void badArgumentsAreOneLine() throws IOException {
        assertEquals("goshawk: Missing required option: '--weights=FILE' (see goshawk evaluate --help)",
                CliRun.failure("evaluate"));
        assertEquals("goshawk: --batch: expected at least 1 image, got 0 (see goshawk evaluate --help)",
                failure("--batch", "0"));
        assertEquals(
                "goshawk: Invalid value for option '--dtype': expected float32 or float64, got 'float16' (see goshawk "
                        + "evaluate --help)",
                failure("--dtype", "float16"));
        assertTrue(failure("--model", "resnet21").contains(", got 'resnet21'"));
        assertEquals("goshawk: --threads: expected at least 1, got 0 (see goshawk evaluate --help)",
                failure("--threads", "0"));
        assertEquals(
                "goshawk: backend 'abacus': expected one of "
                        + Backends.providers().stream().map(p -> p.name()).toList(),
                failure("--backend", "abacus"));
        assertEquals("goshawk: " + folder.resolve("x") + ": no such data folder",
                failure("--data", folder.resolve("x").toString()));
        assertEquals(
                "goshawk: resnet50 takes images of 224x224, the data has 32x32; expected --data, a folder of images of any size, "
                        + "or --input-size 32",
                failure("--model", "resnet50"));
        CliRun.writeSamples(folder, IMAGES.name(5), "test/circle/none.png");
        assertTrue(
                failure("--samples", list.toString())
                        .startsWith("goshawk: " + list + " line 2: 'test/circle/none.png' "),
                failure("--samples", list.toString()));
    }

    @Test
    void badWeightsAreOneLine() throws IOException {
        String samples = list.toString();
        parameters.get("layer2.1.bn1.bias").set(4, Double.NaN);
        SafetensorsFile.write(weights, parameters.toWeights("test").tensors(), Map.of());
        String nan = failure("--samples", samples);
        assertTrue(
                nan.startsWith(
                        "goshawk: " + weights + ": parameter 'layer2.1.bn1.bias' holds a number that is not finite"),
                nan);

        assertTrue(failure("--model", "resnet32", "--samples", samples).startsWith("goshawk: " + weights + ": "));

        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertTrue(failure("--samples", samples).startsWith("goshawk: " + weights + ": "));
        Files.delete(weights);
        assertEquals("goshawk: " + weights + ": no such file", failure("--samples", samples));
        assertFalse(Files.exists(weights));
    }

    @Test
    void helpHasAnExample() {
        CliRun run = CliRun.of("evaluate", "--help");
        assertEquals(0, run.exitCode());
        assertTrue(run.out().contains("goshawk evaluate --weights resnet20.th --data cifar10 --json result.json"),
                run.out());
    }

    @Test
    void inputsTakeThePlaceOfOtherImages() {
        for (String other : List.of("--data", "--split", "--labels", "--samples")) {
            assertEquals("goshawk: --inputs and " + other + ": expected one of them, the file's images are all that is "
                    + "used (see goshawk evaluate --help)", failure("--inputs", "x.safetensors", other, "y"));
        }
    }

    @Test
    void randomWeightsAreSaidToBeWithoutStatistics() {
        CliRun run = CliRun.of("evaluate", "--weights", "random", "--samples", list.toString());
        assertEquals(0, run.exitCode(), run.err());
        // A slow machine tells its progress as well.
        assertEquals(List
                .of("goshawk: --weights random: batch normalization has mean 0 and variance 1, not the statistics of "
                        + "images that quantize and spectrum measure"),
                run.err().lines().filter(line -> !line.matches("\\d+ of \\d+ images .*")).toList());
    }
}
