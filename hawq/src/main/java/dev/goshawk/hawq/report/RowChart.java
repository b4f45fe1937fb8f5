package dev.goshawk.hawq.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row for each block and a dot on a logarithmic axis: names stay level and readable at any number of blocks, and no
 * bar claims a baseline that a logarithm does not have.
 */
final class RowChart {
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
     */
    record Row(String name, @Nullable Double value, @Nullable Integer badge) {
    }

    static String draw(String description, List<Row> rows) {
        int longest = rows.stream().mapToInt(r -> r.name().length()).max().orElse(0);
        double left = Math.min(150, 14 + longest * CHAR);
        double right = WIDTH - (rows.stream().anyMatch(r -> r.badge() != null) ? RIGHT : RIGHT - 36);
        double bottom = TOP + rows.size() * ROW;
        LogAxis axis = LogAxis.over(rows);
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
            out.append("<g><title>").append(Html.text(row.name() + ": " + Numbers.compact(row.value())))
                    .append("</title>\n");
            out.append(Html.label(left - 10, y + 4, "end", "name", name));
            if (row.value() != null) {
                double size = Math.abs(row.value());
                double x = left + (right - left) * axis.position(size);
                out.append(Html.line(left, y, x, y, "stem"));
                out.append("<circle cx=\"").append(Html.at(x)).append("\" cy=\"").append(Html.at(y))
                        .append("\" r=\"5\" class=\"").append(row.value() < 0 ? "dot hollow" : "dot").append("\"/>\n");
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
        return Html.svg(WIDTH, bottom + 24, description, out.toString());
    }

    /** Whole decades around the magnitudes. */
    record LogAxis(int low, int high) {
        static LogAxis over(List<Row> rows) {
            int low = Integer.MAX_VALUE;
            int high = Integer.MIN_VALUE;
            for (Row row : rows) {
                Double v = row.value();
                if (v != null && v != 0 && Double.isFinite(v)) {
                    double log = Math.log10(Math.abs(v));
                    low = Math.min(low, (int) Math.floor(log - 0.05));
                    high = Math.max(high, (int) Math.ceil(log + 0.05));
                }
            }
            return low > high ? new LogAxis(0, 1) : new LogAxis(low, high);
        }

        int step() {
            return Math.max(1, Math.ceilDiv(high - low, 7));
        }

        /** 0 at the left end, 1 at the right; zero and what is not finite lie at the ends. */
        double position(double size) {
            double log = Math.log10(size);
            return Double.isNaN(log) ? 0 : Math.clamp((log - low) / (high - low), 0.0, 1.0);
        }
    }
}
