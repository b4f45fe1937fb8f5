package dev.goshawk.hawq.report;

import dev.goshawk.hawq.report.chart.DensityChart;
import dev.goshawk.hawq.report.chart.Html;
import dev.goshawk.hawq.report.chart.LogAxis;
import dev.goshawk.hawq.report.chart.RowChart;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.operator.LinearOperator;
import dev.goshawk.spectral.estimate.DensityOptions;
import dev.goshawk.spectral.estimate.SpectralDensity;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class CurvaturePageTest {
    private static SpectralDensity density() {
        double[][] diagonal = new double[60][60];
        for (int i = 0; i < 60; i++) {
            diagonal[i][i] = i == 59 ? 10 : 0.01 * i;
            diagonal[i][(i + 1) % 60] += 0.2;
            diagonal[(i + 1) % 60][i] += 0.2;
        }
        return SpectralDensity.of(LinearOperator.dense(diagonal),
                DensityOptions.defaults().withProbes(4).withSteps(20).withPoints(200));
    }

    private static CurvaturePage page() {
        return new CurvaturePage("Spectrum of <x>", "at & 3 images").density("Density", density(), 60)
                .rows("Trace", "bars", List.of(new CurvaturePage.Row("a", List.of(100.0, -10.0), 20),
                        new CurvaturePage.Row("b", List.of(-2.0), 3)))
                .fact("Seed", "0");
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    }

    @Test
    void theSvgIsXmlWithPlainColors() throws Exception {
        String svg = page().svg();
        assertEquals("svg", parse(svg).getDocumentElement().getTagName());
        assertFalse(svg.contains("var(--"), "programs that know no variables draw it too");
        assertTrue(svg.contains(".band{fill:#1d5fbf;opacity:.2}"), svg);
    }

    @Test
    void everythingIsDrawnInsideThePicture() throws Exception {
        Html.Drawing drawing = DensityChart.draw("d", density(), 60);
        List<double[]> points = Pattern.compile("[ML](-?[0-9.]+) (-?[0-9.]+)").matcher(drawing.content()).results()
                .map(CurvaturePageTest::point).toList();
        assertTrue(points.size() > 2 * 200 + 20 && points.size() < 3 * 200,
                "both sides of the band, and the density where it is above the axis: " + points.size());
        String curve = drawing.content().replaceAll("(?s).*<title>density</title><path d=\"([^\"]*)\".*", "$1");
        assertTrue(curve.startsWith("M") && curve.split("M").length > 2, "the pen is lifted: " + curve);
        for (double[] p : points) {
            assertTrue(p[0] >= 46 && p[0] <= 425 && p[1] >= 14 && p[1] <= 264, p[0] + " " + p[1]);
        }
        // The eigenvalue at 10 stands alone: near its place the density is about as high as the line of one eigenvalue.
        double line = Double.parseDouble(drawing.content().replaceAll("(?s).*<title>one eigenvalue</title>"
                + "<line x1=\"[0-9.]+\" y1=\"([0-9.]+)\".*", "$1"));
        double peak = points.subList(400, points.size()).stream().filter(p -> p[0] > 380).mapToDouble(p -> p[1]).min()
                .orElseThrow();
        assertEquals(line, peak, 25);
    }

    private static double[] point(MatchResult m) {
        return new double[] {Double.parseDouble(m.group(1)), Double.parseDouble(m.group(2))};
    }

    @Test
    void errorsAreBarsOnTheLogarithmicAxis() {
        String svg = RowChart.draw("d", List.of(new RowChart.Row("a", 100.0, null, 20, List.of(-10.0)),
                new RowChart.Row("b", -2.0, null, 3, List.of())));
        assertTrue(svg.contains("<title>a: 100 \u00b1 20, \u221210</title>"), svg);
        // From 1 to 1000, 100 +- 20 with both ends, -2 +- 3 with the outer one alone.
        assertEquals(5, Pattern.compile("class=\"whisker\"").matcher(svg).results().count());
        assertEquals(1, Pattern.compile("class=\"dot faint hollow\"").matcher(svg).results().count());
        assertEquals(1, Pattern.compile("class=\"dot hollow\"").matcher(svg).results().count());
        // a logarithmic axis has no place for 0
        String zeros = RowChart.draw("d", List.of(new RowChart.Row("a", 0.0, null, 0, List.of(0.0, -0.0))));
        assertEquals(0, Pattern.compile("class=\"dot").matcher(zeros).results().count());
        LogAxis axis = RowChart.axis(List.of(new RowChart.Row("a", 100.0, null, 99.9, List.of(1e-4)),
                new RowChart.Row("b", null, null)));
        assertEquals(new LogAxis(-5, 3), axis);
    }

    @Test
    void thePageSaysHowItWasMade(@TempDir Path folder) throws IOException {
        Path html = folder.resolve("new/page.HTML");
        page().write(html);
        String text = Files.readString(html);
        assertTrue(text.startsWith("<!DOCTYPE html>") && text.contains("<h1>Spectrum of &lt;x&gt;</h1>")
                && text.contains("at &amp; 3 images") && text.contains("<dt>Seed</dt><dd>0</dd>")
                && text.contains("logarithmic axis; bars; hollow where negative"), text);
        Path svg = folder.resolve("page.svg");
        page().write(svg);
        assertTrue(Files.readString(svg).startsWith("<svg xmlns="));
        assertTrue(CurvaturePage.isPage(html) && CurvaturePage.isPage(svg) && !CurvaturePage.isPage(folder));
    }
}
