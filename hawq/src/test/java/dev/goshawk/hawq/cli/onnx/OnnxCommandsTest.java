package dev.goshawk.hawq.cli.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.cli.NoisyImages;
import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.onnx.OnnxBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** An ONNX file wherever a network's name goes. */
class OnnxCommandsTest {
    private static final ImageDataset IMAGES = SyntheticShapes.open("train");

    @TempDir
    private Path folder;

    static String network(Path folder, int classes) throws IOException {
        return network(folder, classes, "Relu");
    }

    private static String network(Path folder, int classes, String activation) throws IOException {
        byte[] bytes = new OnnxBytes(13).input("x", 1, 0, 3, 32, 32)
                .initializer(OnnxBytes.floats("conv.weight", new long[] {8, 3, 5, 5}, wave(600, 0.1f)))
                .initializer(OnnxBytes.floats("fc.weight", new long[] {classes, 8}, wave(8 * classes, 0.6f)))
                .initializer(OnnxBytes.floats("fc.bias", new long[] {classes}, wave(classes, 0.1f)))
                .node("Conv", List.of("x", "conv.weight"), List.of("c"), OnnxBytes.attribute("strides", 4, 4))
                .node(activation, List.of("c"), List.of("r")).node("GlobalAveragePool", List.of("r"), List.of("g"))
                .node("Flatten", List.of("g"), List.of("f"))
                .node("Gemm", List.of("f", "fc.weight", "fc.bias"), List.of("y"), OnnxBytes.attribute("transB", 1))
                .output("y").toBytes();
        return Files.write(folder.resolve("small.onnx"), bytes).toString();
    }

    private static float[] wave(int n, float height) {
        float[] w = new float[n];
        for (int i = 0; i < n; i++) {
            w[i] = height * (float) Math.sin(1 + 0.7 * i);
        }
        return w;
    }

    @Test
    void itsSpectrumHasALayerForABlock() throws IOException {
        Path json = folder.resolve("spectrum.json");
        Path list = CliRun.writeSamples(folder, IMAGES.name(0), IMAGES.name(4000), IMAGES.name(1));
        CliRun run = CliRun.of("spectrum", "--model", network(folder, 10), "--samples", list.toString(), "--json",
                json.toString(), "--tolerance", "0.05");
        assertEquals(0, run.exitCode(), run.err());
        JsonNode blocks = CliRun.json(json).get("blocks");
        assertEquals(List.of("conv", "fc"), blocks.valueStream().map(b -> b.get("name").asString()).toList());
        assertEquals(600, blocks.get(0).get("weights").asInt());
    }

    @Test
    void itIsQuantizedAndEvaluated() throws IOException {
        String data = NoisyImages.write(folder.resolve("data")).toString();
        String model = network(folder, 2);
        Path out = folder.resolve("run");
        CliRun run = CliRun.of("quantize", "--model", model, "--data", data, "--method", "direct", "--at-once",
                "--epochs-per-block", "1", "--out", out.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertTrue(
                run.err().contains("goshawk: a step takes all 8 training images, there are fewer than the usual 128 of "
                        + "--batch"),
                run.err());
        assertTrue(run.err()
                .contains("goshawk: small has no batch normalization (it may be folded): --lr is 3.0E-4 instead "
                        + "of 0.01 unless it is given"),
                run.err());
        assertEquals("3.0E-4", JsonFiles.read(out.resolve("settings.json"), JsonNode.class).toString()
                .replaceAll(".*\"--lr\":\"([^\"]*)\".*", "$1"));
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        Path json = folder.resolve("evaluated.json");
        CliRun again = CliRun.of("evaluate", "--model", model, "--weights",
                out.resolve("model.safetensors").toString(), "--data", data, "--json", json.toString());
        assertEquals(0, again.exitCode(), again.err());
        assertEquals(report.results().get(1).accuracy(),
                CliRun.json(json).get("accuracy").asDouble());
    }

    /** A width of activations is that of what ReLU gives: elsewhere they stay floats, and the report says no other. */
    @Test
    void activationsOfANetworkWithoutReluStayFloats() throws IOException {
        String data = NoisyImages.write(folder.resolve("data")).toString();
        for (String activation : List.of("Sigmoid", "Relu")) {
            Path out = folder.resolve(activation);
            String model = network(Files.createDirectory(folder.resolve("of" + activation)), 2, activation);
            CliRun run = CliRun.of("quantize", "--model", model, "--data", data, "--method", "direct",
                    "--at-once", "--epochs-per-block", "1", "--activation-bits", "8", "--out", out.toString());
            assertEquals(0, run.exitCode(), run.err());
            boolean rounded = activation.equals("Relu");
            assertEquals(!rounded, run.err().contains("goshawk: small has no ReLU, so its activations stay float; "
                    + "--activation-bits has no effect"), run.err());
            RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
            assertEquals(rounded ? "8" : "32", report.results().get(1).activationBits());
            assertEquals(rounded ? 4 : 1, report.results().get(1).activationCompression());
            assertEquals(rounded, !report.quantization().activations().equals("float"));
        }
    }

    @Test
    void dataOfOtherClassesIsRefused() throws IOException {
        CliRun run = CliRun.of("spectrum", "--model", network(folder, 4));
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("the network has 4 outputs, the data has 10 classes"), run.err());
    }

    @Test
    void itIsNotOverwrittenByWhatACommandWrites() throws IOException {
        String model = network(folder, 10);
        byte[] before = Files.readAllBytes(Path.of(model));
        for (String[] call : new String[][] {{"size", "--bits", "8,8", "--json", model}, {"spectrum", "--json", model},
                {"evaluate", "--logits", model}}) {
            String[] whole = Arrays.copyOf(call, call.length + 2);
            whole[call.length] = "--model";
            whole[call.length + 1] = model;
            String line = CliRun.failure(whole);
            assertTrue(line.contains(" is read by --model and would be overwritten"), line);
        }
        assertArrayEquals(before, Files.readAllBytes(Path.of(model)));
    }

    @Test
    void theEndingMayBeInCapitals() throws IOException {
        Path capitals = Files.copy(Path.of(network(folder, 10)), folder.resolve("SMALL.ONNX"));
        CliRun run = CliRun.of("size", "--bits", "8,8", "--model", capitals.toString());
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("goshawk: " + folder.resolve("X.ONNX") + ": no such file",
                CliRun.failure("size", "--bits", "8", "--model", folder.resolve("X.ONNX").toString()));
        Path named = Files.createDirectory(folder.resolve("folder.onnx"));
        assertEquals("goshawk: " + named + ": is a folder, expected a file",
                CliRun.failure("size", "--bits", "8", "--model", named.toString()));
    }

    @Test
    void otherNamesAreToldOfOnnxFiles() throws IOException {
        Path other = Files.createFile(folder.resolve("net.pb"));
        for (String[] c : new String[][] {{"vgg", ""}, {"", ""},
                {"Resnt20", " (did you mean 'resnet20'?)"}, {folder.toString(), ", which is a folder"},
                {other.toString(), ", a file whose name does not end in .onnx"}}) {
            for (String command : new String[] {"spectrum", "quantize", "evaluate"}) {
                String line = CliRun.failure(command, "--model", c[0]);
                assertTrue(line.startsWith("goshawk: --model: expected one of resnet20, resnet32, ")
                        && line.endsWith(" or an ONNX file, FILE.onnx, got '" + c[0] + "'" + c[1]), line);
            }
        }
    }

    @Test
    void aMissingFileIsOneLine() {
        CliRun run = CliRun.of("size", "--bits", "8", "--model", folder.resolve("none.onnx").toString());
        assertEquals(2, run.exitCode());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().contains("none.onnx: no such file"), run.err());
    }
}
