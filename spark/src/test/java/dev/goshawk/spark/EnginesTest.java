package dev.goshawk.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.hawq.run.Engine;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EnginesTest {
    private static final Engine DRIVER = new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64",
            List.of("-XX:UseAVX=3"));

    @Test
    void whatDecidesTheBitsMayNotDiffer() {
        assertEquals(Optional.empty(), Engines.difference(DRIVER, DRIVER));
        assertEquals("expected the backend vector as the driver has, got reference",
                difference("reference", 0, "25.0.3", "amd64", "-XX:UseAVX=3"));
        assertEquals("expected vectors of 16 float32 lanes as the driver has, got 8",
                difference("vector", 8, "25.0.3", "amd64", "-XX:UseAVX=3"));
        assertEquals("expected JDK 25.0.3 as the driver has, got 26",
                difference("vector", 16, "26", "amd64", "-XX:UseAVX=3"));
        assertEquals("expected a processor of the kind amd64 as the driver has, got aarch64",
                difference("vector", 16, "25.0.3", "aarch64", "-XX:UseAVX=3"));
        assertEquals("expected the driver's JVM options, -XX:UseAVX=3 missing, -XX:UseAVX=2 too many",
                difference("vector", 16, "25.0.3", "amd64", "-XX:UseAVX=2"));
    }

    private static String difference(String backend, int lanes, String jdk, String architecture, String option) {
        return Engines
                .difference(DRIVER, new Engine("1.0 (code a)", backend, lanes, jdk, architecture, List.of(option)))
                .orElse("none");
    }
}
