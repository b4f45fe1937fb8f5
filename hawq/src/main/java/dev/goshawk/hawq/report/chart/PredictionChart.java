package dev.goshawk.hawq.report.chart;

import java.util.List;
import java.util.stream.DoubleStream;

/** Measured against predicted numbers, both on logarithmic axes; what lies on the line was predicted exactly. */
public final class PredictionChart {
    private static final double WIDTH = 440;
    private static final double HEIGHT = 340;
    private static final double LEFT = 52;
    private static final double RIGHT = 424;
    private static final double TOP = 14;
    private static final double BOTTOM = 300;

    private PredictionChart() {
    }

    /**
     * A point, drawn by magnitude and hollow where one of its numbers is negative.
     *
     * @param cssClass color, {@code s0} to {@code s5}
     */
    public record Point(String name, String cssClass, double predicted, double measured) {
    }

    /** The chart. */
    public static String draw(String description, List<Point> points) {
        LogAxis axis = LogAxis.over(points.stream()
                .flatMapToDouble(p -> DoubleStream.of(Math.abs(p.predicted()), Math.abs(p.measured()))));
        StringBuilder out = new StringBuilder();
        for (int k = axis.low(); k <= axis.high(); k += axis.step()) {
            double x = x(axis, Math.pow(10, k));
            double y = y(axis, Math.pow(10, k));
            out.append(Html.line(LEFT, y, RIGHT, y, "rule")).append(Html.line(x, TOP, x, BOTTOM, "rule"));
            out.append(Html.label(LEFT - 7, y + 4, "end", "tick", LogAxis.mark(k)));
            out.append(Html.label(x, BOTTOM + 17, "middle", "tick", LogAxis.mark(k)));
        }
        out.append(Html.label((LEFT + RIGHT) / 2, BOTTOM + 34, "middle", "tick", "predicted"));
        out.append(Html.label(LEFT + 5, TOP + 11, "start", "tick", "measured"));
        out.append(Html.line(LEFT, BOTTOM, RIGHT, TOP, "reference"));
        for (Point p : points) {
            boolean negative = p.predicted() < 0 || p.measured() < 0;
            out.append("<g class=\"").append(p.cssClass()).append("\"><title>")
                    .append(Html.text(p.name() + ": predicted " + Numbers.compact(p.predicted()) + ", measured "
                            + Numbers.compact(p.measured())))
                    .append("</title><circle cx=\"").append(Html.at(x(axis, Math.abs(p.predicted()))))
                    .append("\" cy=\"").append(Html.at(y(axis, Math.abs(p.measured()))))
                    .append("\" r=\"4\" stroke=\"currentColor\" stroke-width=\"1.6\" fill=\"")
                    .append(negative ? "none" : "currentColor").append("\" fill-opacity=\"0.55\"/></g>\n");
        }
        return Html.svg(WIDTH, HEIGHT, description, out.toString());
    }

    private static double x(LogAxis axis, double v) {
        return LEFT + (RIGHT - LEFT) * axis.position(v);
    }

    private static double y(LogAxis axis, double v) {
        return BOTTOM - (BOTTOM - TOP) * axis.position(v);
    }
}
