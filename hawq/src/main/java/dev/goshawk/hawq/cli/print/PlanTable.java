package dev.goshawk.hawq.cli.print;

import dev.goshawk.hawq.report.TextTable;
import dev.goshawk.hawq.reproduce.Experiment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The rows that a reproduction is going to run, and how long that takes. */
public final class PlanTable {
    private static final List<String> HEADER = List.of("row", "method", "weights", "activations", "seed", "time here");
    private static final int FIRST_NUMBER = 2;

    private PlanTable() {
    }

    /**
     * Aligned lines, each ended by a newline: a row's name as {@code --only} takes it, what it is, and its time.
     *
     * @param missing the rows that are not in the ledger
     * @param seconds a missing row is going to take
     */
    public static String of(List<Experiment> rows, List<Experiment> missing, ToDoubleFunction<Experiment> seconds) {
        List<List<String>> lines = new ArrayList<>(List.of(HEADER));
        double total = 0;
        for (Experiment e : rows) {
            String time = "in the ledger";
            if (missing.contains(e)) {
                double own = seconds.applyAsDouble(e);
                total += own;
                time = TableProgress.duration(own);
            }
            lines.add(List.of(e.row(), e.label(),
                    e.isBaseline() ? "float32" : String.format(Locale.ROOT, "%.2fx smaller", e.ratio()),
                    e.activations().isFloat() ? "float32" : e.activations().bits() + " bits", Long.toString(e.seed()),
                    time));
        }
        lines.add(List.of("total", missing.size() + " of " + rows.size() + " rows to run", "", "", "",
                "about " + TableProgress.duration(total)));
        return TextTable.of(lines, FIRST_NUMBER, HEADER.size() - 1, List.of(1, 1 + rows.size()));
    }
}
