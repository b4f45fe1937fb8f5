package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.chart.DensityChart;
import dev.goshawk.hawq.report.chart.Html;
import dev.goshawk.hawq.report.chart.Numbers;
import dev.goshawk.hawq.report.chart.ReportStyle;
import dev.goshawk.hawq.report.chart.RowChart;
import dev.goshawk.files.AtomicFile;
import dev.goshawk.spectral.estimate.Estimate;
import dev.goshawk.spectral.estimate.SpectralDensity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Pictures of curvature: a page of its own that fetches nothing, or the SVG alone. */
public final class CurvaturePage {
    private static final String SVG = ".svg";
    private static final String HTML = ".html";
    private static final double GAP = 26;
    private static final double MARGIN = 12;

    private record Figure(String name, String caption, Html.Drawing drawing) {
    }

    private final String title;
    private final String subtitle;
    private final List<Figure> figures = new ArrayList<>();
    private final List<List<String>> facts = new ArrayList<>();
    private List<List<String>> table = List.of();

    /** A page without figures as yet. */
    public CurvaturePage(String title, String subtitle) {
        this.title = title;
        this.subtitle = subtitle;
    }

    /** Whether a file's name says what kind of page it is to be: it ends in {@code .html} or {@code .svg}. */
    public static boolean isPage(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(SVG) || name.endsWith(HTML);
    }

    /** A line on how the numbers came about. */
    public CurvaturePage fact(String name, String text) {
        facts.add(List.of(name, text));
        return this;
    }

    /**
     * The numbers in full, below the figures; not in a picture alone.
     *
     * @param lines the first is the header; what follows the first column is set right
     */
    public CurvaturePage table(List<List<String>> lines) {
        table = List.copyOf(lines);
        return this;
    }

    /**
     * A part of a network, with its number.
     *
     * @param values the largest first, at least one
     * @param error standard error of the first, or 0
     */
    public record Row(String name, List<Double> values, double error) {
        /** An estimate. */
        public static Row of(String name, Estimate estimate) {
            return new Row(name, List.of(estimate.value()), estimate.standardError());
        }
    }

    /** Numbers by part, one row for each on a logarithmic axis. */
    public CurvaturePage rows(String name, String caption, List<Row> rows) {
        boolean negative = rows.stream().anyMatch(r -> r.values().stream().anyMatch(v -> v < 0));
        figures.add(new Figure(name, "logarithmic axis" + (caption.isEmpty() ? "" : "; " + caption)
                + (negative ? "; hollow where negative" : ""),
                RowChart.drawing(name + ", one row for each part", rows.stream()
                        .map(r -> new RowChart.Row(r.name(), r.values().getFirst(), null, r.error(),
                                r.values().subList(1, r.values().size())))
                        .toList())));
        return this;
    }

    /**
     * A spectral density.
     *
     * @param variables size of the matrix
     */
    public CurvaturePage density(String name, SpectralDensity density, double variables) {
        figures.add(new Figure(name, "logarithmic axis; band: 95 % by the spread of " + density.probes()
                + " probes; dashed: the height of one eigenvalue of " + Numbers.grouped((long) variables)
                + "; every eigenvalue is smoothed to a width of " + Numbers.compact(density.width()),
                DensityChart.draw("Density of the eigenvalues, " + name, density, variables)));
        return this;
    }

    /**
     * Writes the page, whole or not at all.
     *
     * @param file the picture alone where its name ends in {@code .svg}
     * @throws UncheckedIOException if the file cannot be written
     */
    public void write(Path file) {
        String text = file.toString().toLowerCase(Locale.ROOT).endsWith(SVG) ? svg() : html();
        try {
            AtomicFile.writeMakingFolder(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** The page. */
    public String html() {
        StringBuilder out = new StringBuilder("<div class=\"" + (figures.size() == 1 ? "single" : "grid") + "\">\n");
        for (Figure f : figures) {
            out.append(ReportFigures.figure(f.name, f.caption, "", f.drawing.svg()));
        }
        out.append("</div>\n");
        if (!table.isEmpty()) {
            int last = table.getFirst().size() - 1;
            out.append("<h2>All numbers</h2>\n<div class=\"panel scroll\"><table>\n<thead>")
                    .append(Html.row("th", "", table.getFirst(), 1, last)).append("</thead>\n<tbody>\n");
            table.subList(1, table.size()).forEach(line -> out.append(Html.row("td", "", line, 1, last)));
            out.append("</tbody></table></div>\n");
        }
        out.append("<h2>How this was made</h2>\n<div class=\"panel\"><dl>\n");
        for (List<String> fact : facts) {
            out.append("<dt>").append(Html.text(fact.get(0))).append("</dt><dd>").append(Html.text(fact.get(1)))
                    .append("</dd>\n");
        }
        return Html.page(title, subtitle, out.append("</dl></div>\n").toString());
    }

    /** The figures one below the other, each under its name. */
    public String svg() {
        StringBuilder out = new StringBuilder();
        double y = MARGIN;
        double width = figures.stream().mapToDouble(f -> f.drawing.width()).max().orElse(0) + 2 * MARGIN;
        for (Figure f : figures) {
            out.append(Html.label(MARGIN, y + 14, "start", "name", f.name));
            y += GAP;
            out.append("<g transform=\"translate(").append(Html.at(MARGIN)).append(' ').append(Html.at(y))
                    .append(")\">\n").append(f.drawing.content()).append("</g>\n");
            y += f.drawing.height() + GAP / 2;
        }
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + Html.at(width) + " " + Html.at(y)
                + "\" width=\"" + Html.at(2 * width) + "\" height=\"" + Html.at(2 * y) + "\">\n<title>"
                + Html.text(title) + "</title>\n<style>\n" + ReportStyle.plain() + "</style>\n<rect width=\""
                + Html.at(width)
                + "\" height=\"" + Html.at(y) + "\" fill=\"#fff\"/>\n" + out + "</svg>\n";
    }
}
