package dev.goshawk.hawq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example a reader copies from the README is compiled and run as it stands there. */
class ReadmeExampleTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void theExampleCompilesRunsAndIsRight(@TempDir Path classes) throws Exception {
        Matcher block = BLOCK.matcher(Files.readString(readme()));
        assertTrue(block.find(), "README.md has a java block");
        String printed = run(block.group(1), classes);

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

    private static String run(String source, Path classes) throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        SimpleJavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Example.java"),
                SimpleJavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        List<String> options = List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
        assertTrue(compiler.getTask(null, null, null, options, null, List.of(file)).call(), "the example compiles");
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()},
                ReadmeExampleTest.class.getClassLoader());
                PrintStream captured = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            System.setOut(captured);
            loader.loadClass("Example").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Path readme() throws IOException {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("README.md")) && Files.exists(at.resolve("tensor-core"))) {
                return at.resolve("README.md");
            }
        }
        throw new IOException("README.md of the project not found above " + Path.of("").toAbsolutePath());
    }
}
