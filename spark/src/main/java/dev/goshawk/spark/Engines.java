package dev.goshawk.spark;

import dev.goshawk.hawq.run.Engine;
import java.util.List;
import java.util.Optional;

/** Executors compute as the driver does, or not at all. */
final class Engines {
    private Engines() {
    }

    /** The options that this process's executors are to be started with. */
    static List<String> forExecutors() {
        return Engine.given().stream().filter(a -> a.startsWith("-XX:") && !a.contains("RAMPercentage")
                || a.startsWith("-Dgoshawk.") || a.startsWith("--add-modules")
                || a.startsWith("--enable-native-access"))
                .toList();
    }

    /** How an executor's engine differs from the driver's; empty if it does not. */
    static Optional<String> difference(Engine driver, Engine other) {
        if (!driver.goshawk().equals(other.goshawk())) {
            return differs("Goshawk " + driver.goshawk(), other.goshawk());
        }
        if (!driver.backend().equals(other.backend())) {
            return differs("the backend " + driver.backend(), other.backend());
        }
        if (driver.lanes() != other.lanes()) {
            return differs("vectors of " + driver.lanes() + " float32 lanes", "" + other.lanes());
        }
        if (!driver.jdk().equals(other.jdk())) {
            return differs("JDK " + driver.jdk(), other.jdk());
        }
        if (!driver.architecture().equals(other.architecture())) {
            return differs("a processor of the kind " + driver.architecture(), other.architecture());
        }
        if (!driver.options().equals(other.options())) {
            List<String> missing = driver.options().stream().filter(o -> !other.options().contains(o)).toList();
            List<String> more = other.options().stream().filter(o -> !driver.options().contains(o)).toList();
            return Optional.of("expected the driver's JVM options, "
                    + (missing.isEmpty() ? "" : String.join(" ", missing) + " missing")
                    + (missing.isEmpty() || more.isEmpty() ? "" : ", ")
                    + (more.isEmpty() ? "" : String.join(" ", more) + " too many"));
        }
        return Optional.empty();
    }

    private static Optional<String> differs(String expected, String got) {
        return Optional.of("expected " + expected + " as the driver has, got " + got);
    }
}
