package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.chart.Html;
import dev.goshawk.hawq.report.chart.LineChart;
import dev.goshawk.hawq.report.chart.Numbers;
import dev.goshawk.hawq.report.chart.RowChart;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.report.RunReport.BlockRow;
import dev.goshawk.hawq.report.RunReport.Result;
import dev.goshawk.hawq.report.RunReport.Schedule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The figures of a report, each a {@code <figure>} with its caption. */
final class ReportFigures {
    private static final List<String> OTHERS = List.of("s2", "s3", "s4", "s5");

    private ReportFigures() {
    }

    /** Eigenvalues, sensitivities with bits, and the fine-tuning order; empty without second-order information. */
    static String curvature(RunReport report) {
        List<BlockRow> blocks = report.blocks();
        StringBuilder out = new StringBuilder();
        if (blocks.stream().anyMatch(b -> b.eigenvalue() != null)) {
            boolean negative = blocks.stream().anyMatch(b -> b.eigenvalue() != null && b.eigenvalue() < 0);
            out.append(figure("Top Hessian eigenvalue of each block",
                    "\u03bb, logarithmic axis, blocks in network order"
                            + (negative ? "; hollow where \u03bb is negative" : ""),
                    "", rows(blocks, BlockRow::eigenvalue, false)));
        }
        if (blocks.stream().anyMatch(b -> b.sensitivity() != null)) {
            out.append(figure("Sensitivity and bits",
                    "S = |\u03bb| / n, logarithmic axis; the box is the bit width",
                    "", rows(blocks, BlockRow::sensitivity, true)));
        }
        List<BlockRow> ordered = blocks.stream().filter(b -> b.order() != null && b.omega() != null)
                .sorted(Comparator.comparingInt(b -> Objects.requireNonNull(b.order()))).toList();
        if (!ordered.isEmpty()) {
            out.append(figure("Fine-tuning order",
                    "\u03a9 = |\u03bb| \u2016Q(W) \u2212 W\u2016\u00b2, logarithmic axis;"
                            + " quantized and fine-tuned from top to bottom",
                    "", RowChart.draw("Fine-tuning order by Omega", ordered.stream()
                            .map(b -> new RowChart.Row(b.order() + ". " + b.name(), b.omega(), b.bits())).toList())));
        }
        out.append(figure("Weights and bits", "n, logarithmic axis; the box is the bit width", "",
                rows(blocks, b -> (double) b.weights(), true)));
        return out.toString();
    }

    private static String rows(List<BlockRow> blocks, Function<BlockRow, @Nullable Double> value, boolean bits) {
        return RowChart.draw("One row for each block on a logarithmic axis", blocks.stream()
                .map(b -> new RowChart.Row(b.name(), value.apply(b), bits ? b.bits() : null)).toList());
    }

    /** Accuracy and loss over the epochs; empty where nothing was trained. */
    static String convergence(RunReport report) {
        List<Schedule> schedules = report.schedules().stream().filter(s -> !s.epochs().isEmpty()).toList();
        if (schedules.isEmpty()) {
            return "";
        }
        List<LineChart.Stage> stages = stages(schedules.getFirst());
        Result baseline = report.baseline();
        LineChart.Reference reference = baseline == null
                ? null
                : new LineChart.Reference("float model", baseline.accuracy() * 100);
        String marks = stages.size() > 1
                ? "dotted lines: a block of " + schedules.getFirst().method() + " newly quantized"
                : "one stage";
        return chart("Accuracy", "per cent, after each epoch; " + marks, schedules, stages,
                e -> percent(e.testAccuracy()), e -> percent(e.validationAccuracy()), e -> percent(e.trainAccuracy()),
                reference, v -> Numbers.fixed(v, v == Math.rint(v) ? 0 : 1))
                + chart("Loss", "mean per sample, after each epoch; " + marks, schedules, stages, EpochResult::testLoss,
                        EpochResult::validationLoss, EpochResult::trainLoss, null,
                        v -> Math.abs(v) < 1000 ? Numbers.fixed(v, 2) : Numbers.compact(v));
    }

    private static @Nullable Double percent(@Nullable Double fraction) {
        return fraction == null ? null : Double.valueOf(fraction * 100);
    }

    /** Where images were held out these are drawn, the test images being evaluated once. */
    private static String chart(String title, String caption, List<Schedule> schedules, List<LineChart.Stage> stages,
            Function<EpochResult, @Nullable Double> test, Function<EpochResult, @Nullable Double> validation,
            Function<EpochResult, @Nullable Double> train,
            LineChart.@Nullable Reference reference, DoubleFunction<String> format) {
        List<LineChart.Series> series = new ArrayList<>();
        for (int i = 0; i < schedules.size(); i++) {
            Schedule s = schedules.get(i);
            boolean held = s.epochs().stream().anyMatch(e -> validation.apply(e) != null);
            Function<EpochResult, @Nullable Double> measured = held ? validation : test;
            boolean tested = s.epochs().stream().anyMatch(e -> measured.apply(e) != null);
            String color = i == 0 ? "s0" : OTHERS.get((i - 1) % OTHERS.size());
            if (tested) {
                series.add(new LineChart.Series(s.method() + (held ? ", validation" : ", test"), color, ends(s),
                        values(s, measured)));
            }
            if (i == 0 || !tested) {
                series.add(new LineChart.Series(s.method() + ", training", tested ? "s1" : color, ends(s),
                        values(s, train)));
            }
        }
        return figure(title, caption, key(series, reference),
                LineChart.draw(title + " over the epochs", series, stages, reference, format));
    }

    /** What the curves of a chart are. */
    static String key(List<LineChart.Series> series, LineChart.@Nullable Reference reference) {
        StringBuilder key = new StringBuilder("<div class=\"key\">");
        for (LineChart.Series s : series) {
            key.append("<span><svg viewBox=\"0 0 26 9\" aria-hidden=\"true\"><g class=\"curve ").append(s.cssClass())
                    .append("\"><path d=\"M0 4.5L26 4.5\"/></g></svg>").append(Html.text(s.name())).append("</span>");
        }
        if (reference != null) {
            key.append("<span><svg viewBox=\"0 0 26 9\" aria-hidden=\"true\">")
                    .append(Html.line(0, 4.5, 26, 4.5, "reference")).append("</svg>")
                    .append(Html.text(reference.name())).append("</span>");
        }
        return key.append("</div>\n").toString();
    }

    private static List<Double> ends(Schedule schedule) {
        return schedule.epochs().stream().map(EpochResult::total).toList();
    }

    private static List<@Nullable Double> values(Schedule schedule, Function<EpochResult, @Nullable Double> value) {
        List<@Nullable Double> out = new ArrayList<>();
        for (EpochResult e : schedule.epochs()) {
            out.add(value.apply(e));
        }
        return out;
    }

    private static List<LineChart.Stage> stages(Schedule schedule) {
        List<EpochResult> epochs = schedule.epochs();
        List<Double> ends = ends(schedule);
        List<LineChart.Stage> out = new ArrayList<>();
        for (int i = 0; i < epochs.size(); i++) {
            if (i == 0 || !epochs.get(i).stage().equals(epochs.get(i - 1).stage())) {
                out.add(new LineChart.Stage(epochs.get(i).stage(), i == 0 ? 0 : ends.get(i - 1)));
            }
        }
        return out;
    }

    static String figure(String title, String caption, String key, String svg) {
        return "<figure><h3>" + Html.text(title) + "</h3><figcaption>" + Html.text(caption) + "</figcaption>\n" + key
                + svg + "</figure>\n";
    }
}
