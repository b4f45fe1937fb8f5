package dev.goshawk.hawq.reproduce;

import dev.goshawk.hawq.allocate.Methods;
import dev.goshawk.hawq.quantize.BitWidth;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The rows of the comparison on CIFAR-10: those of HAWQ's table (Dong et al., ICCV 2019, table 1) that can be run here, its ablations, and
 * what came after it. The most important come first.
 */
public final class CifarTable {
    /** What HAWQ reaches in the paper. */
    private static final double HAWQ_RATIO = 13.1;
    /** A size that both precision orders reach. */
    private static final double REVERSIBLE_RATIO = 10.7;
    private static final List<BitWidth> REVERSIBLE_WIDTHS = IntStream.of(1, 2, 3, 4, 6, 8).mapToObj(BitWidth::of)
            .toList();
    /** Rows whose differences are small enough to need several seeds. */
    private static final Set<String> SEEDED = Set.of("hawq", "direct-at-size", "hawq-at-10.7x",
            "hawq-reversed-precision", "hawq-reversed-order");

    private CifarTable() {
    }

    /** All rows with the first seed, the float network first. */
    static List<Experiment> rows() {
        List<Experiment> rows = new ArrayList<>();
        rows.add(Experiment.of(Experiment.FLOAT, "Float", 1, 32));
        rows.add(Experiment.of("hawq", "HAWQ", HAWQ_RATIO, 4));
        rows.add(Experiment.of("direct-at-size", "Direct, HAWQ's size", HAWQ_RATIO, 4));
        rows.add(Experiment.of("direct", "Direct", 16, 4));
        rows.add(Experiment.of("hawq", "HAWQ, 10.7x", REVERSIBLE_RATIO, 4).named("hawq-at-10.7x", "HAWQ, 10.7x")
                .withWidths(REVERSIBLE_WIDTHS));
        rows.add(Experiment.of("hawq", "", REVERSIBLE_RATIO, 4).reversed(Experiment.PRECISION)
                .named("hawq-reversed-precision", "HAWQ, precision reversed").withWidths(REVERSIBLE_WIDTHS));
        rows.add(Experiment.of("hawq", "", HAWQ_RATIO, 4).reversed(Experiment.ORDER)
                .named("hawq-reversed-order", "HAWQ, order reversed"));
        for (String name : List.of("pact", "dorefa", "lq-nets")) {
            String label = Methods.names().contains(name) ? Methods.byName(name).label() : name;
            rows.add(Experiment.of(name, label, 16, 2).named(name, label));
            rows.add(Experiment.of(name, label, 10.66, 3).named(name + "-3", label));
        }
        rows.add(Experiment.of("quadratic", "Quadratic", HAWQ_RATIO, 4));
        rows.add(Experiment.of("hawq-v2", "HAWQ-V2", HAWQ_RATIO, 4));
        rows.add(Experiment.of("hawq-v3", "HAWQ-V3", HAWQ_RATIO, 4));
        rows.add(Experiment.of("lsq", "LSQ", 16, 4));
        for (String name : List.of("dnas", "haq", "rvquant")) {
            rows.add(Experiment.of(name, name, HAWQ_RATIO, 4));
        }
        return rows.stream().filter(e -> e.isBaseline() || Methods.names().contains(e.method())).toList();
    }

    /** What {@code only} may name: methods, and rows. */
    public static Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (Experiment e : rows()) {
            names.add(e.method());
            names.add(e.row());
        }
        return names;
    }

    /**
     * The rows to run, in their order; the float network is always among them.
     *
     * @param only methods or rows, empty for all
     * @param seeds of the rows that have several; the others have one
     * @throws IllegalArgumentException in one line that lists the names, if there is none of a name
     */
    public static List<Experiment> rows(List<String> only, int seeds) {
        for (String name : only) {
            if (!names().contains(name)) {
                throw new IllegalArgumentException(
                        "expected some of " + String.join(", ", names()) + ", got '" + name + "'");
            }
        }
        List<Experiment> first = rows().stream()
                .filter(e -> e.isBaseline() || only.isEmpty() || only.contains(e.row()) || only.contains(e.method()))
                .toList();
        List<Experiment> all = new ArrayList<>(first);
        for (int seed = 2; seed <= seeds; seed++) {
            for (Experiment e : first) {
                if (SEEDED.contains(e.row())) {
                    all.add(e.withSeed(seed));
                }
            }
        }
        return all;
    }
}
