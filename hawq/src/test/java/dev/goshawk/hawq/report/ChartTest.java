package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.chart.LineChart;
import dev.goshawk.hawq.report.chart.Numbers;
import dev.goshawk.hawq.report.chart.LogAxis;
import dev.goshawk.hawq.report.chart.RowChart;
import dev.goshawk.hawq.report.chart.ScatterChart;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ChartTest {
    private static RowChart.Row row(double value) {
        return new RowChart.Row("b", value, null);
    }

    @Test
    void logarithmicAxisSpansWholeDecades() {
        LogAxis axis = RowChart.axis(List.of(row(-0.02), row(300), row(0)));
        assertEquals(new LogAxis(-2, 3), axis);
        assertEquals(0, axis.position(0));
        assertEquals(0.4, axis.position(1), 1e-12);
        assertEquals(1, axis.position(Double.POSITIVE_INFINITY));
        assertEquals(new LogAxis(0, 1), RowChart.axis(List.of(row(0))));
        // a power of ten keeps a margin on both sides
        assertEquals(new LogAxis(-1, 1), RowChart.axis(List.of(row(1))));
    }

    @Test
    void accuraciesAreLogarithmicInTheErrors() {
        String svg = ScatterChart.draw("d", "kB", List.of(new ScatterChart.Point("all right", 1, 100, 100, 100),
                new ScatterChart.Point("good", 1, 99, 99, 99), new ScatterChart.Point("bad", 2, 50, 40, 60)));
        // 100 % lies at the mark of 99.9; 40 % needs the mark of 0
        assertTrue(svg.contains(">99.9</text>") && svg.contains(">0</text>"), svg);
        double[] y = Pattern.compile("cy=\"([0-9.]+)\"").matcher(svg).results()
                .mapToDouble(m -> Double.parseDouble(m.group(1))).toArray();
        assertEquals(14, y[0]);
        assertEquals(14 + 250 / 3.0, y[1], 0.05);
        assertEquals(14 + 250 * Math.log10(500) / 3, y[2], 0.05);
        String narrow = ScatterChart.draw("d", "kB", List.of(new ScatterChart.Point("a", 1, 96.5, 96.5, 96.5)));
        assertTrue(narrow.contains(">98</text>") && narrow.contains(">95</text>") && !narrow.contains(">90</text>"));
    }

    @Test
    void longNamesAreShortenedAndKeptInTheTitle() {
        String name = "features.stage3.unit12.body";
        String svg = RowChart.draw("d", List.of(new RowChart.Row(name, 1.0, 4)));
        assertTrue(svg.contains("<title>" + name + ": 1</title>"));
        assertTrue(svg.contains(">features.stage3.uni\u2026<"));
    }

    @Test
    void curvePassesThroughItsPoints() {
        LineChart.Series s = new LineChart.Series("a", "s0", List.of(1., 2., 3., 4., 5.),
                Arrays.asList(0.0, null, 10.0, Double.NaN, 5.0));
        String svg = LineChart.draw("d", List.of(s), List.of(), null, v -> Numbers.fixed(v, 0));
        // 386 units for 5 epochs, 250 for 0..10; a gap where the value is not a number
        assertTrue(svg.contains("d=\"M118.8 264.0L264.4 14.0M410.0 139.0\""), svg);
    }

    @Test
    void ticksAreRound() {
        assertEquals(2, LineChart.tickStep(9), 1e-12);
        assertEquals(0.1, LineChart.tickStep(0.5), 1e-12);
        assertEquals(20, LineChart.tickStep(100), 1e-12);
        assertEquals(1, LineChart.tickStep(0));
    }

    @Test
    void numbersForPeople() {
        assertEquals("\u22120.934", Numbers.compact(-0.9341));
        assertEquals("6.84\u00b710\u207b\u2074", Numbers.compact(6.841e-4));
        assertEquals("13,824", Numbers.compact(13_824.0));
        assertEquals("1,000", Numbers.compact(999.7));
        assertEquals("1.20\u00b710\u2077", Numbers.compact(1.2e7));
        assertEquals("0", Numbers.compact(0.0));
        assertEquals("NaN", Numbers.compact(Double.NaN));
        assertEquals("\u2013", Numbers.compact(null));
        assertEquals("0.000001", Numbers.exact(1e-6));
    }
}
