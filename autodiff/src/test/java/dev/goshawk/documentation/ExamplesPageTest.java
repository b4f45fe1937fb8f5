package dev.goshawk.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tasks of docs/examples.md, compiled and run as one program that then compares each result with a dense reference. */
class ExamplesPageTest {
    private static final int LONGEST = 10;

    /** Behind the page's own lines. */
    private static final String CHECKS = """
            interface Check { static void near(double a, double b) { org.junit.jupiter.api.Assertions.assertEquals(a, b, 1e-9); } }
            double[][] dense = h.toDense();
            int n = h.size();
            dev.goshawk.spectral.dense.SymmetricEigen eigen = dev.goshawk.spectral.dense.SymmetricEigen.of(dense, n);
            double least = 1e9, sum = 0;
            for (int i = 0; i < n; i++) { least = Math.min(least, eigen.value(i)); sum += eigen.value(i); }
            Check.near(least, smallest.eigenvalue());
            for (int i = 0; i < n; i++) {
                double back = 0.5 * newton.x()[i];
                for (int j = 0; j < n; j++) { back += dense[i][j] * newton.x()[j]; }
                Check.near(h.gradient()[i], back);
            }
            org.junit.jupiter.api.Assertions.assertEquals(sum / n / density.norm(), density.moments()[0], 4 * density.momentErrors()[0] + 1e-12);
            org.junit.jupiter.api.Assertions.assertTrue(band.low() <= band.high());
            org.junit.jupiter.api.Assertions.assertArrayEquals(new double[][] {{12, 0}, {0, 27}}, jacobian);
            // J' (2 / 30) J of y = tanh(x w), and the part of w's own
            double[][] g = new double[n][n];
            for (int r = 0; r < 10; r++) {
                for (int c = 0; c < 3; c++) {
                    double s = 0;
                    for (int k = 0; k < 4; k++) { s += at.get("x").get(4 * r + k) * at.get("w").get(3 * k + c); }
                    double slope = 1 - Math.tanh(s) * Math.tanh(s);
                    for (int i = 0; i < 4; i++) { for (int j = 0; j < 4; j++) {
                        g[3 * i + c][3 * j + c] += 2.0 / 30 * slope * slope * at.get("x").get(4 * r + i) * at.get("x").get(4 * r + j);
                    } }
                }
            }
            double[][] gn = gaussNewton.toDense();
            for (int i = 0; i < n; i++) { for (int j = 0; j < n; j++) { Check.near(g[i][j], gn[i][j]); } }
            dev.goshawk.spectral.dense.SymmetricEigen ge = dev.goshawk.spectral.dense.SymmetricEigen.of(g, n);
            double most = 0;
            for (int i = 0; i < n; i++) { most = Math.max(most, ge.value(i)); }
            Check.near(most, sharpest.eigenvalue());
            for (int v = 0; v < 5; v++) { for (int i = 0; i < n; i++) {
                double p = 0;
                for (int j = 0; j < n; j++) { p += dense[i][j] * vectors[v][j]; }
                Check.near(p, products[v][i]);
            } }
            // Huber's by differences of its gradient
            double[][] hd = huber.toDense();
            double step = 1e-5;
            Map<String, Tensor> up = new HashMap<>(at), down = new HashMap<>(at);
            up.put("w", at.get("w").copy()); down.put("w", at.get("w").copy());
            up.get("w").set(5, up.get("w").get(5) + step); down.get("w").set(5, down.get("w").get(5) - step);
            Value own = y.square().add(1).sqrt().subtract(1).sum();
            double[] gu = Curvature.hessian(own, List.of(w), up).gradient(), gd = Curvature.hessian(own, List.of(w), down).gradient();
            for (int i = 0; i < n; i++) { org.junit.jupiter.api.Assertions.assertEquals((gu[i] - gd[i]) / (2 * step), hd[i][5], 1e-8); }
            for (int b = 0; b < 16; b++) { for (int i = 0; i < 8; i++) {
                for (int c = 0; c < 3; c++) {
                    double p = 0;
                    for (int k = 0; k < 4; k++) { p += heads.get((8 * b + i) * 4 + k) * at.get("w").get(3 * k + c); }
                    Check.near(p, shared.get((8 * b + i) * 3 + c));
                }
                for (int j = 0; j < 8; j++) {
                    double p = 0;
                    for (int k = 0; k < 4; k++) { p += heads.get((8 * b + i) * 4 + k) * heads.get((8 * b + j) * 4 + k); }
                    Check.near(p, scores.get((8 * b + i) * 8 + j));
                }
            } }
            for (int c = 0; c < 4; c++) {
                double total = 0;
                for (int r = 0; r < 10; r++) { total += Math.exp(rows.get(4 * r + c)); }
                for (int r = 0; r < 10; r++) { Check.near(Math.exp(rows.get(4 * r + c)) / total, shares.get(4 * r + c)); }
            }
            for (int r = 0; r < 10; r++) {
                double mean = 0, variance = 0;
                for (int c = 0; c < 4; c++) { mean += rows.get(4 * r + c) / 4; }
                for (int c = 0; c < 4; c++) { variance += Math.pow(rows.get(4 * r + c) - mean, 2) / 4; }
                for (int c = 0; c < 4; c++) { Check.near((rows.get(4 * r + c) - mean) / Math.sqrt(variance + 1e-5), normalized.get(4 * r + c)); }
            }
            double[] counts = {0, 0, 1, 1, 0, 0, 0, 0, 2, 2};
            org.junit.jupiter.api.Assertions.assertArrayEquals(counts, gathered.toDoubles());
            org.junit.jupiter.api.Assertions.assertArrayEquals(counts, embedded.toDoubles());
            // sin cos = sin(2x) / 2; erf''' = 2 / sqrt(pi) (4x^2 - 2) exp(-x^2); softplus''' = s (1 - s) (1 - 2s)
            double s = 1 / (1 + Math.exp(-0.7));
            Check.near(-4 * Math.cos(1.4) + 2 / Math.sqrt(Math.PI) * (4 * 0.49 - 2) * Math.exp(-0.49) + 6 + s * (1 - s) * (1 - 2 * s), third);
            Check.near(-1.0 / 3, hole);
            Check.near(3 - 10 + 3.5, sliced);
            org.junit.jupiter.api.Assertions.assertArrayEquals(new double[] {2, 5, 10, 17}, running.toDoubles());
            System.out.println("all compared");
            """;

    @Test
    void everyTaskHasItsDenseReference(@TempDir Path classes) throws Exception {
        DocumentedExample page = DocumentedExample.all("docs/examples.md", "Examples");
        int end = page.source().lastIndexOf("}}");
        String printed = new DocumentedExample("Examples", page.source().substring(0, end) + CHECKS + "}}\n")
                .run(classes);
        assertEquals("all compared", printed.strip());
    }

    @Test
    void aTaskTakesAFewLines() throws Exception {
        String page = Files.readString(DocumentedExample.project().resolve("docs/examples.md"));
        String[] tasks = page.split("(?m)^\\*\\*\\d+\\. ");
        assertEquals(12, tasks.length - 1);
        for (int i = 1; i < tasks.length; i++) {
            String code = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(tasks[i]).results()
                    .map(m -> m.group(1)).reduce("", String::concat);
            long lines = code.lines().count();
            assertTrue(lines > 0 && lines <= LONGEST, i + ": " + lines + " lines");
        }
    }
}
