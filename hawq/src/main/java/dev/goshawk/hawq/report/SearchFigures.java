package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.chart.Html;
import dev.goshawk.hawq.report.chart.LineChart;
import dev.goshawk.hawq.report.chart.Numbers;
import dev.goshawk.hawq.report.RunReport.Search;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The figures of searches for widths: what became of the episodes' rewards, and how probable each width of a block is. */
final class SearchFigures {
    private static final double WIDTH = 440;
    private static final double ROW = 20;
    private static final double LEFT = 120;
    private static final double RIGHT = 430;
    private static final List<Integer> COLOURED = List.of(2, 3, 4, 6, 8);

    private SearchFigures() {
    }

    /** All of them; empty without searches. */
    static String of(RunReport report) {
        StringBuilder out = new StringBuilder();
        for (Search search : report.searches()) {
            if (!search.rewards().isEmpty()) {
                out.append(rewards(search));
            }
            if (!search.probabilities().isEmpty()) {
                out.append(probabilities(search));
            }
        }
        return out.toString();
    }

    private static String rewards(Search search) {
        List<Double> numbers = IntStream.rangeClosed(1, search.rewards().size()).mapToObj(i -> (double) i).toList();
        LineChart.Series series = new LineChart.Series("reward", "s0", numbers, List.copyOf(search.rewards()));
        return ReportFigures.figure(search.method() + ": rewards",
                "a tenth of the points of accuracy gained or lost against the float network, on "
                        + Numbers.grouped(search.heldOut()) + " held-out images, by episode",
                "", LineChart.draw("Reward of each episode", List.of(series), List.of(), null, "episodes",
                        v -> Math.abs(v) < 1000 ? Numbers.fixed(v, 1) : Numbers.compact(v)));
    }

    private static String probabilities(Search search) {
        StringBuilder out = new StringBuilder();
        int row = 0;
        for (Map.Entry<String, List<Double>> block : search.probabilities().entrySet()) {
            double y = row++ * ROW;
            out.append(Html.label(LEFT - 10, y + 15, "end", "name", block.getKey()));
            double x = LEFT;
            for (int k = 0; k < block.getValue().size(); k++) {
                double width = block.getValue().get(k) * (RIGHT - LEFT);
                int bits = search.widths().get(k);
                out.append("<g><title>").append(Html.text(block.getKey() + ", " + bits + " bits: "
                        + Numbers.percent(block.getValue().get(k)) + " %")).append("</title><rect x=\"")
                        .append(Html.at(x)).append("\" y=\"").append(Html.at(y + 2)).append("\" width=\"")
                        .append(Html.at(width)).append("\" height=\"16\" class=\"b").append(color(bits))
                        .append("\"/></g>\n");
                if (width > 14) {
                    out.append(Html.label(x + width / 2, y + 14, "middle", "bits t" + color(bits),
                            Integer.toString(bits)));
                }
                x += width;
            }
        }
        return ReportFigures.figure(search.method() + ": probabilities of the widths",
                "learned on " + Numbers.grouped(search.heldOut()) + " images; blocks in network order", "",
                Html.svg(WIDTH, row * ROW + 4, "Probability of each width by block", out.toString()));
    }

    private static int color(int bits) {
        return COLOURED.contains(bits) ? bits : 32;
    }
}
