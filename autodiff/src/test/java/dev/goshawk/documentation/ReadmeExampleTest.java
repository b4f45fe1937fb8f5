package dev.goshawk.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example is compiled and run as it stands there, with tensor-core and autodiff alone on the class path. */
class ReadmeExampleTest {
    @Test
    void theExampleCompilesRunsAndIsRight(@TempDir Path classes) throws Exception {
        String jars = jar(Tensor.class) + File.pathSeparator + jar(HessianVectorProduct.class);
        DocumentedExample.of("README.md", "Example").compile(classes, jars);
        String printed = run(jars + File.pathSeparator + classes);

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

    /** The mean of log(1 + exp(x w)) where x w is 100 and -100: curvature e^-100, not 0 and not NaN. */
    @Test
    void theExampleIsRightWhereItIsSaturated(@TempDir Path classes) throws Exception {
        String jars = jar(Tensor.class) + File.pathSeparator + jar(HessianVectorProduct.class);
        DocumentedExample readme = DocumentedExample.of("README.md", "Example");
        String source = readme.source().replace("1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0",
                "1.0, 2.0, -1.0, 0.5, 1.0, -3.0, -1.0, 4.0").replace("0.1, -0.2", "100.0, 0.0");
        assertTrue(source.contains("100.0, 0.0") && source.contains("-1.0, 4.0"), source);
        new DocumentedExample("Example", source).compile(classes, jars);
        String printed = run(jars + File.pathSeparator + classes);
        double weight = Math.exp(-100) / Math.pow(1 + Math.exp(-100), 2) / 4;
        Matcher column = Pattern.compile("\\[([-0-9.E]+), ([-0-9.E]+)]").matcher(printed);
        assertTrue(column.find(), printed);
        assertEquals(4 * weight, Double.parseDouble(column.group(1)), 1e-13 * weight);
        assertEquals((2 - 0.5 - 3 - 4) * weight, Double.parseDouble(column.group(2)), 1e-13 * weight);
        assertTrue(printed.contains("top eigenvalue 0.000000, residual "), printed);
    }

    private static String jar(Class<?> of) throws URISyntaxException {
        return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    /** In a Java process of its own, which sees nothing of the tests' class path. */
    private static String run(String classPath) throws IOException, InterruptedException {
        Process java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "-cp", classPath, "Example")
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, java.waitFor(), printed);
        return printed;
    }
}
