package dev.goshawk.spark;

import dev.goshawk.backend.Backend;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What decides the bits of a process's results.
 *
 * @param backend its name
 * @param lanes float32 numbers in a vector of its kernels, 0 where there are none
 * @param jdk its version
 * @param architecture the processor's
 * @param options of the JVM that change what is computed or how it is compiled, sorted
 */
record Engine(String backend, int lanes, String jdk, String architecture, List<String> options)
        implements
            Serializable {
    /** Memory, collectors and what to do after an error: these may differ. */
    private static final Pattern IRRELEVANT = Pattern.compile("-XX:[+-]?(Use\\w*GC|IgnoreUnrecognizedVMOptions"
            + "|\\w*RAMPercentage.*|\\w*RAM=.*|UseTransparentHugePages|\\w*OutOfMemoryError.*|HeapDump.*|\\w*GCThreads.*"
            + "|ErrorFile.*|(Max|Initial)?(Heap|New|Metaspace|DirectMemory|CodeCache|ReservedCodeCache)Size=.*"
            + "|ReservedCodeCacheSize.*|FlightRecorder.*|StartFlightRecording.*|ActiveProcessorCount.*)");

    Engine {
        options = List.copyOf(options);
    }

    /** This process's. */
    static Engine here(Backend backend) {
        return new Engine(backend.name(), backend.floatLanes().orElse(0), Runtime.version().toString(),
                System.getProperty("os.arch", ""), relevant(given()));
    }

    private static List<String> given() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }

    static List<String> relevant(List<String> arguments) {
        return arguments.stream()
                .filter(a -> a.startsWith("-XX:") && !IRRELEVANT.matcher(a).matches() || a.startsWith("-Dgoshawk.")
                        || a.equals("-Xint") || a.equals("-Xcomp"))
                .sorted().distinct().toList();
    }

    /** The options that this process's executors are to be started with. */
    static List<String> forExecutors() {
        return given().stream().filter(a -> a.startsWith("-XX:") && !a.contains("RAMPercentage")
                || a.startsWith("-Dgoshawk.") || a.startsWith("--add-modules")
                || a.startsWith("--enable-native-access"))
                .toList();
    }

    /** How another process's engine differs from this, the driver's; empty if it does not. */
    Optional<String> difference(Engine other) {
        if (!backend.equals(other.backend)) {
            return differs("the backend " + backend, other.backend);
        }
        if (lanes != other.lanes) {
            return differs("vectors of " + lanes + " float32 lanes", "" + other.lanes);
        }
        if (!jdk.equals(other.jdk)) {
            return differs("JDK " + jdk, other.jdk);
        }
        if (!architecture.equals(other.architecture)) {
            return differs("a processor of the kind " + architecture, other.architecture);
        }
        if (!options.equals(other.options)) {
            List<String> missing = options.stream().filter(o -> !other.options.contains(o)).toList();
            List<String> more = other.options.stream().filter(o -> !options.contains(o)).toList();
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
