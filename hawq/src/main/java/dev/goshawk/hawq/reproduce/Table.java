package dev.goshawk.hawq.reproduce;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.report.Comparison;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finished rows put together: seeds averaged, convergence compared. */
public final class Table {
    /** A training has converged once its loss is within this factor of HAWQ's last. */
    private static final double CONVERGED = 1.05;
    private static final double BILLION = 1e9;
    private static final String HAWQ = "hawq";

    private Table() {
    }

    /** Rows of the paper's tables that differ in one thing: what it is, the row with it, the row without. */
    private static final List<List<String>> PAIRS = List.of(
            List.of("Widths by curvature, not in network order (uniform quantizer, the same size)", HAWQ,
                    "direct-at-size"),
            List.of("More bits for the sharper blocks, not for the flatter", "hawq-at-10.7x",
                    "hawq-reversed-precision"),
            List.of("Fine-tuning in descending order of \u03a9, not ascending", HAWQ, "hawq-reversed-order"),
            List.of("Widths by traces (V2), not by top eigenvalues", "hawq-v2", HAWQ),
            List.of("Widths by the exact second-order form, not by top eigenvalues", "quadratic", HAWQ),
            List.of("PACT's quantizer, not DoReFa's (2 bits)", "pact", "dorefa"),
            List.of("LQ-Nets' quantizer, not DoReFa's (2 bits)", "lq-nets", "dorefa"),
            List.of("Learned steps (LSQ), not fitted ones (2 bits, activations of 4)", "lsq", "direct"));

    /**
     * All rows for a report.
     *
     * @param blocks of the network
     */
    public static Comparison of(String network, List<Block> blocks, List<Experiment> experiments,
            List<LedgerRow> rows, Map<String, String> provenance) {
        Map<String, List<LedgerRow>> byName = new LinkedHashMap<>();
        rows.forEach(r -> byName.computeIfAbsent(r.row(), n -> new ArrayList<>()).add(r));
        List<Comparison.Entry> entries = new ArrayList<>();
        List<Comparison.Curve> curves = new ArrayList<>();
        byName.forEach((name, seeds) -> {
            LedgerRow first = seeds.getFirst();
            String label = experiments.stream().filter(e -> e.row().equals(name)).map(Experiment::label).findFirst()
                    .orElse(name);
            entries.add(new Comparison.Entry(label, first.bits(), first.activationBits(),
                    seeds.stream().map(LedgerRow::accuracy).toList(), first.baseline(), first.weightRatio(),
                    first.activationRatio(),
                    first.sizeBytes(), bitOperations(blocks, first)));
            if (first.method().equals(HAWQ) && first.curve().size() > 1) {
                curves.add(new Comparison.Curve(label, first.curve().stream().map(LedgerRow.Point::epoch).toList(),
                        first.curve().stream().map(LedgerRow.Point::loss).toList()));
            }
        });
        return new Comparison(network, entries, curves, target(rows), changes(byName), null, provenance);
    }

    private static double bitOperations(List<Block> blocks, LedgerRow row) {
        double sum = 0;
        for (int i = 0; i < blocks.size(); i++) {
            sum += (double) blocks.get(i).macs() * row.bits().get(i);
        }
        return sum * BitWidth.FLOAT.bits() / row.activationRatio() / BILLION;
    }

    private static List<Comparison.Change> changes(Map<String, List<LedgerRow>> rows) {
        return PAIRS.stream().filter(p -> rows.containsKey(p.get(1)) && rows.containsKey(p.get(2)))
                .map(p -> new Comparison.Change(p.get(0), mean(rows.get(p.get(1))), mean(rows.get(p.get(2)))))
                .toList();
    }

    private static double mean(@Nullable List<LedgerRow> seeds) {
        return Objects.requireNonNull(seeds).stream().mapToDouble(LedgerRow::accuracy).average().orElseThrow();
    }

    private static @Nullable Double target(List<LedgerRow> rows) {
        Optional<LedgerRow> hawq = rows.stream().filter(r -> r.row().equals(HAWQ) && !r.curve().isEmpty()).findFirst();
        return hawq.map(r -> CONVERGED * r.curve().getLast().loss()).orElse(null);
    }
}
