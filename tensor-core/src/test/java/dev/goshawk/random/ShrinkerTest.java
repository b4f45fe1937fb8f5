package dev.goshawk.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A planted fault is brought down to the op that has it, and printed as Java that has it too. */
class ShrinkerTest {
    private static final RandomRun.Property PLANTED = ShrinkerTest::planted;

    /** Fails where a convolution with groups gives an element above 0.25. */
    private static void planted(Program p) {
        for (int i = 0; i < p.nodes().size(); i++) {
            if (p.nodes().get(i).op() instanceof Op.Conv c && c.geometry().groups() > 1) {
                for (double x : p.evaluate().get(i)) {
                    if (x > 0.25) {
                        throw new AssertionError("planted: " + x);
                    }
                }
            }
        }
    }

    @Test
    void aPlantedFaultShrinksToItsOpAndPrintsAsJava(@TempDir Path folder) throws Exception {
        AssertionError e = assertThrows(AssertionError.class, () -> RandomRun.hold("planted", 1, 60,
                seed -> RandomGraph.of(seed, RandomGraph.Kind.MODERATE), PLANTED));
        String report = e.getMessage().split("\nplanted, seed ")[0];
        assertTrue(report.startsWith("planted, seed "), report);
        assertTrue(report.contains("-Dgoshawk.random.seeds=" + report.substring(14, report.indexOf(':')) + " test"),
                report);
        String statements = report.substring(report.indexOf("Map<String"));
        assertEquals(1, statements.split("new Op\\.").length - 1, report);
        assertEquals(2, statements.split("Value\\.input").length - 1, report);
        assertTrue(statements.length() < 900, report);

        Program printed = compiled(statements, folder);
        assertThrows(AssertionError.class, () -> PLANTED.check(printed));
    }

    /** The program that printed statements trace. */
    private static Program compiled(String statements, Path folder) throws Exception {
        Path source = Files.writeString(folder.resolve("Printed.java"), JavaText.IMPORTS + "public class Printed {\n"
                + "public static Object[] make(DType dtype) {\n" + statements
                + "return new Object[] {graph, bindings};\n}\n}\n");
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-cp",
                System.getProperty("java.class.path"), "-d", folder.toString(), source.toString()));
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()},
                ShrinkerTest.class.getClassLoader())) {
            Method make = loader.loadClass("Printed").getMethod("make", DType.class);
            Object[] made = (Object[]) make.invoke(null, DType.FLOAT64);
            @SuppressWarnings("unchecked")
            Map<String, Tensor> bindings = (Map<String, Tensor>) made[1];
            return Program.of((Graph) made[0], bindings);
        }
    }

    @Test
    void theRangeOfSeedsIsChecked() {
        System.setProperty(RandomRun.SEEDS, "3..x");
        try {
            assertEquals("goshawk.random.seeds: expected a number or A..B, got '3..x'",
                    assertThrows(IllegalArgumentException.class, () -> RandomRun.range(1, 2)).getMessage());
            System.setProperty(RandomRun.SEEDS, "17");
            assertEquals(17, RandomRun.range(1, 2)[1]);
        } finally {
            System.clearProperty(RandomRun.SEEDS);
        }
    }
}
