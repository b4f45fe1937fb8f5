package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.models.Block;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.SafetensorsFile;
import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.Weights;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** All of HAWQ on a network of photographs: SqueezeNext on small images, in ImageNet's folders, one of them damaged. */
class ImageNetCommandsTest {
    private static final String MODEL = "sqnxt23_w1";
    private static final List<String> CLASSES = List.of("n01440764", "n02096051");

    @TempDir
    private static Path folder;
    private static Path data;
    private static Path weights;

    @BeforeAll
    static void files() throws IOException {
        data = folder.resolve("data");
        SplittableRandom random = new SplittableRandom(5);
        for (String split : List.of("train", "val")) {
            for (String wnid : CLASSES) {
                Path classFolder = Files.createDirectories(data.resolve(split).resolve(wnid));
                for (int i = 0; i < 2; i++) {
                    int type = i == 0 ? BufferedImage.TYPE_INT_RGB : BufferedImage.TYPE_BYTE_GRAY;
                    BufferedImage image = new BufferedImage(90 + 10 * i, 80, type);
                    for (int p = 0; p < image.getWidth() * 80; p++) {
                        image.setRGB(p % image.getWidth(), p / image.getWidth(), random.nextInt(1 << 24));
                    }
                    ImageIO.write(image, "jpg", classFolder.resolve(i + ".JPEG").toFile());
                }
            }
        }
        byte[] sound = Files.readAllBytes(data.resolve("train").resolve(CLASSES.get(0)).resolve("0.JPEG"));
        Files.write(data.resolve("train").resolve(CLASSES.get(1)).resolve("damaged.JPEG"),
                Arrays.copyOf(sound, sound.length / 2));
        weights = folder.resolve("w.safetensors");
        SafetensorsFile.write(weights, closedForm(Networks.byName(MODEL)), Map.of());
    }

    /** Weights by a formula of their position, in PyTorch's names and layout. */
    private static Map<String, Tensor> closedForm(Network network) {
        Parameters parameters = Parameters.initialize(network, DType.FLOAT32, 0);
        for (ParameterSpec spec : parameters.specs()) {
            Tensor t = parameters.get(spec.name());
            double spread = spec.isWeight() ? Math.sqrt(6.0 / spec.fanIn()) : 0.1;
            for (int k = 0; k < t.size(); k++) {
                double wave = spread * Math.sin(1.7 * k + 0.3 * spec.name().length() + 0.001 * k * k);
                t.set(k, switch (spec.kind()) {
                    case BN_WEIGHT -> 0.6 + wave;
                    case BN_VARIANCE -> 1 + wave;
                    default -> wave;
                });
            }
        }
        return parameters.toWeights("closed form").tensors();
    }

    private static String[] command(String name, String... more) {
        return sized(name, 64, more);
    }

    private static String[] sized(String name, int side, String... more) {
        List<String> all = new ArrayList<>(List.of(name, "--model", MODEL, "--data", data.toString(), "--resize",
                Integer.toString(side + 8), "--crop", Integer.toString(side)));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void spectrumOfEveryBlockWithTheDamagedImageLeftOut() throws IOException {
        Path json = folder.resolve("spectrum.json");
        CliRun run = CliRun.of(command("spectrum", "--weights", weights.toString(), "--tolerance", "0.5",
                "--micro-batch", "2", "--json", json.toString()));

        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains("left out: ") && run.err().contains("damaged.JPEG: "), run.err());
        JsonNode result = CliRun.json(json);
        assertEquals(4, result.get("samples").asInt());
        assertEquals(24, result.get("blocks").size());
        for (JsonNode b : result.get("blocks")) {
            assertTrue(b.get("converged").asBoolean(), b.toString());
            assertTrue(Double.isFinite(b.get("residual").asDouble()), b.toString());
        }
    }

    @Test
    void withoutWeightsRandomOnesAreTakenAndSaid() {
        CliRun run = CliRun
                .of(command("spectrum", "--tolerance", "0.5", "--max-iterations", "2", "--sample-size", "1"));

        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains("goshawk: no --weights: random ones by the seed 0"), run.err());
        assertTrue(run.out().contains(MODEL + " at 1 image drawn from train of "), run.out());
    }

    @Test
    void quantizeGoesThroughEveryStep() throws IOException {
        Path out = folder.resolve("run");
        CliRun run = CliRun.of(command("quantize", "--weights", weights.toString(), "--batch", "4", "--at-once",
                "--epochs-per-block", "0.1", "--lr", "1e-4", "--tolerance", "0.5", "--target-ratio", "10",
                "--activation-bits", "8", "--out", out.toString()));

        assertEquals(0, run.exitCode(), run.err());
        assertTrue(run.err().contains("damaged.JPEG: "), run.err());
        RunReport report = JsonFiles.read(out.resolve("run.json"), RunReport.class);
        List<Block> blocks = Networks.byName(MODEL).trace(DType.FLOAT32, 1, Mode.EVALUATION).blocks();
        assertEquals(blocks.stream().map(Block::name).toList(),
                report.blocks().stream().map(RunReport.BlockRow::name).toList());
        assertTrue(report.results().getLast().weightCompression() >= 10, report.results().toString());
        assertEquals(4, report.data().curvatureSamples().size());
        assertTrue(run.out().contains("  order "), run.out());
        assertTrue(Files.size(out.resolve("report.html")) > 1000);
        // What was written is a checkpoint of the same network, each weight on at most 2^bits levels a channel.
        Weights written = WeightFile.read(out.resolve("model.safetensors"));
        Parameters quantized = Parameters.load(Networks.byName(MODEL), written, DType.FLOAT32);
        RunReport.BlockRow row = report.blocks().getFirst();
        Tensor filter = quantized.get(blocks.getFirst().weights().getFirst());
        int channels = filter.shape().dim(-1);
        for (int c = 0; c < channels; c++) {
            int channel = c;
            long levels = java.util.stream.IntStream.range(0, filter.size() / channels)
                    .mapToDouble(i -> filter.get(i * channels + channel)).distinct().count();
            assertTrue(levels <= 1L << row.bits(), "channel " + c + ": " + levels + " levels at " + row.bits());
        }
    }

    @Test
    void dryRunPrintsThePlanAndTakesNothing() {
        Path out = folder.resolve("nothing");
        CliRun spectrum = CliRun.of(command("spectrum", "--weights", "missing.pt", "--dry-run"));
        assertEquals(0, spectrum.exitCode(), spectrum.err());
        assertTrue(
                spectrum.out()
                        .startsWith("memory of the spectrum of sqnxt23_w1: 5 images of 64x64 in float32, 5 at once"),
                spectrum.out());
        assertTrue(spectrum.out().endsWith("fits; nothing was taken\n"), spectrum.out());
        CliRun quantize = CliRun.of(command("quantize", "--weights", weights.toString(), "--batch", "4", "--dry-run",
                "--out", out.toString()));
        assertEquals(0, quantize.exitCode(), quantize.err());
        assertTrue(quantize.out().contains("memory of training sqnxt23_w1, batches of 4"), quantize.out());
        CliRun train = CliRun.of(command("train", "--epochs", "1", "--batch", "4", "--dry-run", "--out",
                out.toString()));
        assertEquals(0, train.exitCode(), train.err());
        assertTrue(Files.notExists(out));
    }

    @Test
    void whatDoesNotFitIsRefusedNamingWhatWould() {
        String line = CliRun.failure(sized("train", 2400, "--epochs", "1", "--weights", weights.toString(), "--batch",
                "4", "--out", folder.resolve("none").toString()));
        assertTrue(
                line.matches(
                        "goshawk: training of sqnxt23_w1: batches of 4 need [0-9.]+ GiB, the heap has .* for them: .*"),
                line);
        String spectrum = CliRun.failure(sized("spectrum", 2400));
        assertTrue(
                spectrum.matches("goshawk: spectrum of sqnxt23_w1: 5 images at once in float32 need [0-9.]+ GiB, the "
                        + "heap has .* for them: (--micro-batch \\d+ would fit, or|no micro-batch would fit; use) a larger heap .*"),
                spectrum);
    }

    @Test
    void faultsOfFilesAreOneLine() throws IOException {
        String w = weights.toString();
        assertTrue(CliRun.failure(command("evaluate", "--weights", w, "--split", "train", "--strict"))
                .contains("damaged.JPEG: "));
        assertTrue(CliRun.failure(command("evaluate", "--weights", w, "--split", "tset")).contains("tset"));
        assertTrue(CliRun.failure(command("spectrum", "--weights", w, "--sample-size", "0"))
                .startsWith("goshawk: --sample-size: expected at least 1 image"));
        Path other = Files.createDirectories(folder.resolve("other/train/zebra"));
        Files.copy(data.resolve("train").resolve(CLASSES.get(0)).resolve("0.JPEG"), other.resolve("0.JPEG"));
        String classes = CliRun.failure("evaluate", "--model", MODEL, "--weights", w, "--data",
                folder.resolve("other").toString(), "--split", "train", "--crop", "64");
        assertTrue(classes.contains("at least 2 classes") || classes.contains("not the weights of"), classes);
    }
}
