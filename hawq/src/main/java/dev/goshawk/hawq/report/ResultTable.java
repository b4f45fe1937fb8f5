package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.chart.Numbers;
import dev.goshawk.hawq.report.RunReport.Result;
import java.util.ArrayList;
import java.util.List;

/** The result table: this run's rows, then the published ones. */
public final class ResultTable {
    private static final List<String> HEADER = List.of("Method", "W bits", "A bits", "Accuracy %", "W comp.", "A comp.",
            "Evidence");

    private ResultTable() {
    }

    /** The table as aligned text for a terminal, each line ended by a newline. */
    public static String text(RunReport report) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADER);
        report.results().forEach(r -> lines.add(cells(r)));
        List<Result> paper = PaperResults.of(report.model().name());
        paper.forEach(r -> lines.add(cells(r)));
        return TextTable.of(lines, 1, 5, List.of(1, 1 + report.results().size()));
    }

    static List<String> header() {
        return HEADER;
    }

    static List<String> cells(Result r) {
        return List.of(r.method(), r.weightBits(), r.activationBits(), Numbers.percent(r.accuracy()),
                Numbers.fixed(r.weightCompression(), 2), Numbers.fixed(r.activationCompression(), 2), r.evidence());
    }
}
