package dev.goshawk.weights;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The optional folder of public checkpoints and images; tests that need it are skipped where it is absent. */
public final class GoshawkData {
    private GoshawkData() {
    }

    /** The folder, or a skipped test. */
    public static Path require() {
        Path found = locate();
        assumeTrue(Files.isDirectory(found.resolve("checkpoints")),
                "skipped: no development data (set -Dgoshawk.data or GOSHAWK_DATA to its folder)");
        return found;
    }

    private static Path locate() {
        String named = System.getProperty("goshawk.data", System.getenv().getOrDefault("GOSHAWK_DATA", ""));
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        Path start = Path.of("").toAbsolutePath();
        for (Path p = start; p != null; p = p.getParent()) {
            Path candidate = p.resolve("shared").resolve("data");
            if (Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        return start;
    }
}
