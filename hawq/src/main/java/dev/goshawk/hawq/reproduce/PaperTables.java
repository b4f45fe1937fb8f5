package dev.goshawk.hawq.reproduce;

import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.report.PaperResults;
import dev.goshawk.hawq.report.RunReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** The tables of HAWQ (Dong et al., ICCV 2019), as far as they can be run here, its ablations, and what came after it. */
public final class PaperTables {
    /** What HAWQ reaches in the paper. */
    private static final double HAWQ_RATIO = 13.1;
    /** A size that both precision orders reach. */
    private static final double REVERSIBLE_RATIO = 10.7;
    private static final List<BitWidth> REVERSIBLE_WIDTHS = IntStream.of(1, 2, 3, 4, 6, 8).mapToObj(BitWidth::of)
            .toList();
    private static final List<String> IMAGENET = List.of("resnet50", "inception_v3", "sqnxt23_w2");
    /** Rows whose differences are small enough to need several seeds. */
    private static final Set<String> SEEDED = Set.of("hawq", "direct-at-size", "hawq-at-10.7x",
            "hawq-reversed-precision", "hawq-reversed-order");

    private PaperTables() {
    }

    /** Two rows that differ in one thing, by name. */
    record Ablation(String what, String with, String without) {
    }

    /** What the rows of the tables say of single things. */
    static List<Ablation> ablations() {
        return List.of(
                new Ablation(
                        "Widths by curvature, not in network order (uniform quantizer, the same limit on the size)",
                        "hawq", "direct-at-size"),
                new Ablation("More bits for the sharper blocks, not for the flatter", "hawq-at-10.7x",
                        "hawq-reversed-precision"),
                new Ablation("Fine-tuning in descending order of \u03a9, not ascending", "hawq",
                        "hawq-reversed-order"),
                new Ablation("Widths by traces (V2), not by top eigenvalues", "hawq-v2", "hawq"),
                new Ablation("Widths by the exact second-order form, not by top eigenvalues", "quadratic", "hawq"),
                new Ablation("PACT's quantizer, not DoReFa's (2 bits)", "pact", "dorefa"),
                new Ablation("LQ-Nets' quantizer, not DoReFa's (2 bits)", "lq-nets", "dorefa"),
                new Ablation("Learned steps (LSQ), not fitted ones (2 bits, activations of 4)", "lsq", "direct"));
    }

    /** ResNet20 on CIFAR-10. */
    public static ExperimentTable cifar10() {
        List<Experiment> rows = new ArrayList<>();
        rows.add(Experiment.of(Experiment.FLOAT, "Float", 1, 32));
        rows.add(Experiment.of("hawq", "HAWQ", HAWQ_RATIO, 4));
        rows.add(Experiment.of("direct-at-size", "Direct, HAWQ's size", HAWQ_RATIO, 4));
        rows.add(Experiment.of("direct", "Direct", 16, 4));
        rows.add(Experiment.of("hawq", "HAWQ, 10.7x", REVERSIBLE_RATIO, 4).named("hawq-at-10.7x", "HAWQ, 10.7x")
                .matched(REVERSIBLE_WIDTHS));
        rows.add(Experiment.of("hawq", "", REVERSIBLE_RATIO, 4).reversed(Experiment.PRECISION)
                .named("hawq-reversed-precision", "HAWQ, precision reversed").matched(REVERSIBLE_WIDTHS));
        rows.add(Experiment.of("hawq", "", HAWQ_RATIO, 4).reversed(Experiment.ORDER)
                .named("hawq-reversed-order", "HAWQ, order reversed"));
        for (String name : List.of("pact", "dorefa", "lq-nets")) {
            rows.add(Experiment.of(name, Methods.byName(name).label(), 16, 2));
            rows.add(Experiment.of(name, Methods.byName(name).label(), 10.66, 3).named(name + "-3",
                    Methods.byName(name).label()));
        }
        rows.add(Experiment.of("quadratic", "Quadratic", HAWQ_RATIO, 4));
        rows.add(Experiment.of("hawq-v2", "HAWQ-V2", HAWQ_RATIO, 4));
        rows.add(Experiment.of("hawq-v3", "HAWQ-V3", HAWQ_RATIO, 4));
        rows.add(Experiment.of("lsq", "LSQ", 16, 4));
        rows.add(Experiment.of("dnas", Methods.byName("dnas").label(), HAWQ_RATIO, 4));
        rows.add(Experiment.of("haq", Methods.byName("haq").label(), HAWQ_RATIO, 4));
        rows.add(Experiment.of("rvquant", Methods.byName("rvquant").label(), HAWQ_RATIO, 4));
        return new ExperimentTable("resnet20", rows, SEEDED);
    }

    /**
     * HAWQ's tables on ImageNet: the float network, HAWQ at the size it reaches in the paper, and Direct.
     *
     * @param network {@code resnet50}, {@code inception_v3} or {@code sqnxt23_w2}
     * @throws IllegalArgumentException in one line, if the paper has no table of the network
     */
    public static ExperimentTable imageNet(String network) {
        if (!IMAGENET.contains(network)) {
            throw new IllegalArgumentException("expected " + String.join(" or ", IMAGENET)
                    + ", the networks of the paper, got '" + network + "'");
        }
        RunReport.Result hawq = PaperResults.of(network).stream().filter(r -> r.method().equals("HAWQ")).findFirst()
                .orElseThrow();
        double ratio = hawq.weightCompression();
        int activationBits = (int) Math.round(BitWidth.FLOAT.bits() / hawq.activationCompression());
        List<Experiment> rows = new ArrayList<>();
        rows.add(Experiment.of(Experiment.FLOAT, "Float", 1, 32));
        rows.add(Experiment.of("hawq", "HAWQ", ratio, activationBits));
        rows.add(Experiment.of("direct-at-size", "Direct, HAWQ's size", ratio, activationBits));
        rows.add(Experiment.of("direct", "Direct", 32.0 / 2, activationBits));
        for (String name : List.of("quadratic", "hawq-v2", "hawq-v3", "rvquant")) {
            rows.add(Experiment.of(name, Methods.byName(name).label(), ratio, activationBits));
        }
        return new ExperimentTable(network, rows, Set.of("hawq", "direct-at-size"));
    }
}
