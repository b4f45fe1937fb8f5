package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.RunReport.BlockRow;
import dev.goshawk.hawq.report.RunReport.Curvature;
import dev.goshawk.hawq.report.RunReport.Data;
import dev.goshawk.hawq.report.RunReport.Environment;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.report.RunReport.Model;
import dev.goshawk.hawq.report.RunReport.Quantization;
import dev.goshawk.hawq.report.RunReport.Result;
import dev.goshawk.hawq.report.RunReport.Schedule;
import dev.goshawk.packed.format.PackedSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Invented runs of the shape of real ones. */
final class SampleReport {
    private static final long[] WEIGHTS = {432, 4608, 4608, 4608, 13824, 18432, 18432, 55296, 73728, 73728, 640};
    private static final double[] EIGENVALUES = {191.2, 41.7, 33.9, 58.3, 17.4, 12.6, 9.85, 6.41, 3.72, -0.934, 22.8};
    private static final int[] BITS = {8, 6, 6, 8, 3, 3, 3, 2, 2, 2, 3};

    private SampleReport() {
    }

    static String name(int block) {
        return block == 0
                ? "conv1"
                : block == 10 ? "fc" : "layer" + ((block - 1) / 3 + 1) + "." + (block - 1) % 3;
    }

    static RunReport resnet20() {
        List<BlockRow> blocks = new ArrayList<>();
        double[] omega = new double[11];
        for (int i = 0; i < 11; i++) {
            omega[i] = Math.abs(EIGENVALUES[i]) * perturbation(i);
        }
        List<Integer> order = IntStream.range(0, 11).boxed().sorted(Comparator.comparingDouble(i -> -omega[i]))
                .toList();
        for (int i = 0; i < 11; i++) {
            blocks.add(new BlockRow(name(i), List.of(name(i) + ".weight"), WEIGHTS[i], EIGENVALUES[i],
                    Math.abs(EIGENVALUES[i]) * (i == 9 ? 3.1e-3 : 7.3e-4), 11 + 3 * i, i != 9,
                    Math.abs(EIGENVALUES[i]) / WEIGHTS[i], BITS[i], perturbation(i), omega[i], order.indexOf(i) + 1));
        }
        List<EpochResult> epochs = new ArrayList<>();
        Random random = new Random(3);
        for (int stage = 0; stage < 11; stage++) {
            for (int e = 1; e <= 2; e++) {
                double loss = 0.31 + 0.012 * stage + (e == 1 ? 0.05 : 0) + 0.01 * random.nextDouble();
                epochs.add(new EpochResult(name(order.get(stage)), e, 2 * stage + e, 0.01 / e, loss,
                        0.895 - (loss - 0.31) / 3,
                        null, null, loss + 0.08, 0.879 - (loss - 0.31) / 4, 71.3));
            }
        }
        List<EpochResult> direct = new ArrayList<>();
        for (int e = 1; e <= 22; e++) {
            double loss = 0.46 + 0.6 / e;
            direct.add(
                    new EpochResult("all", e, e, 0.01, loss, 0.85 - 0.3 / e, null, null, loss + 0.07, 0.834 - 0.32 / e,
                            70.1));
        }
        List<Result> results = List.of(row("float baseline", "32", "32", 0.8804, 1, 1),
                row("HAWQ", "2 MP", "4", 0.8731, 13.107, 8), row("Direct", "2", "4", 0.8203, 16, 8),
                row("Precision order reversed", "2 MP", "4", 0.8011, 13.21, 8));
        return new RunReport("0.1.0", "2026-11-23T09:14:05+01:00",
                "bin/goshawk quantize --model resnet20 --weights resnet20-12fca82f.th --data cifar10-jpeg"
                        + " --target-ratio 13.1 --activation-bits 4 --out runs/x",
                "HAWQ", new Environment("Eclipse Adoptium 25.0.3+9", "Linux amd64", "vector (512-bit, 16 lanes)", 2,
                        "float32"),
                Map.of("split", 1L, "augmentation", 7L, "eigenvalue", 0L),
                new Data("CIFAR-10 (JPEG)", "cifar10-jpeg", 50_000, 10_000,
                        "mean .485/.456/.406, std .229/.224/.225; pad-4 crop and flip",
                        IntStream.range(0, 512).mapToObj(i -> String.format("train/cat/%04d.jpg", i)).toList(), null),
                new Model("resnet20", "resnet20-12fca82f.th", 269_722, 268_336),
                new Curvature("power iteration", "MAGNITUDE", 1e-3, 500, "float32", 0.1873, 0.9414, 84.2), List.of(),
                new Quantization("symmetric per channel, least squared error", "unsigned 4-bit after ReLU",
                        "ratio 13.1", 13.107, 0.0781, 8,
                        "convolution and fully connected weights only; 1 MiB is 1,048,576 bytes",
                        "bits in the order of |lambda| / n", new PackedSize(81_920, 5_600, 2_800, 400, 1_336)),
                blocks, List.of(new Schedule("HAWQ", epochs), new Schedule("Direct", direct)), results);
    }

    /** The same with two searches in place of curvature. */
    static RunReport searched() {
        RunReport full = resnet20();
        Map<String, List<Double>> probabilities = new LinkedHashMap<>();
        full.blocks().forEach(b -> probabilities.put(b.name(), List.of(0.5, 0.3, 0.15, 0.04, 0.01)));
        return new RunReport(full.goshawk(), full.created(), full.command(), full.method(), full.environment(),
                full.seeds(), full.data(), full.model(), null,
                List.of(new RunReport.Search("DNAS", 15.0, null, 45_000, 9_000, 4.0, 612, List.of(),
                        List.of(2, 3, 4, 6, 7), probabilities),
                        new RunReport.Search("HAQ", null, 60, 5_000, 5_000, null, 900,
                                IntStream.range(0, 60).mapToObj(i -> -3 + i / 30.0).toList(), List.of(), Map.of())),
                full.quantization(), full.blocks(), full.schedules(), full.results());
    }

    /** Nothing second-order, nothing trained, and text that must not become markup. */
    static RunReport bare() {
        RunReport full = resnet20();
        String hostile = "</style><script>alert('x')</script>\"&";
        return new RunReport("0.1.0", "2026-11-23T09:14:05Z", "goshawk " + hostile, "Direct",
                full.environment(), Map.of(hostile, 1L),
                new Data(hostile, hostile, 1, 1, hostile, List.of(hostile), List.of(hostile)),
                new Model("mynet", hostile, 10, 8), null, List.of(), full.quantization(),
                List.of(new BlockRow(hostile, List.of(hostile), 8, null, null, null, null, null, 2, Double.NaN, null,
                        null)),
                List.of(new Schedule(hostile,
                        List.of(new EpochResult(hostile, 1, 1, 0.1, Double.NaN, 0.1, null, null, null, null, 1)))),
                List.of(row(hostile, "2", "4", Double.NaN, 16, 8)));
    }

    private static Result row(String method, String weightBits, String activationBits, double accuracy, double weights,
            double activations) {
        return new Result(method, weightBits, activationBits, accuracy, weights, activations, "this run");
    }

    private static double perturbation(int block) {
        return WEIGHTS[block] * 0.01 * Math.pow(4, 1 - BITS[block]);
    }
}
