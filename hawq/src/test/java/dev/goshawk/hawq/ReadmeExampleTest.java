package dev.goshawk.hawq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example a reader copies from the README is compiled and run as it stands there. */
class ReadmeExampleTest {
    @Test
    void theExampleCompilesRunsAndIsRight(@TempDir Path classes) throws Exception {
        String printed = DocumentedExample.of("README.md", "Example").run(classes);

        // Closed form: the mean of s(1-s) x x' over the rows, s the logistic function of x.w.
        double[][] rows = {{1, 2}, {3, 4}, {5, 6}, {7, 8}};
        double a = 0;
        double b = 0;
        double d = 0;
        for (double[] x : rows) {
            double s = 1 / (1 + Math.exp(-(0.1 * x[0] - 0.2 * x[1])));
            double weight = s * (1 - s) / rows.length;
            a += weight * x[0] * x[0];
            b += weight * x[0] * x[1];
            d += weight * x[1] * x[1];
        }
        double top = (a + d) / 2 + Math.sqrt((a - d) * (a - d) / 4 + b * b);

        Matcher column = Pattern.compile("\\[([-0-9.E]+), ([-0-9.E]+)]").matcher(printed);
        assertTrue(column.find(), printed);
        assertEquals(a, Double.parseDouble(column.group(1)), 1e-14);
        assertEquals(b, Double.parseDouble(column.group(2)), 1e-14);
        Matcher value = Pattern.compile("top eigenvalue ([0-9.]+)").matcher(printed);
        assertTrue(value.find(), printed);
        assertEquals(top, Double.parseDouble(value.group(1)), 1e-6);
    }
}
