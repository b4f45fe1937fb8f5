package dev.goshawk.hawq.cli.run;

import dev.goshawk.hawq.cli.CliRun;
import dev.goshawk.hawq.Kept;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import java.io.IOException;
import dev.goshawk.weights.Weights;
import tools.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose options, folders or files are not in order: one line, before any work, and nothing lost. */
class RunFaultsTest {
    @TempDir
    private Path folder;
    private RunCommands commands;
    private Path data;
    private Path weights;
    private Path run;

    @BeforeEach
    void files() throws IOException {
        commands = RunCommands.in(folder);
        data = commands.data();
        weights = commands.weights();
        run = commands.run();
    }

    @Test
    void aRunGoesOnOnlyWithTheImagesAndWeightsItBeganWith() throws IOException {
        List<String> command = commands.train("--weights", weights.toString());
        RunCommands.ends(command);
        List<String> resume = new ArrayList<>(command);
        resume.add("--resume");
        byte[] model = Files.readAllBytes(run.resolve("model.safetensors"));
        Path here = Path.of("").toAbsolutePath();
        for (Path same : List.of(here.relativize(data), data.resolve("../data"))) {
            List<String> spelled = new ArrayList<>(
                    commands.train("--weights", here.relativize(weights).toString(), "--data",
                            same.toString()));
            spelled.add("--resume");
            RunCommands.ends(spelled);
        }
        assertArrayEquals(model, Files.readAllBytes(run.resolve("model.safetensors")));

        Path one = data.resolve("train/class1/3.png");
        byte[] image = Files.readAllBytes(one);
        Files.delete(one);
        String line = RunCommands.failure(resume);
        assertTrue(line.startsWith("goshawk: " + run + ": cannot be resumed, the training images changed since it was "
                + "started (now 7 images, sha256 ") && line.contains("then 8 images, sha256 "), line);
        Files.write(one, Files.readAllBytes(data.resolve("train/class1/2.png")));
        assertTrue(
                RunCommands.failure(resume).contains("the training images changed since it was started (now 8 images"));
        Files.write(one, image);
        commands.writeWeights(4);
        assertTrue(RunCommands.failure(resume).contains("the weights changed since it was started (now sha256 "));
        commands.writeWeights(3);
        RunCommands.ends(resume);
    }

    @Test
    void aDryRunChecksTheFolderAndLeavesIt() throws IOException {
        List<String> dry = new ArrayList<>(commands.train("--dry-run"));
        RunCommands.ends(dry);
        assertTrue(Files.notExists(run));
        Files.createDirectory(run);
        RunCommands.ends(dry);
        RunCommands.ends(commands.quantize("--dry-run", "--method", "direct"));
        Path foreign = Files.createFile(run.resolve("mine.txt"));
        String full = "goshawk: " + run + ": is not empty; --resume goes on with the run in it, --overwrite deletes it";
        assertEquals(full, RunCommands.failure(dry));
        assertEquals(full, RunCommands.failure(commands.quantize("--dry-run")));
        assertTrue(RunCommands.failure(commands.train("--dry-run", "--overwrite"))
                .startsWith("goshawk: " + run + ": holds no run"));
        assertTrue(RunCommands.failure(commands.train("--dry-run", "--resume"))
                .startsWith("goshawk: " + run + ": there is no run"));
        Files.delete(foreign);
        try (Stream<Path> entries = Files.list(run)) {
            assertEquals(0, entries.count());
        }
    }

    @Test
    void checkpointsOfAnotherNetworkAreRefused() throws IOException {
        RunCommands.ends(commands.train());
        Path checkpoint = run.resolve("checkpoints/train-1.safetensors");
        byte[] resnet20 = Files.readAllBytes(checkpoint);
        RunCommands.ends(commands.train("--model", "resnet32", "--overwrite"));
        Files.write(checkpoint, resnet20);
        assertEquals("goshawk: " + checkpoint + ": is a checkpoint of another training, its network: expected resnet32 "
                + "with 2 classes, got resnet20 with 2 classes",
                RunCommands.failure(commands.train("--model", "resnet32", "--resume")));
        Files.delete(checkpoint);
        assertTrue(RunCommands.ends(commands.train("--model", "resnet32", "--resume")).out().startsWith(
                "train: no checkpoint yet, from the start\n"));
    }

    @Test
    void postTrainingQuantizationIsARunOfItsOwn() {
        CliRun quantized = RunCommands
                .ends(commands.quantize("--epochs-per-block", "0", "--final-epochs", "0", "--tolerance", "0.9",
                        "--method", "hawq,direct"));
        RunReport report = JsonFiles.read(run.resolve("run.json"), RunReport.class);
        assertEquals(3, report.results().size());
        assertEquals(List.of(1, 1), report.schedules().stream().map(s -> s.epochs().size()).toList());
        assertTrue(quantized.out().contains("epoch 0     train -   test loss "), quantized.out());
        assertEvaluatesAsTheRunDid(report);
    }

    @Test
    void quantizedModelsEvaluateAsTheirRunDid() {
        RunCommands.ends(commands.quantize("--epochs-per-block", "0.5", "--at-once", "--activation-bits", "2",
                "--tolerance", "0.9"));
        assertEvaluatesAsTheRunDid(JsonFiles.read(run.resolve("run.json"), RunReport.class));
    }

    /** The delivered file gives the loss and accuracy of the run, activations rounded too, or says that it does not. */
    private void assertEvaluatesAsTheRunDid(RunReport report) {
        Path model = run.resolve("model.safetensors");
        Path json = run.resolveSibling("evaluated.json");
        List<String> command = List.of("evaluate", "--data", data.toString(), "--batch", "4", "--json", json.toString(),
                "--weights");
        List<String> whole = new ArrayList<>(command);
        whole.add(model.toString());
        CliRun evaluated = RunCommands.ends(whole);
        assertEquals("", evaluated.err());
        EpochResult last = report.schedules().getFirst().epochs().getLast();
        double loss = read(json).get("loss").asDouble();
        assertEquals(last.testLoss(), loss);
        assertEquals(last.testAccuracy(), read(json).get("accuracy").asDouble());

        Weights weights = WeightFile.read(model);
        Map<String, String> old = new LinkedHashMap<>(weights.metadata());
        long ranges = old.keySet().stream().filter(k -> k.startsWith("goshawk.range.")).count();
        assertTrue(ranges > 0 && old.remove("goshawk.activation_bits") != null, old.toString());
        Path older = run.resolveSibling("older.safetensors");
        SafetensorsFile.write(older, weights.tensors(), old);
        List<String> second = new ArrayList<>(command);
        second.add(older.toString());
        assertEquals(List.of("goshawk: " + older + ": a quantized network's weights; its " + ranges
                + " activation ranges are not applied, activations are computed in float32 (the file does not say their width)"),
                RunCommands.ends(second).err().lines().toList());
        assertNotEquals(loss, read(json).get("loss").asDouble());

        for (Map.Entry<String, String> fault : Map.of("goshawk.activation_bits", "9", "goshawk.range.layer1.0.relu1",
                "-1", "goshawk.range.conv9", "1").entrySet()) {
            Map<String, String> damaged = new LinkedHashMap<>(weights.metadata());
            damaged.put(fault.getKey(), fault.getValue());
            SafetensorsFile.write(older, weights.tensors(), damaged);
            String line = RunCommands.failure(second);
            assertTrue(line.contains("expected") && line.contains(fault.getKey().replaceFirst("goshawk.range.", "")),
                    line);
        }
    }

    private static JsonNode read(Path json) {
        try {
            return CliRun.json(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void damagedCurvatureIsComputedAgain() throws IOException {
        List<String> command = commands.quantize("--epochs-per-block", "0", "--tolerance", "0.9", "--sample-size", "2");
        RunCommands.ends(command);
        command.add("--resume");
        Path file = run.resolve("curvature.json");
        String whole = Files.readString(file);
        byte[] model = Files.readAllBytes(run.resolve("model.safetensors"));
        for (String text : List.of(whole.substring(0, whole.length() / 2),
                whole.replaceFirst("(\"eigenvalue\" : -?\\d)", "$11"))) {
            Files.writeString(file, text);
            assertEquals("goshawk: " + file + ": is damaged and is computed again",
                    RunCommands.ends(command).err().strip());
            JsonFiles.read(file, Kept.class).value().get("blocks").forEach(b -> assertNotNull(b.get("block")));
        }
        assertArrayEquals(model, Files.readAllBytes(run.resolve("model.safetensors")));
        assertEquals("", RunCommands.ends(command).err());
    }

    @Test
    void whatALaterMethodCannotDoLeavesTheResultsOfTheFirst() {
        // A step for the one block of the first method, eleven for those of the second, whose weights grow sevenfold with each.
        CliRun both = CliRun.of(commands
                .quantize("--epochs-per-block", "0.5", "--at-once", "--method", "hawq,direct", "--bits",
                        "8,32,32,32,32,32,32,32,32,32,32", "--tolerance", "0.9", "--lr", "1", "--schedule", "constant",
                        "--weight-decay", "8")
                .toArray(String[]::new));
        assertEquals(2, both.exitCode(), both.out());
        assertTrue(both.err().startsWith("goshawk: training diverged: ") && both.err().lines().count() == 1,
                both.err());
        RunReport report = JsonFiles.read(run.resolve("run.json"), RunReport.class);
        assertEquals(List.of("baseline", "HAWQ, at once"),
                report.results().stream().map(RunReport.Result::method).toList());
        assertTrue(Files.exists(run.resolve("model.safetensors")) && Files.exists(run.resolve("report.html")));
        assertTrue(Files.notExists(run.resolve("direct.safetensors")));
    }

    @Test
    void overwriteLeavesTheFilesThatTheRunIsToRead() throws IOException {
        RunCommands.ends(commands.train());
        Path model = run.resolve("model.safetensors");
        byte[] before = Files.readAllBytes(model);
        assertEquals("goshawk: --weights " + model + ": is in " + run
                + ", which --overwrite deletes; copy it elsewhere, or choose another --out",
                RunCommands.failure(commands.train("--weights", model.toString(), "--overwrite")));
        Path list = Files.writeString(run.resolve("curvature.json"), "train/class0/0.png");
        assertTrue(RunCommands.failure(commands.quantize("--samples", list.toString(), "--overwrite"))
                .contains("--samples " + list + ": is in "));
        assertArrayEquals(before, Files.readAllBytes(model));
        try (Stream<Path> entries = Files.list(run)) {
            assertEquals(
                    List.of(".lock", "checkpoints", "curvature.json", "model.safetensors", "report.html", "run.json",
                            "settings.json"),
                    entries.map(p -> p.getFileName().toString()).sorted().toList());
        }
    }
}
