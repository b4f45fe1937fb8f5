package dev.goshawk.hawq.report.chart;

import java.util.List;

/** Losses over two directions as shades, side by side on one logarithmic scale. */
public final class LossSurfaces {
    private static final double SIDE = 168;
    private static final double LEFT = 38;
    private static final double GAP = 44;
    private static final double TOP = 24;
    private static final double SCALE_TOP = TOP + SIDE + 52;
    private static final double SCALE_HEIGHT = 10;
    private static final int SCALE_STEPS = 40;
    private static final double PALEST = 0.06;

    private LossSurfaces() {
    }

    /**
     * A surface.
     *
     * @param offsets along both directions, ascending, at least two
     * @param losses a row for each offset along the first direction, drawn from left to right
     */
    public record Panel(String name, List<Double> offsets, List<List<Double>> losses) {
    }

    /** The panels, at most two. */
    public static String draw(String description, String xName, List<Panel> panels) {
        LogAxis axis = LogAxis.over(panels.stream().flatMap(p -> p.losses().stream()).flatMap(List::stream)
                .mapToDouble(d -> d));
        StringBuilder out = new StringBuilder();
        for (int k = 0; k < panels.size(); k++) {
            append(out, panels.get(k), LEFT + k * (SIDE + GAP), axis, xName);
        }
        double width = LEFT + 2 * SIDE + GAP + 22;
        double cell = (2 * SIDE + GAP) / SCALE_STEPS;
        for (int i = 0; i < SCALE_STEPS; i++) {
            appendCell(out, LEFT + i * cell, SCALE_TOP, cell, SCALE_HEIGHT, (i + 0.5) / SCALE_STEPS);
            out.append("</rect>\n");
        }
        for (int k = axis.low(); k <= axis.high(); k += axis.step()) {
            out.append(Html.label(LEFT + (2 * SIDE + GAP) * axis.position(Math.pow(10, k)),
                    SCALE_TOP + SCALE_HEIGHT + 15, "middle", "tick", LogAxis.mark(k)));
        }
        return Html.svg(width, SCALE_TOP + SCALE_HEIGHT + 22, description, out.toString());
    }

    private static void append(StringBuilder out, Panel panel, double left, LogAxis axis, String xName) {
        int points = panel.offsets().size();
        double cell = SIDE / points;
        out.append(Html.label(left, TOP - 8, "start", "name", panel.name()));
        for (int i = 0; i < points; i++) {
            for (int j = 0; j < points; j++) {
                double loss = panel.losses().get(i).get(j);
                appendCell(out, left + i * cell, TOP + SIDE - (j + 1) * cell, cell, cell, axis.position(loss));
                out.append("<title>").append(Html.text(Numbers.compact(panel.offsets().get(i)) + ", "
                        + Numbers.compact(panel.offsets().get(j)) + ": " + Numbers.compact(loss)))
                        .append("</title></rect>\n");
            }
        }
        double from = panel.offsets().getFirst();
        double to = panel.offsets().getLast();
        for (double t : new double[] {from, 0, to}) {
            double at = (0.5 + (points - 1) * (t - from) / (to - from)) * cell;
            out.append(Html.label(left + at, TOP + SIDE + 15, "middle", "tick", Numbers.compact(t)));
            out.append(Html.label(left - 5, TOP + SIDE - at + 4, "end", "tick", Numbers.compact(t)));
        }
        out.append(Html.label(left + SIDE / 2, TOP + SIDE + 31, "middle", "tick", xName));
    }

    /** The element is left open. */
    private static void appendCell(StringBuilder out, double x, double y, double width, double height, double share) {
        out.append("<rect shape-rendering=\"crispEdges\" x=\"").append(Html.at(x)).append("\" y=\"").append(Html.at(y))
                .append("\" width=\"")
                .append(Html.at(width + 0.2)).append("\" height=\"").append(Html.at(height + 0.2))
                .append("\" style=\"fill:color-mix(in srgb,color-mix(in srgb,var(--c1) ")
                .append(Math.round(100 * share))
                .append("%,var(--c0)) ").append(Math.round(100 * Math.max(PALEST, share)))
                .append("%,var(--card))\">");
    }
}
