package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.chart.Html;
import dev.goshawk.hawq.report.chart.LineChart;
import dev.goshawk.hawq.report.chart.Numbers;
import dev.goshawk.hawq.report.chart.ScatterChart;
import dev.goshawk.files.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A comparison as a page that one can send to a colleague. */
public final class ComparisonPage {
    private static final List<String> COLOURS = List.of("s0", "s2", "s3", "s4", "s5");
    private static final int LAST_NUMBER = 9;

    private ComparisonPage() {
    }

    /**
     * Writes the page, whole or not at all.
     *
     * @throws IOException if the file cannot be written
     */
    public static void write(Path file, Comparison c) throws IOException {
        AtomicFile.writeMakingFolder(file, html(c).getBytes(StandardCharsets.UTF_8));
    }

    static String html(Comparison c) {
        StringBuilder out = new StringBuilder();
        List<RunReport.Result> paper = PaperResults.of(c.network());
        out.append("<h2>Results</h2>\n<div class=\"panel scroll\"><table>\n<thead>")
                .append(Html.row("th", "", Comparison.header(), 1, LAST_NUMBER)).append("</thead>\n<tbody>\n");
        c.entries().forEach(e -> out.append(Html.row("td", "own", Comparison.cells(e), 1, LAST_NUMBER)));
        for (int i = 0; i < paper.size(); i++) {
            out.append(Html.row("td", i == 0 ? "sep" : "", Comparison.cells(paper.get(i)), 1, LAST_NUMBER));
        }
        out.append(
                "</tbody></table></div>\n<p class=\"note\">MP: mixed precision, down to that many bits. Accuracy is the mean over"
                        + " seeds; \u201cto float\u201d is the difference from this run\u2019s float network, in points. Sizes count the"
                        + " weights of convolutions and of the fully connected layer.");
        if (!paper.isEmpty()) {
            out.append(" Rows marked \u201cpaper\u201d are published figures for ")
                    .append(PaperResults.dataset(c.network()))
                    .append(" (Dong et al., ICCV 2019, arXiv 1905.03696, and the methods compared there): compare the gaps,"
                            + " not the numbers.");
        }
        out.append("</p>\n").append(worth(c)).append("<h2>Accuracy and cost</h2>\n<div class=\"grid\">\n")
                .append(scatter(c, "Accuracy against size", "kB of weights", e -> e.bytes() / 1000.0))
                .append(scatter(c, "Accuracy against bit operations", "billions of bit operations an image",
                        Comparison.Entry::bops))
                .append(convergence(c)).append("</div>\n");
        if (c.landscape() != null) {
            out.append("<h2>The loss around the float network</h2>\n<div class=\"grid\">\n")
                    .append(LandscapeFigures.of(c.landscape())).append("</div>\n");
        }
        out.append("<h2>How this was made</h2>\n<div class=\"panel\"><dl>\n");
        c.provenance().forEach((term, text) -> out.append("<dt>").append(Html.text(term)).append("</dt><dd>")
                .append(Html.text(text)).append("</dd>\n"));
        out.append("</dl></div>\n");
        return Html.page("HAWQ compared with other methods", c.network() + ", " + c.entries().size() + " rows",
                out.toString());
    }

    private static String worth(Comparison c) {
        if (c.changes().isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<h2>What one thing is worth</h2>\n<div class=\"panel scroll\"><table>\n"
                + "<thead>").append(Html.row("th", "",
                        List.of("Rows that differ in one thing", "With it %",
                                "Without %", "Points"),
                        1, 3))
                .append("</thead>\n<tbody>\n");
        c.changes().forEach(change -> out.append(Html.row("td", "", List.of(change.what(),
                Numbers.fixed(change.with(), 2), Numbers.fixed(change.without(), 2), change.points()), 1, 3)));
        return out.append("</tbody></table></div>\n").toString();
    }

    private static String scatter(Comparison c, String title, String cost,
            ToDoubleFunction<Comparison.Entry> costs) {
        List<ScatterChart.Point> points = c.entries().stream().filter(e -> !e.isFloat())
                .map(e -> new ScatterChart.Point(
                        c.distinctLabel(e), costs.applyAsDouble(e), e.accuracy(), e.least(), e.most()))
                .toList();
        if (points.isEmpty()) {
            return "";
        }
        return ReportFigures.figure(title,
                "per cent on the test images, logarithmic in the errors; bars from the least to the most accurate seed;"
                        + " the line joins what nothing else beats in both",
                "", ScatterChart.draw(title, cost, points));
    }

    private static String convergence(Comparison c) {
        if (c.curves().isEmpty()) {
            return "";
        }
        List<LineChart.Series> series = new ArrayList<>();
        for (int i = 0; i < c.curves().size(); i++) {
            Comparison.Curve curve = c.curves().get(i);
            series.add(new LineChart.Series(curve.label() + c.reached(curve), COLOURS.get(i % COLOURS.size()),
                    curve.epochs(), new ArrayList<>(curve.losses())));
        }
        LineChart.Reference level = c.reference() == null
                ? null
                : new LineChart.Reference("5 % above HAWQ\u2019s final loss", c.reference());
        return ReportFigures.figure("Convergence of HAWQ and its reversals",
                "loss on the held-out images after each stage and epoch", ReportFigures.key(series, level),
                LineChart.draw("Loss over the epochs", series, List.of(), level, v -> Numbers.fixed(v, 2)));
    }
}
