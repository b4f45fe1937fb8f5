package dev.goshawk.hawq.report;

import dev.goshawk.hawq.landscape.Landscape;
import dev.goshawk.hawq.landscape.Landscape.Line;
import dev.goshawk.hawq.landscape.Landscape.Surface;
import dev.goshawk.hawq.report.chart.LineChart;
import dev.goshawk.hawq.report.chart.LossCurves;
import dev.goshawk.hawq.report.chart.LossSurfaces;
import dev.goshawk.hawq.report.chart.Numbers;
import dev.goshawk.hawq.report.chart.PredictionChart;
import dev.goshawk.hawq.report.chart.RowChart;
import java.util.ArrayList;
import java.util.List;

/** A landscape as figures. */
final class LandscapeFigures {
    private static final List<String> COLOURS = List.of("s0", "s2", "s3", "s4", "s5");
    private static final String DISTANCE = "distance along the eigenvector";

    private LandscapeFigures() {
    }

    /** All of them, each a {@code <figure>}. */
    static String of(Landscape l) {
        return eigenvalues(l) + lines(l) + surfaces(l) + increases(l);
    }

    private static String eigenvalues(Landscape l) {
        return ReportFigures.figure("Top Hessian eigenvalue of each block",
                "of the float network, over " + l.images() + " training images; logarithmic axis",
                "", RowChart.draw("Top Hessian eigenvalues, one row for each block", l.lines().stream()
                        .map(line -> new RowChart.Row(line.block(), line.eigenvalue(), null)).toList()));
    }

    private static String lines(Landscape l) {
        List<Double> sizes = l.lines().stream().map(line -> Math.abs(line.eigenvalue())).sorted().toList();
        List<LossCurves.Curve> curves = new ArrayList<>();
        for (Line line : l.lines()) {
            double rank = sizes.indexOf(Math.abs(line.eigenvalue()));
            curves.add(new LossCurves.Curve(line.block(), rank / Math.max(1, sizes.size() - 1), line.offsets(),
                    line.losses()));
        }
        return ReportFigures.figure("Loss along each block\u2019s top eigenvector",
                "the other blocks at their trained weights; logarithmic axis; the warmer the color, the larger the"
                        + " eigenvalue",
                "", LossCurves.draw("Loss along each block's top eigenvector", DISTANCE, curves));
    }

    private static String surfaces(Landscape l) {
        List<LossSurfaces.Panel> panels = new ArrayList<>();
        for (Surface s : l.surfaces()) {
            panels.add(new LossSurfaces.Panel(s.block() + ": \u03bb " + Numbers.compact(s.first()) + ", "
                    + Numbers.compact(s.second()), s.offsets(), s.losses()));
        }
        return ReportFigures.figure("Loss over the top two eigenvectors",
                "of the flattest and of the sharpest block; the first eigenvector to the right, the second upwards",
                "", LossSurfaces.draw("Loss over two eigenvectors", DISTANCE, panels));
    }

    private static String increases(Landscape l) {
        List<PredictionChart.Point> points = new ArrayList<>();
        List<LineChart.Series> key = new ArrayList<>();
        for (int bits : l.widths()) {
            String color = COLOURS.get(key.size() % COLOURS.size());
            key.add(new LineChart.Series(bits + " bits: rank correlation "
                    + Numbers.fixed(l.rankCorrelation(bits), 2), color, List.of(), List.of()));
            l.increases().stream().filter(i -> i.bits() == bits).forEach(i -> points.add(new PredictionChart.Point(
                    i.block() + " at " + bits + " bits", color, i.predicted(), i.measured())));
        }
        return ReportFigures.figure("Loss increase by rounding one block",
                "predicted to second order with the block\u2019s exact Hessian, and measured; hollow where one is"
                        + " negative; on the line they agree",
                ReportFigures.key(key, null), PredictionChart.draw("Measured against predicted loss increase", points));
    }
}
