package dev.goshawk.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong system property is an error in a line, at every use, and no class is broken by it. */
class WrongPropertyTest {
    /** Asks twice for the default backend with what the properties say, then sets them right. */
    public static final class Program {
        private Program() {
        }

        /** The property to clear comes first. */
        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                try {
                    System.out.println("got " + Backends.defaultBackend().name());
                } catch (IllegalArgumentException e) {
                    System.out.println(e.getMessage());
                }
            }
            System.clearProperty(arguments[0]);
            System.out.println("then " + Backends.defaultBackend().name());
        }
    }

    private static List<String> run(String property, String value) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules", "jdk.incubator.vector", "-D" + property + "=" + value, "-cp", classPath(),
                        Program.class.getName(), property));
        Process java = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, java.waitFor(), printed);
        return printed.lines().toList();
    }

    private static String classPath() {
        try {
            return Path.of(Backends.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                    + java.io.File.pathSeparator
                    + Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({"goshawk.threads,two,expected a number of at least 1, got 'two'",
            "goshawk.threads,0,expected a number of at least 1, got '0'",
            "goshawk.threads,'',expected a number of at least 1, got ''",
            "goshawk.backend,vectr,expected one of"})
    void isRefusedAndCanBeSetRight(String property, String value, String said) throws Exception {
        List<String> lines = run(property, value);
        assertEquals(3, lines.size(), lines.toString());
        assertTrue(lines.get(0).contains(said), lines.get(0));
        assertEquals(lines.get(0), lines.get(1));
        assertEquals("then vector", lines.get(2));
    }

    /** Another backend is not taken in silence where the vectors' width was asked for. */
    @Test
    void aWrongWidthIsAnErrorAtEachUse() throws IOException, InterruptedException {
        String line = "backend 'vector' is not usable: goshawk.vector.bits: expected 128, 256 or 512, got '99'";
        assertEquals(List.of(line, line, "then vector"), run("goshawk.vector.bits", "99"));
    }
}
