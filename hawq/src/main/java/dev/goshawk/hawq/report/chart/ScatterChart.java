package dev.goshawk.hawq.report.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Accuracy against size, with the frontier: what no other point beats in both. */
public final class ScatterChart {
    private static final double WIDTH = 440;
    private static final double HEIGHT = 300;
    private static final double LEFT = 46;
    private static final double RIGHT = 420;
    private static final double TOP = 14;
    private static final double BOTTOM = 264;
    /** Room for a label to the right of its point. */
    private static final double LABEL = 120;
    private static final double LINE = 13;

    private ScatterChart() {
    }

    /**
     * A point.
     *
     * @param x smaller is better
     * @param y larger is better
     * @param low where a bar about the point begins; y for none
     * @param high where it ends
     */
    public record Point(String label, double x, double y, double low, double high) {
    }

    public static String draw(String description, String xName, List<Point> points) {
        double most = points.stream().mapToDouble(Point::x).max().orElse(1);
        double least = points.stream().mapToDouble(Point::x).min().orElse(0);
        double low = points.stream().mapToDouble(Point::low).min().orElse(0);
        double high = points.stream().mapToDouble(Point::high).max().orElse(1);
        double yStep = LineChart.tickStep(high - low);
        double from = Math.floor(low / yStep) * yStep;
        double to = Math.max(from + yStep, Math.ceil(high / yStep) * yStep);
        double xStep = LineChart.tickStep(most - least);
        double left = Math.floor(least / xStep) * xStep;
        double right = Math.max(left + xStep, Math.ceil(most / xStep) * xStep);
        double perX = (RIGHT - LEFT) / (right - left);
        double perY = (BOTTOM - TOP) / (to - from);
        StringBuilder out = new StringBuilder();
        for (int k = 0; from + k * yStep <= to + yStep / 2; k++) {
            double y = BOTTOM - k * yStep * perY;
            out.append(Html.line(LEFT, y, RIGHT, y, "rule"));
            out.append(Html.label(LEFT - 7, y + 4, "end", "tick", Numbers.fixed(from + k * yStep, yStep < 1 ? 1 : 0)));
        }
        for (int k = 0; left + k * xStep <= right + xStep / 2; k++) {
            out.append(Html.label(LEFT + k * xStep * perX, BOTTOM + 17, "middle", "tick",
                    Numbers.exact(Math.round((left + k * xStep) * 1e6) / 1e6)));
        }
        out.append(Html.label((LEFT + RIGHT) / 2, BOTTOM + 33, "middle", "tick", xName));
        out.append("<g class=\"curve s1\"><path d=\"").append(frontier(points, left, perX, from, perY))
                .append("\"/></g>\n");
        List<double[]> labels = new ArrayList<>();
        for (Point p : points.stream().sorted(Comparator.comparingDouble(Point::y).reversed()).toList()) {
            append(out, p, LEFT + (p.x() - left) * perX, from, perY, labels);
        }
        return Html.svg(WIDTH, HEIGHT, description, out.toString());
    }

    private static void append(StringBuilder out, Point p, double x, double from, double perY, List<double[]> labels) {
        double y = BOTTOM - (p.y() - from) * perY;
        out.append("<g><title>").append(Html.text(p.label())).append("</title>");
        if (p.high() > p.low()) {
            out.append(Html.line(x, BOTTOM - (p.high() - from) * perY, x, BOTTOM - (p.low() - from) * perY, "whisker"));
        }
        out.append("<circle cx=\"").append(Html.at(x)).append("\" cy=\"").append(Html.at(y))
                .append("\" r=\"3.5\" class=\"dot\"/>");
        boolean toTheLeft = x + LABEL > RIGHT;
        double textY = y + 4;
        // From the top down: a label that would touch one above goes below it.
        for (double[] other : labels) {
            if (Math.abs(other[0] - x) < LABEL && textY - other[1] < LINE) {
                textY = other[1] + LINE;
            }
        }
        labels.add(new double[] {x, textY});
        out.append(Html.label(toTheLeft ? x - 7 : x + 7, textY, toTheLeft ? "end" : "start", "tick", p.label()))
                .append("</g>\n");
    }

    private static String frontier(List<Point> points, double left, double perX, double from, double perY) {
        StringBuilder path = new StringBuilder();
        double best = Double.NEGATIVE_INFINITY;
        for (Point p : points.stream().sorted(Comparator.comparingDouble(Point::x)
                .thenComparing(Comparator.comparingDouble(Point::y).reversed())).toList()) {
            if (p.y() > best) {
                best = p.y();
                path.append(path.isEmpty() ? 'M' : 'L').append(Html.at(LEFT + (p.x() - left) * perX)).append(' ')
                        .append(Html.at(BOTTOM - (p.y() - from) * perY));
            }
        }
        return path.toString();
    }
}
