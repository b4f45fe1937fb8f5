package dev.goshawk.hawq.report.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Accuracy against size, with the frontier: what no other point beats in both. The vertical axis is logarithmic in the errors, so that
 * half the errors is the same way up anywhere.
 */
public final class ScatterChart {
    private static final double WIDTH = 440;
    private static final double HEIGHT = 300;
    private static final double LEFT = 46;
    private static final double RIGHT = 420;
    private static final double TOP = 14;
    private static final double BOTTOM = 264;
    /** Width of a letter of a label, about. */
    private static final double LETTER = 6.4;
    private static final double DOT = 4;
    private static final double LINE = 13;
    /** Errors in per cent at the marks of the axis, from the top. */
    private static final double[] MARKS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};

    private ScatterChart() {
    }

    /**
     * A point.
     *
     * @param x smaller is better
     * @param y accuracy in per cent; larger is better
     * @param low where a bar about the point begins; y for none
     * @param high where it ends
     */
    public record Point(String label, double x, double y, double low, double high) {
    }

    /**
     * Where accuracies are.
     *
     * @param top errors there, in per cent
     * @param bottom errors there
     */
    private record Errors(double top, double bottom) {
        static Errors over(List<Point> points) {
            double least = 100 - points.stream().mapToDouble(Point::high).max().orElse(99);
            double most = 100 - points.stream().mapToDouble(Point::low).min().orElse(0);
            int top = 0;
            while (top < MARKS.length - 2 && MARKS[top + 1] <= least) {
                top++;
            }
            int bottom = MARKS.length - 1;
            while (bottom > top + 1 && MARKS[bottom - 1] >= most) {
                bottom--;
            }
            return new Errors(MARKS[top], MARKS[bottom]);
        }

        double at(double accuracy) {
            double errors = Math.clamp(100 - accuracy, top, bottom);
            return TOP + (BOTTOM - TOP) * Math.log(errors / top) / Math.log(bottom / top);
        }
    }

    /** A label from {@code begin} to {@code end} with its base line at y. */
    private record Label(double begin, double end, double y) {
        boolean touches(Label other) {
            return begin < other.end && other.begin < end && Math.abs(y - other.y) < LINE;
        }
    }

    /**
     * Draws the points.
     *
     * @param description for those who cannot see the chart
     * @param xName of the horizontal axis
     */
    public static String draw(String description, String xName, List<Point> points) {
        double most = points.stream().mapToDouble(Point::x).max().orElse(1);
        double least = points.stream().mapToDouble(Point::x).min().orElse(0);
        Errors errors = Errors.over(points);
        double xStep = LineChart.tickStep(most - least);
        double left = Math.floor(least / xStep) * xStep;
        double right = Math.max(left + xStep, Math.ceil(most / xStep) * xStep);
        double perX = (RIGHT - LEFT) / (right - left);
        StringBuilder out = new StringBuilder();
        for (double mark : MARKS) {
            if (mark >= errors.top() && mark <= errors.bottom()) {
                double y = errors.at(100 - mark);
                out.append(Html.line(LEFT, y, RIGHT, y, "rule"));
                out.append(Html.label(LEFT - 7, y + 4, "end", "tick", Numbers.fixed(100 - mark, mark < 1 ? 1 : 0)));
            }
        }
        for (int k = 0; left + k * xStep <= right + xStep / 2; k++) {
            out.append(Html.label(LEFT + k * xStep * perX, BOTTOM + 17, "middle", "tick",
                    Numbers.exact(Math.round((left + k * xStep) * 1e6) / 1e6)));
        }
        out.append(Html.label((LEFT + RIGHT) / 2, BOTTOM + 33, "middle", "tick", xName));
        out.append("<g class=\"curve s1\"><path d=\"").append(frontier(points, left, perX, errors))
                .append("\"/></g>\n");
        List<Label> labels = new ArrayList<>();
        for (Point p : points) {
            // Labels keep off dots as well.
            double x = LEFT + (p.x() - left) * perX;
            labels.add(new Label(x - DOT, x + DOT, errors.at(p.y()) + DOT));
        }
        for (Point p : points.stream().sorted(Comparator.comparingDouble(Point::y).reversed()).toList()) {
            append(out, p, LEFT + (p.x() - left) * perX, errors, labels);
        }
        return Html.svg(WIDTH, HEIGHT, description, out.toString());
    }

    private static void append(StringBuilder out, Point p, double x, Errors errors, List<Label> labels) {
        double y = errors.at(p.y());
        out.append("<g><title>").append(Html.text(p.label())).append("</title>");
        if (p.high() > p.low()) {
            out.append(Html.line(x, errors.at(p.high()), x, errors.at(p.low()), "whisker"));
        }
        out.append("<circle cx=\"").append(Html.at(x)).append("\" cy=\"").append(Html.at(y))
                .append("\" r=\"3.5\" class=\"dot\"/>");
        double width = LETTER * p.label().length();
        boolean toTheLeft = x + 7 + width > RIGHT;
        double begin = toTheLeft ? x - 7 - width : x + 7;
        Label label = place(begin, begin + width, y + DOT, labels);
        labels.add(label);
        if (Math.abs(label.y - y - DOT) >= LINE) {
            out.append(Html.line(x, y, toTheLeft ? x - 6 : x + 6, label.y - DOT, "lead"));
        }
        out.append(Html.label(toTheLeft ? x - 7 : x + 7, label.y, toTheLeft ? "end" : "start", "tick", p.label()))
                .append("</g>\n");
    }

    /** Beside its point, or as few lines above or below as keep it off all others and within the chart. */
    private static Label place(double begin, double end, double y, List<Label> labels) {
        int lines = (int) ((BOTTOM - TOP) / LINE);
        for (int k = 0; k < 2 * lines; k++) {
            double at = y + (k % 2 == 0 ? k / 2 : -(k + 1) / 2) * LINE;
            Label label = new Label(begin, end, at);
            if (at > TOP && at <= BOTTOM + 4 && labels.stream().noneMatch(label::touches)) {
                return label;
            }
        }
        return new Label(begin, end, y);
    }

    private static String frontier(List<Point> points, double left, double perX, Errors errors) {
        StringBuilder path = new StringBuilder();
        double best = Double.NEGATIVE_INFINITY;
        for (Point p : points.stream().sorted(Comparator.comparingDouble(Point::x)
                .thenComparing(Comparator.comparingDouble(Point::y).reversed())).toList()) {
            if (p.y() > best) {
                best = p.y();
                path.append(path.isEmpty() ? 'M' : 'L').append(Html.at(LEFT + (p.x() - left) * perX)).append(' ')
                        .append(Html.at(errors.at(p.y())));
            }
        }
        return path.toString();
    }
}
