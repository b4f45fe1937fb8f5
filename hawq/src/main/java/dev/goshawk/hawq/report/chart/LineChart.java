package dev.goshawk.hawq.report.chart;

import java.util.List;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** Curves over epochs, or what else is counted, with the stages of the main schedule marked. */
public final class LineChart {
    private static final double WIDTH = 440;
    private static final double HEIGHT = 300;
    private static final double LEFT = 46;
    /** Room to its right for the last stage's slanting name. */
    private static final double RIGHT = 410;
    private static final double BOTTOM = 264;

    private LineChart() {
    }

    /**
     * A curve.
     *
     * @param cssClass color and dash, {@code s0} to {@code s5}
     * @param epochs where its points are, ascending
     * @param values null or not finite where there is none
     */
    public record Series(String name, String cssClass, List<Double> epochs, List<@Nullable Double> values) {
    }

    /** A stage that starts after {@code epoch} epochs. */
    public record Stage(String name, double epoch) {
    }

    /** A level across the chart, such as the float model's accuracy. */
    public record Reference(String name, double value) {
    }

    public static String draw(String description, List<Series> series, List<Stage> stages,
            @Nullable Reference reference,
            DoubleFunction<String> format) {
        return draw(description, series, stages, reference, "epochs", format);
    }

    /** @param unit what is counted along the axis */
    public static String draw(String description, List<Series> series, List<Stage> stages,
            @Nullable Reference reference,
            String unit, DoubleFunction<String> format) {
        double longest = series.stream().flatMap(s -> s.epochs().stream()).mapToDouble(e -> e).max().orElse(0);
        double epochs = longest > 0 ? longest : 1;
        double top = stages.size() > 1 ? 64 : 14;
        double low = reference == null ? Double.POSITIVE_INFINITY : reference.value();
        double high = reference == null ? Double.NEGATIVE_INFINITY : reference.value();
        for (Series s : series) {
            for (Double v : s.values()) {
                if (v != null && Double.isFinite(v)) {
                    low = Math.min(low, v);
                    high = Math.max(high, v);
                }
            }
        }
        if (low > high) {
            low = 0;
            high = 1;
        }
        double step = tickStep(high - low);
        double from = Math.floor(low / step) * step;
        double to = Math.max(from + step, Math.ceil(high / step) * step);
        double perEpoch = (RIGHT - LEFT) / epochs;
        double perUnit = (BOTTOM - top) / (to - from);
        StringBuilder out = new StringBuilder();
        for (int k = 0; from + k * step <= to + step / 2; k++) {
            double y = BOTTOM - k * step * perUnit;
            out.append(Html.line(LEFT, y, RIGHT, y, "rule"));
            out.append(Html.label(LEFT - 7, y + 4, "end", "tick", format.apply(from + k * step)));
        }
        appendEpochs(out, epochs, perEpoch, unit);
        appendStages(out, stages, epochs, perEpoch, top);
        if (reference != null) {
            double y = BOTTOM - (reference.value() - from) * perUnit;
            out.append("<g><title>").append(Html.text(reference.name() + ": " + format.apply(reference.value())))
                    .append("</title>").append(Html.line(LEFT, y, RIGHT, y, "reference")).append("</g>\n");
        }
        for (int i = series.size() - 1; i >= 0; i--) {
            appendCurve(out, series.get(i), perEpoch, from, perUnit);
        }
        return Html.svg(WIDTH, HEIGHT, description, out.toString());
    }

    private static void appendEpochs(StringBuilder out, double epochs, double perEpoch, String unit) {
        double step = epochs < 2 ? tickStep(epochs) : Math.max(1, Math.floor(tickStep(epochs)));
        for (int k = 0; k * step <= epochs * (1 + 1e-9); k++) {
            out.append(Html.label(LEFT + k * step * perEpoch, BOTTOM + 17, "middle", "tick",
                    Numbers.exact(Math.round(k * step * 1e6) / 1e6)));
        }
        out.append(Html.label((LEFT + RIGHT) / 2, BOTTOM + 33, "middle", "tick", unit));
    }

    private static void appendStages(StringBuilder out, List<Stage> stages, double epochs, double perEpoch,
            double top) {
        if (stages.size() < 2) {
            return;
        }
        double last = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < stages.size(); i++) {
            Stage stage = stages.get(i);
            double end = i + 1 < stages.size() ? stages.get(i + 1).epoch() : epochs;
            double x = LEFT + stage.epoch() * perEpoch;
            out.append(Html.line(x, top, x, BOTTOM, "stage"));
            double middle = (x + LEFT + end * perEpoch) / 2;
            // names closer than this would touch
            if (middle - last >= 11) {
                out.append("<text transform=\"translate(").append(Html.at(middle + 3)).append(' ')
                        .append(Html.at(top - 5)).append(") rotate(-62)\" class=\"stagename\">")
                        .append(Html.text(stage.name())).append("</text>\n");
                last = middle;
            }
        }
    }

    private static void appendCurve(StringBuilder out, Series s, double perEpoch, double from, double perUnit) {
        StringBuilder path = new StringBuilder();
        StringBuilder dots = new StringBuilder();
        boolean pen = false;
        int drawn = (int) s.values().stream().filter(v -> v != null && Double.isFinite(v)).count();
        for (int i = 0; i < s.values().size(); i++) {
            Double v = s.values().get(i);
            if (v == null || !Double.isFinite(v)) {
                pen = v == null && pen;
                continue;
            }
            String x = Html.at(LEFT + s.epochs().get(i) * perEpoch);
            String y = Html.at(BOTTOM - (v - from) * perUnit);
            path.append(pen ? 'L' : 'M').append(x).append(' ').append(y);
            if (drawn <= 40) {
                dots.append("<circle cx=\"").append(x).append("\" cy=\"").append(y).append("\" r=\"2.4\"/>");
            }
            pen = true;
        }
        out.append("<g class=\"curve ").append(s.cssClass()).append("\"><title>").append(Html.text(s.name()))
                .append("</title><path d=\"").append(path).append("\"/>").append(dots).append("</g>\n");
    }

    /** 1, 2 or 5 times a power of ten, for about five intervals. */
    public static double tickStep(double range) {
        if (!(range > 0)) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(range / 5)));
        double unit = range / 5 / power;
        return power * (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10);
    }
}
