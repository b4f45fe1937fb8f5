package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.models.Block;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands that train, on a data folder of a few noisy images in two classes. */
class TrainingCommandsTest {
    @TempDir
    private Path folder;
    private Path data;
    private Path weights;

    @BeforeEach
    void files() throws IOException {
        data = NoisyImages.write(folder.resolve("data"));
        weights = folder.resolve("w.safetensors");
        Parameters parameters = Parameters.initialize(Networks.byName("resnet20", 2), DType.FLOAT32, 3);
        SafetensorsFile.write(weights, parameters.toWeights("test").tensors(), Map.of());
    }

    private String[] command(String name, String... more) {
        List<String> all = new ArrayList<>(List.of(name, "--data", data.toString(), "--batch", "4"));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private String failure(String name, String... more) {
        return CliRun.failure(command(name, more));
    }

    @Test
    void trainLeavesWeightsThatEvaluateTheSame() throws IOException {
        Path out = folder.resolve("run");
        CliRun run = CliRun.of(command("train", "--epochs", "1", "--lr", "0.01", "--out", out.toString()));
        assertEquals(0, run.exitCode(), run.err());
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        EpochResult last = report.schedules().getFirst().epochs().getLast();
        Path json = folder.resolve("e.json");
        CliRun evaluated = CliRun.of("evaluate", "--weights", out.resolve("model.safetensors").toString(), "--data",
                data.toString(), "--batch", "4", "--json", json.toString());
        assertEquals(0, evaluated.exitCode(), evaluated.err());
        assertEquals(last.testLoss(), CliRun.json(json).get("loss").asDouble());
        assertEquals(last.testAccuracy(), CliRun.json(json).get("accuracy").asDouble());
        assertTrue(Files.size(out.resolve("report.html")) > 1000);
        assertTrue(run.out().contains("test accuracy"), run.out());
        assertTrue(
                failure("train", "--epochs", "1", "--out", out.toString()).contains("is not empty; --resume goes on"));
        assertTrue(failure("train", "--epochs", "2", "--lr", "0.01", "--out", out.toString(), "--resume")
                .endsWith("cannot be resumed with --epochs 2.0, it was started with 1.0"));
    }

    @Test
    void trainMeasuresHeldOutImagesAndTheTestSetOnce() throws IOException {
        Path out = folder.resolve("run");
        CliRun run = CliRun
                .of(command("train", "--epochs", "3", "--lr", "0.01", "--validation", "3", "--evaluate-every",
                        "2", "--statistics-batches", "1", "--out", out.toString()));
        assertEquals(0, run.exitCode(), run.err());
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        assertEquals(List.of(3, 5), List.of(report.data().validation().size(), report.data().train()));
        List<EpochResult> epochs = report.schedules().getFirst().epochs();
        assertEquals(List.of(2.0, 3.0), epochs.stream().map(EpochResult::epoch).toList());
        assertNull(epochs.getFirst().testLoss());
        assertEquals(1, run.out().lines().filter(l -> l.contains("   test loss")).count(), run.out());
        Path json = folder.resolve("e.json");
        CliRun evaluated = CliRun.of("evaluate", "--weights", out.resolve("model.safetensors").toString(), "--data",
                data.toString(), "--batch", "4", "--json", json.toString());
        assertEquals(0, evaluated.exitCode(), evaluated.err());
        assertEquals(epochs.getLast().testLoss(), CliRun.json(json).get("loss").asDouble());
    }

    @Test
    void quantizeReportsBaselineAndMethods() {
        Path out = folder.resolve("run");
        String[] command = command("quantize", "--weights", weights.toString(), "--method", "hawq,direct", "--at-once",
                "--epochs-per-block", "0.1", "--tolerance", "0.5", "--out", out.toString());
        CliRun run = CliRun.of(command);
        assertEquals(0, run.exitCode(), run.err());
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        assertEquals(List.of("baseline", "HAWQ, at once", "Direct, at once"),
                report.results().stream().map(RunReport.Result::method).toList());
        assertTrue(report.results().get(1).weightCompression() >= 13.1, report.results().toString());
        assertEquals(16, report.results().get(2).weightCompression(), 1e-12);
        assertEquals(8, report.results().get(1).activationCompression(), 1e-12);
        assertEquals(11, report.blocks().size());
        assertEquals(8, report.data().curvatureSamples().size(), "all there are, fewer than 128");
        assertEquals(report.method(), "HAWQ, at once");
        assertTrue(run.out().contains("Method") && run.out().contains("report.html"), run.out());
        Map<String, String> metadata = WeightFile.read(out.resolve("model.safetensors")).metadata();
        report.blocks()
                .forEach(b -> assertEquals(Integer.toString(b.bits()), metadata.get("goshawk.bits." + b.name())));

        List<String> resumed = new ArrayList<>(List.of(command));
        resumed.add("--resume");
        CliRun again = CliRun.of(resumed.toArray(String[]::new));
        assertEquals(0, again.exitCode(), again.err());
        RunReport second = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        assertEquals(report.results(), second.results());
        assertEquals(report.schedules(), second.schedules());
        assertEquals(report.created(), second.created());
    }

    @Test
    void quantizeWithEveryMeasure() throws IOException {
        Path out = folder.resolve("run");
        String[] command = command("quantize", "--weights", weights.toString(), "--method", "direct", "--at-once",
                "--epochs-per-block", "0.1", "--final-epochs", "1", "--final-lr", "0.002", "--progressive", "8,4",
                "--progressive-epochs", "1", "--distill", "0.5", "--distill-temperature", "2", "--validation", "2",
                "--evaluate-every", "1", "--statistics-batches", "2", "--decay-weights-only", "--weight-decay-at",
                "2=3e-5,3=5e-5", "--activation-range", "0.55", "--out", out.toString());
        CliRun run = CliRun.of(command);
        assertEquals(0, run.exitCode(), run.err());
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        assertEquals(List.of(2, 6), List.of(report.data().validation().size(), report.data().train()));
        List<EpochResult> epochs = report.schedules().getFirst().epochs();
        assertEquals(List.of("8 bits", "4 bits", "all blocks", "final"),
                epochs.stream().map(EpochResult::stage).distinct().toList());
        epochs.subList(0, epochs.size() - 1).forEach(e -> assertNull(e.testAccuracy()));
        epochs.forEach(e -> assertNotNull(e.validationAccuracy()));
        assertEquals(0.002, epochs.getLast().learningRate(), 0.002);
        assertTrue(report.quantization().activations().endsWith("batch maxima, times 0.55"),
                report.quantization().activations());
        assertTrue(Files.readString(out.resolve("report.html")).contains("2 held out of the training set"));
        // The activations' ranges in the file are those computed with.
        Path json = folder.resolve("e.json");
        CliRun evaluated = CliRun.of("evaluate", "--weights", out.resolve("model.safetensors").toString(), "--data",
                data.toString(), "--batch", "4", "--json", json.toString());
        assertEquals(0, evaluated.exitCode(), evaluated.err());
        assertEquals(epochs.getLast().testLoss(), CliRun.json(json).get("loss").asDouble());
        for (String[] changed : new String[][] {{"--distill", "0.25"}, {"--progressive", "8"}, {"--validation", "3"}}) {
            List<String> other = new ArrayList<>(List.of(command));
            other.set(other.indexOf(changed[0]) + 1, changed[1]);
            other.add("--resume");
            assertTrue(CliRun.failure(other.toArray(String[]::new)).contains("cannot be resumed with "), changed[0]);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "--final-lr 0.1 | --final-lr: expected --final-epochs above 0, got 0",
            "--final-epochs 1 --final-lr 0 | --final-lr: expected a learning rate above 0 (at least 1.2e-38, as float32), got 0.0",
            "--weight-decay-at 9=1 | --weight-decay-at: expected 1 to 8 bits and a number of 0 or more, such as 2=3e-5, got 9=1.0",
            "--weight-decay-at 2=-1 | --weight-decay-at: expected 1 to 8 bits and a number of 0 or more, such as 2=3e-5, got 2=-1.0",
            "--distill 1.5 | --distill: expected a weight from 0 to 1, got 1.5",
            "--distill-temperature 2 | --distill-temperature: expected with --distill, which is not given",
            "--distill 1 --distill-temperature 0 | --distill-temperature: expected a number above 0, got 0.0",
            "--progressive 4,8 | --progressive: expected descending widths of 1 to 8 bits, got [4, 8]",
            "--progressive 32 | --progressive: expected descending widths of 1 to 8 bits, got [32]",
            "--progressive-epochs 1 | --progressive-epochs: expected with --progressive, which is not given",
            "--validation -1 | --validation: expected 0 images or more, got -1",
            "--validation 8 | --validation: expected 1 to 7 of the 8 training images, got 8",
            "--evaluate-every -1 | --evaluate-every: expected 0 epochs or more, got -1",
            "--statistics-batches -1 | --statistics-batches: expected 0 batches or more, got -1",
            "--activation-range 0 | --activation-range: expected a factor above 0, at most 4, got 0.0",
            "--activation-range 5 | --activation-range: expected a factor above 0, at most 4, got 5.0",
            "--method lsq --activation-range 0.5 | --activation-range: expected with the quantizer uniform, which no method here rounds with"})
    void measuresOutOfRangeAreRefused(String options, String message) {
        Path out = folder.resolve("none");
        List<String> more = new ArrayList<>(List.of("--weights", weights.toString(), "--out", out.toString()));
        more.addAll(List.of(options.split(" ")));
        String line = failure("quantize", more.toArray(String[]::new));
        assertTrue(line.startsWith("goshawk: " + message), line);
        assertTrue(Files.notExists(out), "nothing is left");
    }

    @Test
    void methodsRunByTheirNames() throws IOException {
        Path out = folder.resolve("run");
        StringBuilder times = new StringBuilder("{");
        for (Block layer : Networks.byName("resnet20", 2).byLayer().describe().blocks()) {
            times.append(times.length() == 1 ? "" : ", ").append('"').append(layer.name())
                    .append("\": {\"2\": 1, \"8\": 3}");
        }
        Path latency = Files.writeString(folder.resolve("latency.json"), times + "}");
        CliRun run = CliRun
                .of(command("quantize", "--weights", weights.toString(), "--method", "direct-at-size,rvquant",
                        "--at-once", "--epochs-per-block", "0", "--widths", "2,8", "--target-ratio", "12", "--out",
                        out.toString()));
        assertEquals(0, run.exitCode(), run.err());
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        assertEquals(List.of("baseline", "Direct at size, at once", "RVQuant, at once"),
                report.results().stream().map(RunReport.Result::method).toList());
        assertTrue(report.results().get(1).weightCompression() < report.results().get(2).weightCompression());
        assertTrue(String.valueOf(report.quantization().policy()).startsWith("two neighboring widths"));
        assertTrue(run.out().contains("stored with what the quantizer keeps of single weights: 13."), run.out());
        Files.writeString(latency, times.toString().replace("\"layer2.0.conv1\"", "\"layer2.0.conv9\"") + "}");
        Path none = folder.resolve("none");
        assertEquals("goshawk: " + latency + ": expected times of layer 'layer2.0.conv1', it has none",
                failure("quantize", "--weights", weights.toString(), "--method", "hawq-v3", "--widths", "2,8",
                        "--latency",
                        latency.toString(), "--latency-limit", "24", "--out", none.toString()));
        assertTrue(Files.notExists(none));
    }

    @Test
    void ordersAreComparedAtOneSize() {
        Path out = folder.resolve("run");
        CliRun run = CliRun
                .of(command("quantize", "--weights", weights.toString(), "--reverse-precision", "--tolerance",
                        "0.9", "--epochs-per-block", "0", "--target-ratio", "14.5", "--out", out.toString()));
        assertEquals(2, run.exitCode(), run.out());
        String line = run.err().strip().lines().toList().getLast();
        assertTrue(line.startsWith("goshawk: reversed precision: expected both orders within 2 % of ratio 14.5, got ")
                && line.endsWith(" suits both"), line);
    }

    @Test
    void badInputIsOneLine() throws IOException {
        String w = weights.toString();
        String out = folder.resolve("none").toString();
        assertEquals("goshawk: target ratio: expected 1 to 16.0 (every block at 2 bits), got 0.0",
                failure("quantize", "--weights", w, "--target-ratio", "0", "--out", out));
        assertEquals("goshawk: target ratio: expected 1 to 16.0 (every block at 2 bits), got 1000.0",
                failure("quantize", "--weights", w, "--target-ratio", "1000", "--out", out));
        assertTrue(failure("quantize", "--out", out)
                .startsWith("goshawk: --weights: expected the float network's weights"));
        Path file = Files.createFile(folder.resolve("file"));
        assertTrue(failure("quantize", "--weights", w, "--out", file.resolve("run").toString())
                .contains("cannot be made"));
        assertTrue(failure("quantize", "--weights", w, "--out", file.toString())
                .endsWith("is a file, expected a folder for the run"));
        assertTrue(
                failure("train", "--epochs", "0", "--out", out).contains("expected a number of epochs above 0"));
        assertTrue(failure("train", "--epochs", "1", "--lr", "-1", "--out", out).contains("expected a learning rate"));
        assertTrue(failure("train", "--epochs", "1", "--resume").contains("--resume: expected --out"));
        assertTrue(failure("train", "--epochs", "1", "--model", "vgg").contains("--model: expected one of resnet20"));
        assertTrue(Files.notExists(Path.of(out)), "nothing is left where the command was refused at once");
    }

    @Test
    void wrongOrDamagedWeightsAreNamed() {
        Parameters parameters = Parameters.initialize(Networks.byName("resnet20", 2), DType.FLOAT32, 3);
        parameters.get("layer2.1.conv1.weight").set(17, Double.NaN);
        Path damaged = folder.resolve("nan.safetensors");
        SafetensorsFile.write(damaged, parameters.toWeights("test").tensors(), Map.of());
        String line = CliRun
                .of(command("quantize", "--weights", damaged.toString(), "--out", folder.resolve("a").toString()))
                .err();
        assertTrue(line.contains("layer2.1.conv1.weight") && line.contains("NaN"), line);
        assertEquals(1, line.lines().count(), line);
        String other = CliRun.of(command("quantize", "--model", "resnet32", "--weights", weights.toString(), "--out",
                folder.resolve("b").toString())).err();
        assertTrue(other.contains("not the weights of resnet32") && other.lines().count() == 1, other);
    }
}
