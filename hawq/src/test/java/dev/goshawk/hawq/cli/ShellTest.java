package dev.goshawk.hawq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A script in the JDK's shell, with what bin/goshawk imports. */
class ShellTest {
    @Test
    void threeLinesAreEnough(@TempDir Path folder) throws Exception {
        Path script = Files.write(folder.resolve("script.jsh"), List.of(
                "var h = Derivatives.hessian(x -> x.square().sum().exp(), Tensor.of(Shape.of(2), 0.0, 1.0));",
                "System.out.printf(\"%.9f %.9f%n\", h[0][0] / Math.E, new Lanczos().top(LinearOperator.dense(h),"
                        + " EigenOptions.defaults().withTolerance(1e-12)).eigenvalue() / Math.E);",
                "/exit"));
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jshell").toString(),
                "-R--add-modules=jdk.incubator.vector", "--class-path", System.getProperty("java.class.path"),
                "--startup", "DEFAULT", "--startup", Path.of("..", "bin", "imports.jsh").toString(),
                script.toString())
                .redirectInput(ProcessBuilder.Redirect.from(Files.createFile(folder.resolve("empty")).toFile()))
                .redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        // f = exp(x^2 + y^2) at (0, 1): diagonal 2 f and (2 + 4 y^2) f
        assertEquals("2.000000000 6.000000000", printed.strip().lines().reduce((_, last) -> last).orElse(""), printed);
    }
}
