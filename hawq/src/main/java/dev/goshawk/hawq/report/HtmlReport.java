package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.chart.Html;
import dev.goshawk.hawq.report.chart.Numbers;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.report.RunReport.BlockRow;
import dev.goshawk.hawq.report.RunReport.Curvature;
import dev.goshawk.hawq.report.RunReport.Result;
import dev.goshawk.files.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The report as one HTML file which fetches nothing: style and figures are in it, and its policy forbids the rest. */
public final class HtmlReport {
    private static final List<String> BLOCK_HEADER = List.of("Block", "n", "\u03bb", "residual / |\u03bb|", "products",
            "S", "bits", "\u2016Q(W) \u2212 W\u2016\u00b2", "\u03a9", "turn");

    private HtmlReport() {
    }

    /**
     * Writes the page, whole or not at all.
     *
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void write(Path file, RunReport report) {
        try {
            AtomicFile.writeMakingFolder(file, render(report).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** The page. */
    public static String render(RunReport report) {
        String title = report.method() + " on " + report.model().name();
        StringBuilder out = new StringBuilder();
        appendHeadline(out, report);
        appendResults(out, report);
        out.append("<h2>Blocks</h2>\n<div class=\"grid\">\n").append(ReportFigures.curvature(report))
                .append("</div>\n");
        String searches = SearchFigures.of(report);
        if (!searches.isEmpty()) {
            out.append("<h2>Search</h2>\n<div class=\"grid\">\n").append(searches).append("</div>\n");
        }
        String convergence = ReportFigures.convergence(report);
        if (!convergence.isEmpty()) {
            out.append("<h2>Convergence</h2>\n<div class=\"grid\">\n").append(convergence).append("</div>\n");
        }
        appendBlocks(out, report);
        appendProvenance(out, report);
        return Html.page(title,
                report.data().name() + " \u00b7 " + report.created() + " \u00b7 goshawk " + report.goshawk(),
                out.toString());
    }

    private static void appendHeadline(StringBuilder out, RunReport report) {
        Result headline = report.headline();
        Result baseline = report.baseline();
        RunReport.Quantization q = report.quantization();
        out.append("<div class=\"tiles\">\n");
        if (headline != null) {
            String against = "test accuracy";
            if (baseline != null && !baseline.equals(headline)) {
                double points = (headline.accuracy() - baseline.accuracy()) * 100;
                against += ", " + Numbers.fixed(Math.abs(points), 2) + " points "
                        + (points < 0 ? "below" : "above") + " the float model";
            }
            tile(out, Numbers.percent(headline.accuracy()) + " %", against);
        }
        tile(out, Numbers.fixed(q.weightRatio(), 2) + "\u00d7", "smaller weights than 32-bit floats");
        tile(out, Numbers.compact(q.mebibytes()) + " MiB", "of weights");
        tile(out, Numbers.compact(q.activationRatio()) + "\u00d7", "smaller activations");
        out.append("</div>\n<p class=\"note\">Sizes count ").append(Html.text(q.convention())).append(".");
        if (q.packed() != null) {
            out.append(" The packed file has ").append(Html.text(q.packed().toString())).append(".");
        }
        out.append("</p>\n");
    }

    private static void tile(StringBuilder out, String value, String label) {
        out.append("<div class=\"tile\"><b>").append(Html.text(value)).append("</b><span>").append(Html.text(label))
                .append("</span></div>\n");
    }

    private static void appendResults(StringBuilder out, RunReport report) {
        List<Result> paper = PaperResults.of(report.model().name());
        out.append("<h2>Results</h2>\n<div class=\"panel scroll\"><table>\n<thead>")
                .append(Html.row("th", "", ResultTable.header(), 1, 5)).append("</thead>\n<tbody>\n");
        for (Result r : report.results()) {
            String rowClass = r.method().equals(report.method()) ? "own main" : "own";
            out.append(Html.row("td", rowClass, ResultTable.cells(r), 1, 5));
        }
        for (int i = 0; i < paper.size(); i++) {
            out.append(Html.row("td", i == 0 ? "sep" : "", ResultTable.cells(paper.get(i)), 1, 5));
        }
        out.append("</tbody></table></div>\n");
        if (!paper.isEmpty()) {
            out.append("<p class=\"note\">MP: mixed precision, down to that many bits. Rows marked \u201cpaper\u201d"
                    + " are published figures for " + PaperResults.dataset(report.model().name())
                    + " (Dong et al., ICCV 2019, arXiv 1905.03696, and the methods compared there)."
                    + " Data, schedule and preprocessing of this run may differ; the last section states them.</p>\n");
        }
    }

    private static void appendBlocks(StringBuilder out, RunReport report) {
        out.append("<h2>All numbers by block</h2>\n<div class=\"panel scroll\"><table>\n<thead>")
                .append(Html.row("th", "", BLOCK_HEADER, 1, 9))
                .append("</thead>\n<tbody>\n");
        for (BlockRow b : report.blocks()) {
            Double lambda = b.eigenvalue();
            Double residual = b.residual();
            Double relative = lambda == null || residual == null
                    ? null
                    : residual == 0 ? Double.valueOf(0) : Double.valueOf(residual / Math.abs(lambda));
            boolean open = Boolean.FALSE.equals(b.converged());
            out.append(Html.row("td", "", List.of(b.name(), Numbers.grouped(b.weights()), Numbers.compact(lambda),
                    Numbers.compact(relative) + (open ? " *" : ""),
                    b.iterations() == null ? Numbers.NONE : b.iterations().toString(), Numbers.compact(b.sensitivity()),
                    Integer.toString(b.bits()), Numbers.compact(b.perturbation()), Numbers.compact(b.omega()),
                    b.order() == null ? Numbers.NONE : b.order().toString()), 1, 9));
        }
        out.append("</tbody></table></div>\n");
        if (report.blocks().stream().anyMatch(b -> Boolean.FALSE.equals(b.converged()))) {
            out.append("<p class=\"note\">* the residual did not reach the tolerance.</p>\n");
        }
    }

    private static void appendProvenance(StringBuilder out, RunReport report) {
        RunReport.Environment e = report.environment();
        RunReport.Data d = report.data();
        RunReport.Quantization q = report.quantization();
        out.append("<h2>How this was made</h2>\n<div class=\"panel\"><dl>\n");
        out.append("<dt>Command</dt><dd><code>").append(Html.text(report.command())).append("</code></dd>\n");
        entry(out, "Model", report.model().name() + ", " + Numbers.grouped(report.model().parameters())
                + " parameters, " + Numbers.grouped(report.model().weights()) + " weights; from "
                + report.model().source());
        String held = d.validation() == null
                ? ""
                : Numbers.grouped(d.validation().size())
                        + " held out of the training set for choices (run.json lists them), ";
        entry(out, "Data", d.name() + " from " + d.location() + "; " + Numbers.grouped(d.train()) + " training and "
                + held + Numbers.grouped(d.test()) + " test images; " + d.preprocessing());
        entry(out, "Quantizer",
                "weights " + q.weights() + "; activations " + q.activations() + "; target " + q.target());
        if (q.policy() != null) {
            entry(out, "Bits", q.policy());
        }
        Curvature c = report.curvature();
        if (c != null) {
            String end = c.target().equals("MAGNITUDE") ? "in magnitude" : "with its sign";
            entry(out, "Curvature", c.solver() + ", largest eigenvalue " + end + ", tolerance "
                    + Numbers.exact(c.tolerance()) + " on \u2016Hv \u2212 \u03bbv\u2016 / |\u03bb|, at most "
                    + c.maxIterations() + " products a block, " + c.dtype() + ", "
                    + Numbers.grouped(d.curvatureSamples().size()) + " images (loss " + Numbers.compact(c.loss())
                    + ", accuracy " + Numbers.percent(c.accuracy()) + " %), " + Numbers.fixed(c.seconds(), 1) + " s");
        }
        for (RunReport.Search s : report.searches()) {
            entry(out, "Search", describe(s));
        }
        entry(out, "Seeds", report.seeds().entrySet().stream().sorted(java.util.Map.Entry.comparingByKey())
                .map(s -> s.getKey() + " " + s.getValue()).collect(Collectors.joining(", ")));
        entry(out, "Training time", trainingTime(report));
        entry(out, "Backend", e.backend() + ", " + e.threads() + (e.threads() == 1 ? " thread" : " threads") + ", "
                + e.dtype());
        entry(out, "Java", e.jdk() + " on " + e.os());
        entry(out, "goshawk", report.goshawk());
        out.append("</dl></div>\n");
        if (!d.curvatureSamples().isEmpty()) {
            out.append("<details><summary class=\"soft\">The ").append(Numbers.grouped(d.curvatureSamples().size()))
                    .append(" images of the Hessian's loss</summary><p class=\"ids soft\">")
                    .append(Html.text(String.join(" ", d.curvatureSamples()))).append("</p></details>\n");
        }
    }

    private static String describe(RunReport.Search s) {
        String length = s.epochs() != null ? Numbers.epochs(s.epochs()) + " epochs" : s.episodes() + " episodes";
        return s.method() + ", " + length + " over " + Numbers.grouped(s.images()) + " training images, decided by "
                + Numbers.grouped(s.heldOut()) + (s.gamma() == null ? "" : ", gamma " + Numbers.exact(s.gamma())) + "; "
                + Numbers.fixed(s.seconds(), 1) + " s";
    }

    private static String trainingTime(RunReport report) {
        List<String> parts = new ArrayList<>();
        for (RunReport.Schedule s : report.schedules()) {
            double seconds = s.epochs().stream().mapToDouble(EpochResult::seconds).sum();
            String epochs = Numbers.epochs(s.length());
            parts.add(s.method() + " " + epochs + (epochs.equals("1") ? " epoch in " : " epochs in ")
                    + (seconds < 120 ? Numbers.fixed(seconds, 1) + " s" : Numbers.fixed(seconds / 60, 1) + " min"));
        }
        return parts.isEmpty() ? "none" : String.join(", ", parts);
    }

    private static void entry(StringBuilder out, String term, String text) {
        out.append("<dt>").append(Html.text(term)).append("</dt><dd>").append(Html.text(text)).append("</dd>\n");
    }
}
