package dev.goshawk.hawq.cli.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.NoisyImages;
import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.format.PackedSize;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a run packs, and the commands that take it. */
class PackedCommandsTest {
    @TempDir
    private static Path folder;
    private static Path data;
    private static Path run;
    private static Path packed;
    private static CliRun quantized;

    @BeforeAll
    static void quantize() throws IOException {
        data = NoisyImages.write(folder.resolve("data"));
        Path weights = folder.resolve("w.safetensors");
        Parameters parameters = Parameters.initialize(Networks.byName("resnet20", 2), DType.FLOAT32, 3);
        SafetensorsFile.write(weights, parameters.toWeights("test").tensors(), Map.of());
        run = folder.resolve("run");
        packed = run.resolve("model.packed.safetensors");
        quantized = CliRun.of("quantize", "--data", data.toString(), "--batch", "4", "--weights", weights.toString(),
                "--method", "direct-at-size,rvquant", "--at-once", "--epochs-per-block", "1", "--target-ratio", "9",
                "--out", run.toString());
        assertEquals(0, quantized.exitCode(), quantized.err());
    }

    @Test
    void theRunsAccuracyComesFromThePackedFile() throws IOException {
        RunReport report = JsonFiles.read(run.resolve("run.json"), RunReport.class);
        for (int method = 0; method < 2; method++) {
            EpochResult last = report.schedules().get(method).epochs().getLast();
            Path json = folder.resolve("e.json");
            Path file = method == 0 ? packed : run.resolve("rvquant.packed.safetensors");
            CliRun evaluated = CliRun.of("evaluate", "--weights", file.toString(), "--data", data.toString(),
                    "--batch", "4", "--json", json.toString());
            assertEquals(0, evaluated.exitCode(), evaluated.err());
            assertEquals(last.testLoss(), CliRun.json(json).get("loss").asDouble());
            assertEquals(last.testAccuracy(), CliRun.json(json).get("accuracy").asDouble());
            assertTrue(evaluated.out().startsWith("resnet20 on test of " + data + ", packed\n"), evaluated.out());
        }
    }

    @Test
    void sizesArePrintedAndReported() throws IOException {
        PackedSize size = JsonFiles.read(run.resolve("run.json"), RunReport.class).quantization().packed();
        assertEquals(Files.size(packed), size.bytes());
        assertTrue(quantized.out().contains("packed   " + packed + "\n         " + size + "\n"), quantized.out());
        assertTrue(Files.readString(run.resolve("report.html")).contains("The packed file has " + size + "."));
        Path json = folder.resolve("size.json");
        CliRun sized = CliRun.of("size", "--weights", packed.toString(), "--json", json.toString());
        assertEquals(0, sized.exitCode(), sized.err());
        assertTrue(sized.out().endsWith("packed file: " + size + "\n"), sized.out());
        assertEquals(size.bytes(), CliRun.json(json).get("packed").get("bytes").asLong());
        assertEquals(JsonFiles.read(run.resolve("run.json"), RunReport.class).quantization().weightRatio(),
                CliRun.json(json).get("ratio").asDouble());
        CliRun estimate = CliRun.of("size", "--bits", "8,6,6,8,3,3,3,2,2,2,3");
        assertTrue(estimate.out().contains("packed file: ") && estimate.out().endsWith(", and a header below 2 kB\n"),
                estimate.out());
        assertEquals("goshawk: --bits or --weights: expected one of them, got neither (see goshawk size --help)",
                CliRun.failure("size"));
        assertEquals("goshawk: --bits or --weights: expected one of them, got both (see goshawk size --help)",
                CliRun.failure("size", "--bits", "8", "--weights", packed.toString()));
    }

    @Test
    void classifyPrintsBarsAndWritesNumbers() throws IOException {
        Path one = data.resolve("test/class0/0.png");
        Path other = data.resolve("test/class1/3.png");
        Path json = folder.resolve("c.json");
        CliRun c = CliRun.of("classify", "--weights", packed.toString(), one.toString(), other.toString(), "--json",
                json.toString());
        assertEquals(0, c.exitCode(), c.err());
        List<String> lines = c.out().lines().toList();
        assertEquals(6, lines.size(), c.out());
        assertEquals(one.toString(), lines.getFirst());
        assertTrue(lines.get(1).matches(" {2}class[01] +\\d+\\.\\d\\d % {2}#+"), lines.get(1));
        JsonNode images = CliRun.json(json).get("images");
        assertEquals(2, images.size());
        JsonNode best = images.get(0).get("classes").get(0);
        assertTrue(best.get("probability").asDouble() >= 0.5);
        Path logits = folder.resolve("logits.json");
        CliRun.of("evaluate", "--weights", packed.toString(), "--data", data.toString(), "--logits", logits.toString());
        assertEquals(CliRun.json(logits).get("logits").get(0).get(best.get("label").asInt()).asDouble(),
                best.get("logit").asDouble(), 1e-4);
        CliRun top = CliRun.of("classify", "--weights", packed.toString(), "--top", "1", "--integer", one.toString());
        assertEquals(0, top.exitCode(), top.err());
        assertEquals(2, top.out().lines().count(), top.out());
    }

    @Test
    void integersAreComparedWithFloats() throws IOException {
        Path json = folder.resolve("i.json");
        CliRun integers = CliRun.of("evaluate", "--weights", packed.toString(), "--data", data.toString(), "--integer",
                "--json", json.toString());
        assertEquals(0, integers.exitCode(), integers.err());
        assertTrue(integers.out().contains("in integers alone; in float32: accuracy "), integers.out());
        assertTrue(integers.out().matches("(?s).*\\d of 8 images get another answer, logits differ by at most .*"),
                integers.out());
        assertEquals(8, CliRun.json(json).get("samples").asInt());
        assertEquals("goshawk: --integer: expected a packed model as --weights (see goshawk evaluate --help)",
                CliRun.failure("evaluate", "--weights", run.resolve("model.safetensors").toString(), "--integer"));
        String large = CliRun.failure("classify", "--integer", "--weights",
                run.resolve("rvquant.packed.safetensors").toString(), data.resolve("test/class0/0.png").toString());
        assertEquals(
                "goshawk: integer arithmetic: expected whole multiples of a scale in weight 'conv1.weight', it has "
                        + "large values by themselves",
                large);
    }

    @Test
    void whatDoesNotFitIsOneLine() throws IOException {
        String file = packed.toString();
        String image = data.resolve("test/class0/0.png").toString();
        assertEquals("goshawk: --model: expected resnet20, the network of " + file
                + ", or nothing, got resnet32 (see goshawk evaluate --help)",
                CliRun.failure("evaluate", "--model", "resnet32", "--weights", file, "--data", data.toString()));
        for (String[] call : new String[][] {{"size"}, {"classify", image}}) {
            List<String> all = new ArrayList<>(List.of(call));
            all.addAll(1, List.of("--model", "resnet32", "--weights", file));
            assertEquals("goshawk: --model: expected resnet20, the network of " + file
                    + ", or nothing, got resnet32 (see goshawk " + call[0] + " --help)",
                    CliRun.failure(all.toArray(String[]::new)));
        }
        assertEquals("goshawk: " + file + ": the network has 2 classes, the data have 10",
                CliRun.failure("evaluate", "--weights", file));
        assertEquals("goshawk: --ignore-weights: expected with a file of weights, " + file
                + " is a packed model (see goshawk evaluate --help)",
                CliRun.failure("evaluate", "--weights", file, "--ignore-weights", "x", "--data", data.toString()));
        for (String command : List.of("spectrum", "quantize")) {
            assertEquals(
                    "goshawk: " + file
                            + ": is a packed model, whose weights are codes; expected float ones, such as the "
                            + "model.safetensors of the same run; a packed model is for evaluate, classify, size and export",
                    CliRun.failure(command, "--weights", file, "--data", data.toString(), "--batch", "4", "--out",
                            folder.resolve(command.equals("spectrum") ? "none.html" : "none").toString()));
        }
        String plain = run.resolve("model.safetensors").toString();
        for (String[] call : new String[][] {{"classify", "--weights", plain, image}, {"size", "--weights", plain}}) {
            assertTrue(CliRun.failure(call).startsWith("goshawk: " + plain + ": is not a packed model "),
                    CliRun.failure(call));
        }
        assertTrue(CliRun.failure("classify", "--weights", file, folder.resolve("no.png").toString())
                .endsWith("no.png: no such file"));
        assertTrue(CliRun.failure("classify", "--weights", file, plain).startsWith("goshawk: " + plain + ": "));
        assertEquals("goshawk: --top: expected at least 1 class, got 0 (see goshawk classify --help)",
                CliRun.failure("classify", "--weights", file, "--top", "0", image));
        assertTrue(CliRun.failure("classify", "--weights", file, "--json", image, image)
                .contains("is an image and would be overwritten"));
        byte[] bytes = Files.readAllBytes(packed);
        Path cut = Files.write(folder.resolve("cut.packed.safetensors"), java.util.Arrays.copyOf(bytes, 5000));
        for (String[] call : new String[][] {{"classify", "--weights", cut.toString(), image},
                {"evaluate", "--weights", cut.toString()}, {"size", "--weights", cut.toString()}}) {
            assertTrue(CliRun.failure(call).startsWith("goshawk: " + cut + ": its tensors take "),
                    CliRun.failure(call));
        }
        // Images are looked at before any work is done, here before the model is read; one has a sound header alone.
        Path none = folder.resolve("none.png");
        byte[] whole = Files.readAllBytes(Path.of(image));
        Path half = Files.write(folder.resolve("half.png"), java.util.Arrays.copyOf(whole, whole.length / 2));
        CliRun bad = CliRun.of("classify", "--weights", cut.toString(), half.toString(), image, none.toString());
        assertEquals(2, bad.exitCode());
        assertEquals("", bad.out());
        assertEquals(List.of("goshawk: " + half + ": corrupt image", "goshawk: " + none + ": no such file"),
                bad.err().lines().map(line -> line.replaceFirst(" \\(.*", "")).toList());
        assertEquals("goshawk: " + none + ": no such file",
                CliRun.failure("classify", "--weights", cut.toString(), image, image, none.toString()));
        assertTrue(
                CliRun.failure("classify", "--weights", cut.toString(), image, plain).startsWith("goshawk: " + plain));
    }

    @Test
    void aNetworkFromAnOnnxFileIsGivenWithItsPackedFile() throws IOException {
        String model = OnnxCommandsTest.network(folder, 2);
        Path out = folder.resolve("onnx-run");
        CliRun run = CliRun.of("quantize", "--model", model, "--data", data.toString(), "--method", "direct",
                "--at-once", "--epochs-per-block", "1", "--batch", "4", "--out", out.toString());
        assertEquals(0, run.exitCode(), run.err());
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        String file = out.resolve("model.packed.safetensors").toString();
        Path json = folder.resolve("onnx.json");
        CliRun evaluated = CliRun.of("evaluate", "--model", model, "--weights", file, "--data", data.toString(),
                "--batch", "4", "--json", json.toString());
        assertEquals(0, evaluated.exitCode(), evaluated.err());
        assertEquals(report.schedules().getFirst().epochs().getLast().testLoss(),
                CliRun.json(json).get("loss").asDouble());
        String image = data.resolve("test/class0/0.png").toString();
        assertEquals(0, CliRun.of("classify", "--model", model, "--weights", file, image).exitCode());
        assertTrue(CliRun.failure("classify", "--weights", file, image).contains("has to be given with it"));
    }

    @Test
    void exportedFilesComeBackAsNetworks() throws IOException {
        String weights = folder.resolve("w.safetensors").toString();
        Parameters parameters = Parameters.initialize(Networks.byName("resnet20"), DType.FLOAT32, 3);
        Path ten = folder.resolve("ten.safetensors");
        SafetensorsFile.write(ten, parameters.toWeights("test").tensors(), Map.of());
        String out = folder.resolve("float.onnx").toString();
        CliRun exported = CliRun.of("export", "--weights", ten.toString(), "--out", out);
        assertEquals(0, exported.exitCode(), exported.err());
        Path list = CliRun.writeSamples(folder, "test/disc/0000", "test/square/0001");
        Path a = folder.resolve("a.json");
        Path b = folder.resolve("b.json");
        assertEquals(0, CliRun.of("evaluate", "--model", out, "--samples", list.toString(), "--json", a.toString())
                .exitCode());
        assertEquals(0, CliRun.of("evaluate", "--weights", ten.toString(), "--samples", list.toString(), "--json",
                b.toString()).exitCode());
        assertEquals(CliRun.json(b).get("loss").asDouble(), CliRun.json(a).get("loss").asDouble(), 1e-4);

        String coded = folder.resolve("qcdq.onnx").toString();
        assertEquals(0, CliRun.of("export", "--weights", packed.toString(), "--format", "qcdq", "--out", coded)
                .exitCode());
        assertTrue(Files.size(Path.of(coded)) < 0.35 * Files.size(Path.of(out)));
        for (String format : List.of("qcdq", "qcdq4", "qcdq2", "qonnx")) {
            assertEquals("goshawk: --format " + format
                    + ": expected a packed model as --weights (see goshawk export --help)",
                    CliRun.failure("export", "--weights", weights, "--format", format, "--out", coded));
        }
        String images = data.toString();
        assertEquals(0, CliRun.of("evaluate", "--model", coded, "--data", images, "--json", a.toString()).exitCode());
        assertEquals(0, CliRun.of("evaluate", "--weights", packed.toString(), "--data", images, "--json", b.toString())
                .exitCode());
        assertEquals(CliRun.json(b).get("accuracy"), CliRun.json(a).get("accuracy"));
        assertEquals(CliRun.json(b).get("loss").asDouble(), CliRun.json(a).get("loss").asDouble(), 1e-5);
        CliRun floats = CliRun.of("spectrum", "--model", coded, "--data", images, "--blocks", "all=*", "--dry-run");
        assertEquals(0, floats.exitCode(), floats.err());
        assertTrue(floats.err().contains(coded + ": activations are quantized; here they are float"), floats.err());
        assertEquals("goshawk: ONNX: expected activations in equal steps at 'relu', it has SPLIT",
                CliRun.failure("export", "--weights", run.resolve("rvquant.packed.safetensors").toString(), "--out",
                        folder.resolve("none.onnx").toString()));
        assertTrue(Files.notExists(folder.resolve("none.onnx")));
    }
}
