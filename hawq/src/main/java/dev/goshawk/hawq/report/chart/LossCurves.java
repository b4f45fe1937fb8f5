package dev.goshawk.hawq.report.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Losses along lines through one point, on a logarithmic axis; each curve has its name at its right end. */
public final class LossCurves {
    private static final double WIDTH = 440;
    private static final double HEIGHT = 300;
    private static final double LEFT = 46;
    /** Room to its right for the names. */
    private static final double RIGHT = 336;
    private static final double TOP = 14;
    private static final double BOTTOM = 264;
    private static final double LINE = 12;

    private LossCurves() {
    }

    /**
     * A curve.
     *
     * @param shade of its color, from 0 to 1
     * @param x ascending
     * @param y the pen is lifted where one is not above zero and finite
     */
    public record Curve(String name, double shade, List<Double> x, List<Double> y) {
    }

    /** The chart; all curves have the same ends. */
    public static String draw(String description, String xName, List<Curve> curves) {
        LogAxis axis = LogAxis.over(curves.stream().flatMap(c -> c.y().stream()).mapToDouble(y -> y));
        double from = curves.stream().mapToDouble(c -> c.x().getFirst()).min().orElse(0);
        double to = curves.stream().mapToDouble(c -> c.x().getLast()).max().orElse(1);
        StringBuilder out = new StringBuilder();
        for (int k = axis.low(); k <= axis.high(); k += axis.step()) {
            double y = y(axis, Math.pow(10, k));
            out.append(Html.line(LEFT, y, RIGHT, y, "rule")).append(Html.label(LEFT - 7, y + 4, "end", "tick",
                    LogAxis.mark(k)));
        }
        double step = LineChart.tickStep(to - from);
        for (double k = Math.ceil(from / step); k * step <= to + step * 1e-9; k++) {
            out.append(Html.label(x(k * step, from, to), BOTTOM + 17, "middle", "tick",
                    Numbers.exact(Math.round(k * step * 1e6) / 1e6)));
        }
        out.append(Html.label((LEFT + RIGHT) / 2, BOTTOM + 33, "middle", "tick", xName));
        List<double[]> labels = new ArrayList<>();
        // From the top down: a name that would touch the one above goes below it.
        for (Curve c : curves.stream().sorted(Comparator.comparingDouble((Curve c) -> last(c)).reversed()).toList()) {
            double end = y(axis, last(c));
            double text = labels.isEmpty() ? end + 4 : Math.max(end + 4, labels.getLast()[0] + LINE);
            labels.add(new double[] {text});
            String color = " style=\"color:color-mix(in srgb,var(--c1) " + Math.round(100 * c.shade())
                    + "%,var(--c0))\"";
            out.append("<g class=\"curve\"").append(color).append("><title>").append(Html.text(c.name()))
                    .append("</title><path d=\"").append(path(c, axis, from, to)).append("\"/>")
                    .append("<path d=\"M").append(Html.at(RIGHT + 2)).append(' ').append(Html.at(end)).append('L')
                    .append(Html.at(RIGHT + 12)).append(' ').append(Html.at(text - 4)).append("\"/></g>\n")
                    .append(Html.label(RIGHT + 15, text, "start", "tick", c.name()));
        }
        double height = Math.max(HEIGHT, labels.isEmpty() ? 0 : labels.getLast()[0] + 6);
        return Html.svg(WIDTH, height, description, out.toString());
    }

    private static double last(Curve c) {
        double y = c.y().getLast();
        return Double.isFinite(y) ? y : Double.MAX_VALUE;
    }

    private static double x(double x, double from, double to) {
        return LEFT + (RIGHT - LEFT) * (x - from) / (to - from);
    }

    private static double y(LogAxis axis, double y) {
        return BOTTOM - (BOTTOM - TOP) * axis.position(y);
    }

    private static String path(Curve c, LogAxis axis, double from, double to) {
        StringBuilder path = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < c.x().size(); i++) {
            double y = c.y().get(i);
            boolean drawn = Double.isFinite(y) && y > 0;
            if (drawn) {
                path.append(pen ? 'L' : 'M').append(Html.at(x(c.x().get(i), from, to))).append(' ')
                        .append(Html.at(y(axis, y)));
            }
            pen = drawn;
        }
        return path.toString();
    }
}
