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
        return PaperTables.ablations().stream().filter(a -> rows.containsKey(a.with()) && rows.containsKey(a.without()))
                .map(a -> new Comparison.Change(a.what(), mean(rows.get(a.with())), mean(rows.get(a.without()))))
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
