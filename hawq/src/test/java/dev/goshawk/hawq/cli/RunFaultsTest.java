package dev.goshawk.hawq.cli;

import dev.goshawk.hawq.Kept;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs whose options, folders or files are not in order: one line, before any work, and nothing lost. */
class RunFaultsTest {
    @TempDir
    private Path folder;
    private Path data;
    private Path weights;
    private Path run;

    @BeforeEach
    void files() throws IOException {
        data = NoisyImages.write(folder.resolve("data"));
        weights = folder.resolve("w.safetensors");
        run = folder.resolve("run");
        writeWeights(3);
    }

    private void writeWeights(long seed) {
        Parameters parameters = Parameters.initialize(Networks.byName("resnet20", 2), DType.FLOAT32, seed);
        SafetensorsFile.write(weights, parameters.toWeights("test").tensors(), Map.of());
    }

    private List<String> train(String... more) {
        return command("train", more, "--epochs", "0.5");
    }

    private List<String> quantize(String... more) {
        return command("quantize", more, "--weights", weights.toString());
    }

    private List<String> command(String name, String[] more, String... always) {
        List<String> all = new ArrayList<>(List.of(name));
        all.addAll(List.of(always));
        all.addAll(List.of(more));
        if (!all.contains("--data")) {
            all.addAll(List.of("--data", data.toString()));
        }
        if (!all.contains("--batch")) {
            all.addAll(List.of("--batch", "4"));
        }
        all.addAll(List.of("--out", run.toString()));
        return all;
    }

    private static CliRun ends(List<String> command) {
        CliRun run = CliRun.of(command.toArray(String[]::new));
        assertEquals(0, run.exitCode(), run.err());
        return run;
    }

    private static String failure(List<String> command) {
        return CliRun.failure(command.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', delimiter = '|', value = {
            "--epochs-per-block -1     | --epochs-per-block: expected a number of epochs from 0 to 1000000, got -1.0",
            "--epochs-per-block 1e300  | --epochs-per-block: expected a number of epochs from 0 to 1000000, got 1.0E300",
            "--final-epochs -0.5       | --final-epochs: expected a number of epochs from 0 to 1000000, got -0.5",
            "--lr 0                    | --lr: expected a learning rate above 0 (at least 1.2e-38, as float32), got 0.0",
            "--lr -1                   | --lr: expected a learning rate above 0 (at least 1.2e-38, as float32), got -1.0",
            "--lr 1e-50                | --lr: expected a learning rate above 0 (at least 1.2e-38, as float32), got 1.0E-50",
            "--lr 1e50                 | --lr: expected a learning rate above 0 (at least 1.2e-38, as float32), got 1.0E50",
            "--momentum 1              | --momentum: expected a number in [0, 1), got 1.0",
            "--momentum -0.1           | --momentum: expected a number in [0, 1), got -0.1",
            "--momentum 0.999999999    | --momentum: expected a number in [0, 1), got 0.999999999",
            "--weight-decay -1         | --weight-decay: expected a number of 0 or more, got -1.0",
            "--weight-decay 1e300      | --weight-decay: expected a number of 0 or more, got 1.0E300",
            "--batch 0                 | --batch: expected at least 1 image, got 0",
            "--batch 9                 | --batch: expected at most the 8 images of the training set, got 9",
            "--tolerance 0             | --tolerance: expected a number above 0, at most 1, got 0.0",
            "--tolerance -1            | --tolerance: expected a number above 0, at most 1, got -1.0",
            "--tolerance 1.5           | --tolerance: expected a number above 0, at most 1, got 1.5",
            "--micro-batch 0           | --micro-batch: expected at least 1 image, got 0",
            "--sample-size -3          | --sample-size: expected at least 1 image, got -3",
            "--subsample -1            | --subsample: expected 0 images or more, got -1",
            "--bits 2,2                | --bits: expected 11 widths (blocks conv1 to linear), got 2 in '2,2'",
            "--bits 32,32,32,32,32,32,32,32,32,32,32 | --bits: expected a width below 32 for at least one block, "
                    + "got '32,32,32,32,32,32,32,32,32,32,32'",
            "--bits 2,2,2,2,2,2,2,2,2,2,2 --reverse-precision | --bits and --reverse-precision: expected one of them, "
                    + "widths that are given are not chosen",
            "--at-once --reverse-order | --at-once and --reverse-order: expected one of them, all blocks at once have no order",
            "--target-ratio -1         | target ratio: expected 1 to 16.0 (every block at 2 bits), got -1.0",
            "--method direct --bits 2,2,2,2,2,2,2,2,2,2,2 | --bits: expected with --method hawq or hawq-v2 or hawq-v3 or "
                    + "quadratic, which --method direct leaves out (see goshawk quantize --help)",
            "--search-epochs 1         | --search-epochs: expected with --method dnas, which --method hawq leaves out "
                    + "(see goshawk quantize --help)",
            "--episodes 0              | --episodes: expected with --method haq, which --method hawq leaves out "
                    + "(see goshawk quantize --help)",
            "--method direct --search-images 4 | --search-images: expected with --method dnas or haq, which --method direct "
                    + "leaves out (see goshawk quantize --help)",
            "--method haq --episodes 0 | --episodes: expected 1 to 1000000 episodes, got 0",
            "--method haq --search-images 8 | --search-images: expected 0 to 7 training images that are not held out, got 8",
            "--method haq --search-images -1 | --search-images: expected 0 images or more, got -1",
            "--method dnas --search-epochs 0 | --search-epochs: expected a number of epochs above 0 to 1000000, got 0.0",
            "--method dnas --search-gamma -1 | --search-gamma: expected a finite number of 0 or more, got -1.0",
            "--method dnas --search-images 9 | --search-images: expected 2 to 8 training images for a differentiable "
                    + "search, got 9",
            "--method hawq,dnas --bits 2,2,2,2,2,2,2,2,2,2,2 | --bits: expected methods that do not search for widths, got "
                    + "--method dnas",
            "--method direct --tolerance 0.1 | --tolerance: expected with --method hawq or hawq-v2 or hawq-v3 or quadratic, "
                    + "which --method direct leaves out (see goshawk quantize --help)",
            "--method direct --reverse-precision | --reverse-precision: expected with --method hawq, which --method "
                    + "direct leaves out (see goshawk quantize --help)",
            "--method hawq --draws 9   | --draws: expected with --method hawq-v2 or hawq-v3, which --method hawq leaves "
                    + "out (see goshawk quantize --help)",
            "--method hawq-v2 --draws 1 | --draws: expected at least 2, got 1",
            "--method hawq --bops-limit 1 | --bops-limit: expected with --method hawq-v3, which --method hawq leaves out "
                    + "(see goshawk quantize --help)",
            "--method hawq-v3 --bops-limit 0.1 | bit-operations limit: expected at least 0.324408 billion operations, the "
                    + "least that the widths reach, got 0.1",
            "--method hawq-v3 --bops-limit -1 | bit-operations limit: expected a number above 0, got -1.0E9",
            "--method hawq-v3 --latency-limit 1 | --latency and --latency-limit: expected both of them, got only "
                    + "--latency-limit",
            "--method hawq-v3 --latency missing.json --latency-limit 1 | missing.json: no such file",
            "--widths 2,9              | --widths: expected some of 1 to 8, such as 2,3,4,6,8, got '2,9'",
            "--widths 3,4              | target ratio: expected 1 to 10.666666666666666 (every block at 3 bits), got 13.1",
            "--widths 2 --bits 2,2,2,2,2,2,2,2,2,2,2 | --bits and --widths: expected one of them, widths that are given "
                    + "are not chosen",
            "--method hawk             | Invalid value for option '--method' (NAME): expected hawq, hawq-v2, hawq-v3, "
                    + "quadratic, direct, direct-at-size, lsq, pact, dorefa, lq-nets, dnas, haq or rvquant, got 'hawk' (see goshawk "
                    + "quantize --help)",
            "--method hawq,hawq        | --method: expected each method once, got hawq,hawq",
            "--samples x --sample-size 2 | --samples and --sample-size: expected one of them, the list says which images "
                    + "there are (see goshawk quantize --help)",
            "--overwrite --resume      | --resume and --overwrite: expected one of them, got both"})
    void optionsAreCheckedBeforeAnyWork(String options, String expected) throws IOException {
        assertEquals("goshawk: " + expected, failure(quantize(options.split(" "))));
        assertTrue(Files.notExists(run));
    }

    @ParameterizedTest
    @CsvSource({"--lr", "--momentum", "--weight-decay", "--epochs-per-block", "--final-epochs", "--tolerance",
            "--target-ratio", "--target-size"})
    void whatIsNoFiniteNumberIsRefused(String option) throws IOException {
        for (String value : List.of("NaN", "Infinity", "-Infinity", "1e999")) {
            String line = failure(quantize(option, value));
            assertTrue(line.contains(option.substring(2).replace('-', ' '))
                    || line.contains(option), line);
        }
        assertTrue(Files.notExists(run));
    }

    @Test
    void aRunGoesOnOnlyWithTheImagesAndWeightsItBeganWith() throws IOException {
        List<String> command = train("--weights", weights.toString());
        ends(command);
        List<String> resume = new ArrayList<>(command);
        resume.add("--resume");
        byte[] model = Files.readAllBytes(run.resolve("model.safetensors"));
        Path here = Path.of("").toAbsolutePath();
        for (Path same : List.of(here.relativize(data), data.resolve("../data"))) {
            List<String> spelled = new ArrayList<>(train("--weights", here.relativize(weights).toString(), "--data",
                    same.toString()));
            spelled.add("--resume");
            ends(spelled);
        }
        assertArrayEquals(model, Files.readAllBytes(run.resolve("model.safetensors")));

        Path one = data.resolve("train/class1/3.png");
        byte[] image = Files.readAllBytes(one);
        Files.delete(one);
        String line = failure(resume);
        assertTrue(line.startsWith("goshawk: " + run + ": cannot be resumed, the training images changed since it was "
                + "started (now 7 images, sha256 ") && line.contains("then 8 images, sha256 "), line);
        Files.write(one, Files.readAllBytes(data.resolve("train/class1/2.png")));
        assertTrue(failure(resume).contains("the training images changed since it was started (now 8 images"));
        Files.write(one, image);
        writeWeights(4);
        assertTrue(failure(resume).contains("the weights changed since it was started (now sha256 "));
        writeWeights(3);
        ends(resume);
    }

    @Test
    void aDryRunChecksTheFolderAndLeavesIt() throws IOException {
        List<String> dry = new ArrayList<>(train("--dry-run"));
        ends(dry);
        assertTrue(Files.notExists(run));
        Files.createDirectory(run);
        ends(dry);
        ends(quantize("--dry-run", "--method", "direct"));
        Path foreign = Files.createFile(run.resolve("mine.txt"));
        String full = "goshawk: " + run + ": is not empty; --resume goes on with the run in it, --overwrite deletes it";
        assertEquals(full, failure(dry));
        assertEquals(full, failure(quantize("--dry-run")));
        assertTrue(failure(train("--dry-run", "--overwrite")).startsWith("goshawk: " + run + ": holds no run"));
        assertTrue(failure(train("--dry-run", "--resume")).startsWith("goshawk: " + run + ": there is no run"));
        Files.delete(foreign);
        try (Stream<Path> entries = Files.list(run)) {
            assertEquals(0, entries.count());
        }
    }

    @Test
    void checkpointsOfAnotherNetworkAreRefused() throws IOException {
        ends(train());
        Path checkpoint = run.resolve("checkpoints/train-1.safetensors");
        byte[] resnet20 = Files.readAllBytes(checkpoint);
        ends(train("--model", "resnet32", "--overwrite"));
        Files.write(checkpoint, resnet20);
        assertEquals("goshawk: " + checkpoint + ": is a checkpoint of another training, its network: expected resnet32 "
                + "with 2 classes, got resnet20 with 2 classes", failure(train("--model", "resnet32", "--resume")));
        Files.delete(checkpoint);
        assertTrue(ends(train("--model", "resnet32", "--resume")).out().startsWith(
                "train: no checkpoint yet, from the start\n"));
    }

    @Test
    void postTrainingQuantizationIsARunOfItsOwn() {
        CliRun quantized = ends(quantize("--epochs-per-block", "0", "--final-epochs", "0", "--tolerance", "0.9",
                "--method", "hawq,direct"));
        RunReport report = JsonFiles.read(run.resolve("run.json"), RunReport.class);
        assertEquals(3, report.results().size());
        assertEquals(List.of(1, 1), report.schedules().stream().map(s -> s.epochs().size()).toList());
        assertTrue(quantized.out().contains("epoch 0     train -   test loss "), quantized.out());
        assertEvaluatesAsTheRunDid(report);
    }

    @Test
    void quantizedModelsEvaluateAsTheirRunDid() {
        ends(quantize("--epochs-per-block", "0.5", "--at-once", "--activation-bits", "2", "--tolerance", "0.9"));
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
        CliRun evaluated = ends(whole);
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
                ends(second).err().lines().toList());
        assertNotEquals(loss, read(json).get("loss").asDouble());

        for (Map.Entry<String, String> fault : Map.of("goshawk.activation_bits", "9", "goshawk.range.layer1.0.relu1",
                "-1", "goshawk.range.conv9", "1").entrySet()) {
            Map<String, String> damaged = new LinkedHashMap<>(weights.metadata());
            damaged.put(fault.getKey(), fault.getValue());
            SafetensorsFile.write(older, weights.tensors(), damaged);
            String line = failure(second);
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
        List<String> command = quantize("--epochs-per-block", "0", "--tolerance", "0.9");
        ends(command);
        command.add("--resume");
        Path file = run.resolve("curvature.json");
        String whole = Files.readString(file);
        byte[] model = Files.readAllBytes(run.resolve("model.safetensors"));
        for (String text : List.of("{}", "null", "[]", whole.substring(0, whole.length() / 2),
                whole.replaceFirst("(\"eigenvalue\" : -?\\d)", "$11"))) {
            Files.writeString(file, text);
            assertEquals("goshawk: " + file + ": is damaged and is computed again", ends(command).err().strip());
            JsonFiles.read(file, Kept.class).value().get("blocks").forEach(b -> assertNotNull(b.get("block")));
        }
        assertArrayEquals(model, Files.readAllBytes(run.resolve("model.safetensors")));
        assertEquals("", ends(command).err());
    }

    @Test
    void whatALaterMethodCannotDoLeavesTheResultsOfTheFirst() {
        // A step for the one block of the first method, eleven for those of the second, whose weights grow sevenfold with each.
        CliRun both = CliRun.of(quantize("--epochs-per-block", "0.5", "--at-once", "--method", "hawq,direct", "--bits",
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
        ends(train());
        Path model = run.resolve("model.safetensors");
        byte[] before = Files.readAllBytes(model);
        assertEquals("goshawk: --weights " + model + ": is in " + run
                + ", which --overwrite deletes; copy it elsewhere, or choose another --out",
                failure(train("--weights", model.toString(), "--overwrite")));
        Path list = Files.writeString(run.resolve("curvature.json"), "train/class0/0.png");
        assertTrue(failure(quantize("--samples", list.toString(), "--overwrite"))
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
