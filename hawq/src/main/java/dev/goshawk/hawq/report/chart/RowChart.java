package dev.goshawk.hawq.report.chart;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * One row for each block and a dot on a logarithmic axis: names stay level and readable at any number of blocks, and no
 * bar claims a baseline that a logarithm does not have.
 */
public final class RowChart {
    private static final double WIDTH = 440;
    private static final double ROW = 23;
    private static final double TOP = 8;
    private static final double RIGHT = 118;
    private static final double CHAR = 6.6;

    private RowChart() {
    }

    /**
     * A row.
     *
     * @param value signed; drawn by magnitude, hollow where negative
     * @param badge bit width shown at the end, or null
     * @param error of the value, drawn as a bar of so much to both sides; 0 for none
     * @param others more values, drawn as smaller dots
     */
    public record Row(String name, @Nullable Double value, @Nullable Integer badge, double error, List<Double> others) {
        /** Without error or other values. */
        public Row(String name, @Nullable Double value, @Nullable Integer badge) {
            this(name, value, badge, 0, List.of());
        }

        private String title() {
            return name + ": " + Numbers.compact(value) + (error > 0 ? " \u00b1 " + Numbers.compact(error) : "")
                    + others.stream().map(o -> ", " + Numbers.compact(o)).collect(Collectors.joining());
        }
    }

    public static String draw(String description, List<Row> rows) {
        return drawing(description, rows).svg();
    }

    public static Html.Drawing drawing(String description, List<Row> rows) {
        int longest = rows.stream().mapToInt(r -> r.name().length()).max().orElse(0);
        double left = Math.min(150, 14 + longest * CHAR);
        double right = WIDTH - (rows.stream().anyMatch(r -> r.badge() != null) ? RIGHT : RIGHT - 36);
        double bottom = TOP + rows.size() * ROW;
        LogAxis axis = axis(rows);
        StringBuilder out = new StringBuilder();
        for (int k = axis.low(); k <= axis.high(); k += axis.step()) {
            double x = left + (right - left) * axis.position(Math.pow(10, k));
            out.append(Html.line(x, TOP, x, bottom, "rule"));
            out.append(Html.label(x, bottom + 17, "middle", "tick", "10" + Numbers.superscript(k)));
        }
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            double y = TOP + (i + 0.5) * ROW;
            String name = row.name().length() > 20 ? row.name().substring(0, 19) + "\u2026" : row.name();
            out.append("<g><title>").append(Html.text(row.title()))
                    .append("</title>\n");
            out.append(Html.label(left - 10, y + 4, "end", "name", name));
            if (row.value() != null) {
                double size = Math.abs(row.value());
                double x = left + (right - left) * axis.position(size);
                out.append(Html.line(left, y, x, y, "stem"));
                // The axis has no place for 0.
                for (double other : row.others()) {
                    if (other != 0) {
                        appendDot(out, left + (right - left) * axis.position(Math.abs(other)), y, 3,
                                other < 0 ? "dot faint hollow" : "dot faint");
                    }
                }
                if (row.error() > 0) {
                    double from = left + (right - left) * axis.position(Math.max(0, size - row.error()));
                    double to = left + (right - left) * axis.position(size + row.error());
                    out.append(Html.line(from, y, to, y, "whisker"));
                    if (size > row.error()) {
                        out.append(Html.line(from, y - 6, from, y + 6, "whisker"));
                    }
                    out.append(Html.line(to, y - 6, to, y + 6, "whisker"));
                }
                if (size > 0) {
                    appendDot(out, x, y, row.error() > 0 ? 3.5 : 5, row.value() < 0 ? "dot hollow" : "dot");
                }
            }
            out.append(Html.label(right + 78, y + 4, "end", "value", Numbers.compact(row.value())));
            if (row.badge() != null) {
                out.append("<rect x=\"").append(Html.at(WIDTH - 29)).append("\" y=\"").append(Html.at(y - 9))
                        .append("\" width=\"27\" height=\"18\" rx=\"4\" class=\"b").append(row.badge())
                        .append("\"/>\n");
                String badge = row.badge().toString();
                out.append(Html.label(WIDTH - 15.5, y + 4, "middle", "bits t" + badge, badge));
            }
            out.append("</g>\n");
        }
        return new Html.Drawing(WIDTH, bottom + 24, description, out.toString());
    }

    private static void appendDot(StringBuilder out, double x, double y, double radius, String cssClass) {
        out.append("<circle cx=\"").append(Html.at(x)).append("\" cy=\"").append(Html.at(y)).append("\" r=\"")
                .append(Html.at(radius)).append("\" class=\"").append(cssClass).append("\"/>\n");
    }

    /** The axis of some rows; an error as large as its value goes to the left end and asks for no room there. */
    public static LogAxis axis(List<Row> rows) {
        return LogAxis.over(rows.stream().flatMapToDouble(RowChart::sizes));
    }

    private static DoubleStream sizes(Row row) {
        double size = row.value() == null ? 0 : Math.abs(row.value());
        return DoubleStream.concat(
                DoubleStream.of(size, size + row.error(), row.error() < 0.9 * size ? size - row.error() : size),
                row.others().stream().mapToDouble(Math::abs));
    }
}
