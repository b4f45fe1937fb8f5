package dev.goshawk.hawq.cli.curvature;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.models.ClosedFormWeights;
import dev.goshawk.models.Networks;
import dev.goshawk.models.ReferenceValues;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code evaluate --logits} on weights and inputs from files against PyTorch's values for the same numbers. */
class ReferenceLogitsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"sqnxt23v5_w1, float64, 1e-9, false", "sqnxt23v5_w1, float32, 1e-3, false",
            "resnet18, float32, 1e-3, false", "resnet50, float64, 1e-9, true", "resnet50, float32, 1e-3, true",
            "inception_v3, float64, 1e-9, true", "inception_v3, float32, 1e-3, true",
            "sqnxt23_w2, float64, 1e-9, true", "sqnxt23_w2, float32, 1e-3, true"})
    void logitsAndLoss(String name, String dtype, double relative, boolean slow) throws IOException {
        assumeTrue(!slow || Boolean.getBoolean("goshawk.slowTests"),
                "skipped: takes long (set -Dgoshawk.slowTests=true)");
        JsonNode reference = ReferenceValues.read(name + "_seed7.json");
        Path weights = folder.resolve("w.safetensors");
        Path inputs = folder.resolve("inputs.safetensors");
        write(reference, name, weights, inputs);
        Path json = folder.resolve("result.json");
        Path logits = folder.resolve("logits.json");

        CliRun run = CliRun.of("evaluate", "--model", name, "--weights", weights.toString(), "--inputs",
                inputs.toString(), "--dtype", dtype, "--batch", "1", "--json", json.toString(), "--logits",
                logits.toString());

        assertEquals(0, run.exitCode(), run.err());
        JsonNode rows = CliRun.json(logits).get("logits");
        double squares = 0;
        for (int n = 0; n < 2; n++) {
            for (int k = 0; k < 8; k++) {
                double expected = reference.get("logits_first8").get(n).get(k).asDouble();
                assertEquals(expected, rows.get(n).get(k).asDouble(), relative * Math.abs(expected), n + ", " + k);
            }
            for (JsonNode z : rows.get(n)) {
                squares += z.asDouble() * z.asDouble();
            }
        }
        double norm = reference.get("logits_norm").asDouble();
        assertEquals(norm, Math.sqrt(squares), relative * norm);
        double loss = reference.get("loss").asDouble();
        assertEquals(loss, CliRun.json(json).get("loss").asDouble(), relative * loss);
    }

    private static void write(JsonNode reference, String name, Path weights, Path inputs) {
        ClosedFormWeights closedForm = new ClosedFormWeights(reference.get("seed").asLong(),
                reference.get("bn_weight_centre").asDouble());
        SafetensorsFile.write(weights, closedForm.weights(Networks.byName(name).parameters()).tensors(), Map.of());
        int size = reference.get("size").asInt();
        Tensor nhwc = closedForm.images(2, size);
        Tensor nchw = Tensor.zeros(DType.FLOAT64, Shape.of(2, 3, size, size));
        for (int i = 0; i < nhwc.size(); i++) {
            int pixel = i / 3;
            nchw.set((pixel / (size * size) * 3 + i % 3) * size * size + pixel % (size * size), nhwc.get(i));
        }
        Tensor labels = Tensor.zeros(DType.INT32, Shape.of(2));
        labels.set(0, reference.get("labels").get(0).asInt());
        labels.set(1, reference.get("labels").get(1).asInt());
        SafetensorsFile.write(inputs, Map.of("images", nchw, "labels", labels), Map.of());
    }

    @Test
    void inputsThatDoNotFitAreOneLine() {
        Path weights = folder.resolve("w.safetensors");
        CliRun.writeWeights(weights);
        Path inputs = folder.resolve("i.safetensors");
        Tensor images = Tensor.zeros(DType.FLOAT32, Shape.of(2, 3, 32, 32));
        assertEquals("goshawk: " + inputs + ": no such file", failure(weights, inputs));
        SafetensorsFile.write(inputs, Map.of("x", images), Map.of());
        assertEquals("goshawk: " + inputs + ": has no tensor images, expected images and labels; it holds x (float32)",
                failure(weights, inputs));
        SafetensorsFile.write(inputs, Map.of("images", Tensor.zeros(DType.FLOAT32, Shape.of(2, 32, 32, 3))), Map.of());
        assertEquals("goshawk: " + inputs
                + ": expected a tensor images [N, 3, height, width], got [2,32,32,3]: in PyTorch images.permute(0, 3, 1, 2)",
                failure(weights, inputs));
        Tensor labels = Tensor.zeros(DType.INT32, Shape.of(2));
        labels.set(1, 10);
        SafetensorsFile.write(inputs, Map.of("images", images, "labels", labels), Map.of());
        assertEquals("goshawk: " + inputs + ": expected labels of 0 to 9, the class of each image, got 10 for image 1",
                failure(weights, inputs));
        SafetensorsFile.write(inputs, Map.of("images", images, "labels", Tensor.zeros(DType.INT32, Shape.of(3))),
                Map.of());
        assertTrue(failure(weights, inputs).endsWith("expected a tensor labels [2], one an image, got [3]"));
    }

    private static String failure(Path weights, Path inputs) {
        return CliRun.failure("evaluate", "--weights", weights.toString(), "--inputs", inputs.toString());
    }
}
