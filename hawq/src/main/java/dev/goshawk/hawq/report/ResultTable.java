package dev.goshawk.hawq.report;

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
        int[] widths = new int[HEADER.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            appendLine(out, lines.get(i), widths);
            if (i == 0 || (i == report.results().size() && !paper.isEmpty())) {
                for (int w = 0; w < widths.length; w++) {
                    out.append(w == 0 ? "" : "  ").append("-".repeat(widths[w]));
                }
                out.append('\n');
            }
        }
        return out.toString();
    }

    private static void appendLine(StringBuilder out, List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String pad = " ".repeat(widths[i] - line.get(i).length());
            // words to the left, numbers to the right
            boolean number = i >= 1 && i <= 5;
            text.append(i == 0 ? "" : "  ").append(number ? pad + line.get(i) : line.get(i) + pad);
        }
        out.append(text.toString().stripTrailing()).append('\n');
    }

    static List<String> header() {
        return HEADER;
    }

    static List<String> cells(Result r) {
        return List.of(r.method(), r.weightBits(), r.activationBits(), Numbers.percent(r.accuracy()),
                Numbers.fixed(r.weightCompression(), 2), Numbers.fixed(r.activationCompression(), 2), r.evidence());
    }
}
