package dev.goshawk.hawq.report.chart;

import dev.goshawk.spectral.estimate.SpectralDensity;

/**
 * The density of a spectrum on a logarithmic axis, with the band that holds it with a probability of 95 %. The axis ends one decade below
 * the height of a single eigenvalue, which a dashed line shows: what is lower is the tail of the smoothing.
 */
public final class DensityChart {
    private static final double WIDTH = 440;
    private static final double HEIGHT = 300;
    private static final double LEFT = 46;
    private static final double RIGHT = 425;
    private static final double TOP = 14;
    private static final double BOTTOM = 264;
    private static final double LEVEL = 0.95;

    private final SpectralDensity density;
    private final double low;
    private final double high;
    private final double single;

    private DensityChart(SpectralDensity density, double variables) {
        this.density = density;
        this.single = 1 / (variables * density.width() * Math.sqrt(2 * Math.PI));
        double largest = single;
        for (double d : density.density()) {
            largest = Math.max(largest, d);
        }
        this.low = Math.floor(Math.log10(single)) - 1;
        this.high = Math.max(low + 2, Math.ceil(Math.log10(largest) + 0.05));
    }

    /** @param variables size of the matrix */
    public static Html.Drawing draw(String description, SpectralDensity density, double variables) {
        return new DensityChart(density, variables).draw(description);
    }

    private Html.Drawing draw(String description) {
        StringBuilder out = new StringBuilder();
        appendAxes(out);
        double y = y(single);
        out.append("<g><title>one eigenvalue</title>").append(Html.line(LEFT, y, RIGHT, y, "reference"))
                .append("</g>\n");
        StringBuilder band = new StringBuilder();
        StringBuilder curve = new StringBuilder();
        int points = density.grid().length;
        for (int i = 0; i < points; i++) {
            appendPoint(band, band.isEmpty(), i, density.band(i, LEVEL).high());
            // The pen is lifted where the density is below the axis.
            if (isShown(i) || isShown(i + 1) || isShown(i - 1)) {
                appendPoint(curve, !isShown(i) && !isShown(i - 1) || curve.isEmpty(), i, density.density()[i]);
            }
        }
        for (int i = points - 1; i >= 0; i--) {
            appendPoint(band, false, i, density.band(i, LEVEL).low());
        }
        out.append("<path class=\"band\" d=\"").append(band).append("Z\"/>\n");
        out.append("<g class=\"curve s0\"><title>density</title><path d=\"").append(curve).append("\"/></g>\n");
        return new Html.Drawing(WIDTH, HEIGHT, description, out.toString());
    }

    private void appendAxes(StringBuilder out) {
        int step = Math.max(1, Math.ceilDiv((int) (high - low), 8));
        for (int k = (int) low; k <= high; k += step) {
            double y = y(Math.pow(10, k));
            out.append(Html.line(LEFT, y, RIGHT, y, "rule"));
            out.append(Html.label(LEFT - 7, y + 4, "end", "tick", "10" + Numbers.superscript(k)));
        }
        double[] grid = density.grid();
        double from = grid[0];
        double to = grid[grid.length - 1];
        double spacing = LineChart.tickStep(to - from);
        for (double k = Math.ceil(from / spacing); k * spacing <= to; k++) {
            double x = x(k * spacing);
            out.append(Html.line(x, TOP, x, BOTTOM, "rule"));
            out.append(Html.label(x, BOTTOM + 17, "middle", "tick", Numbers.compact(k * spacing)));
        }
        out.append(Html.label((LEFT + RIGHT) / 2, BOTTOM + 33, "middle", "tick", "eigenvalue"));
    }

    private boolean isShown(int i) {
        return i >= 0 && i < density.grid().length && density.density()[i] > Math.pow(10, low);
    }

    private void appendPoint(StringBuilder path, boolean first, int i, double value) {
        path.append(first ? 'M' : 'L').append(Html.at(x(density.grid()[i]))).append(' ')
                .append(Html.at(y(value)));
    }

    private double x(double t) {
        double[] grid = density.grid();
        return LEFT + (RIGHT - LEFT) * (t - grid[0]) / (grid[grid.length - 1] - grid[0]);
    }

    private double y(double value) {
        double log = value > 0 ? Math.clamp(Math.log10(value), low, high) : low;
        return BOTTOM - (BOTTOM - TOP) * (log - low) / (high - low);
    }
}
