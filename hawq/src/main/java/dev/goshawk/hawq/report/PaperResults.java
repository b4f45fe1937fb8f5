package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.RunReport.Result;
import java.util.List;

/**
 * Published results to set a run beside: HAWQ (Dong et al., ICCV 2019, arXiv 1905.03696) and the methods it compares
 * with.
 */
public final class PaperResults {
    private static final String PAPER = "paper, quoted from a review";

    private static final List<Result> RESNET20_CIFAR10 = List.of(row("baseline", "32", "32", 92.37, 1, 1),
            row("DoReFa", "2", "2", 88.20, 16, 16), row("DoReFa", "3", "3", 89.90, 10.67, 10.67),
            row("PACT", "2", "2", 89.70, 16, 16), row("PACT", "3", "3", 91.10, 10.67, 10.67),
            row("LQ-Nets", "2", "2", 90.20, 16, 16), row("LQ-Nets", "3", "3", 91.60, 10.67, 10.67),
            row("LQ-Nets", "2", "32", 91.80, 16, 1), row("LQ-Nets", "3", "32", 92.00, 10.67, 1),
            row("DNAS", "1 MP", "32", 92.00, 16.60, 1), row("DNAS", "1 MP", "32", 92.72, 11.60, 1),
            row("Direct", "2 MP", "4", 90.34, 16, 8), row("HAWQ", "2 MP", "4", 92.22, 13.11, 8));

    private static final List<Result> INCEPTION_IMAGENET = List.of(row("HAWQ", "2 MP", "4 MP", 75.52, 12.04, 8));

    private static final List<Result> RESNET50_IMAGENET = List.of(row("HAWQ", "2 MP", "4 MP", 75.48, 12.28, 8));

    private static final List<Result> SQUEEZENEXT_IMAGENET = List.of(row("HAWQ", "3 MP", "8", 68.02, 9.26, 4));

    private PaperResults() {
    }

    /** The published rows of a model; empty where there are none. */
    public static List<Result> of(String model) {
        return switch (model) {
            case "resnet20" -> RESNET20_CIFAR10;
            case "inception_v3" -> INCEPTION_IMAGENET;
            case "resnet50" -> RESNET50_IMAGENET;
            case "sqnxt23_w2" -> SQUEEZENEXT_IMAGENET;
            default -> List.of();
        };
    }

    /** What the published rows of a model were measured on. */
    static String dataset(String model) {
        return model.equals("resnet20") ? "the original CIFAR-10" : "ImageNet's validation images";
    }

    private static Result row(String method, String weightBits, String activationBits, double percent,
            double weightCompression, double activationCompression) {
        // two decimals, as printed: 92.37 / 100 alone would be 0.9237000000000001 for some
        return new Result(method, weightBits, activationBits, Math.round(percent * 100) / 10_000.0, weightCompression,
                activationCompression, PAPER);
    }
}
