package dev.goshawk.hawq.run;

import dev.goshawk.backend.Backend;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What decides the bits of a process's results.
 *
 * @param goshawk the build, {@code 0.1.0 (code 3f29a1c4)}
 * @param backend its name
 * @param lanes float32 numbers in a vector of its kernels, 0 where there are none
 * @param jdk its version
 * @param architecture the processor's
 * @param options of the JVM that change what is computed or how it is compiled, sorted
 */
public record Engine(String goshawk, String backend, int lanes, String jdk, String architecture, List<String> options)
        implements
            Serializable {
    /** Memory, threads, collectors, what to do after an error, and how much the compiler assumes: these may differ. */
    private static final Pattern IRRELEVANT = Pattern.compile("-Dgoshawk\\.(threads|backend)=.*"
            + "|-XX:[+-]?(Use\\w*GC|IgnoreUnrecognizedVMOptions"
            + "|\\w*RAMPercentage.*|\\w*RAM=.*|UseTransparentHugePages|\\w*OutOfMemoryError.*|HeapDump.*|\\w*GCThreads.*"
            + "|ErrorFile.*|(Max|Initial|SoftMax)?(Heap|New|Metaspace|DirectMemory|CodeCache|ReservedCodeCache|CompressedClassSpace|G1HeapRegion)"
            + "Size=.*|NewRatio=.*|PerMethodTrapLimit=.*|SurvivorRatio=.*|MaxGCPauseMillis=.*|AlwaysPreTouch"
            + "|ReservedCodeCacheSize.*|FlightRecorder.*|StartFlightRecording.*|ActiveProcessorCount.*)");
    /** Name of the build among the values. */
    static final String GOSHAWK = "Goshawk";
    static final String LANES = "float32 lanes";
    private static final Pattern SWITCH = Pattern.compile("-XX:([+-])(\\w+)");

    /** Copies the list. */
    public Engine {
        options = List.copyOf(options);
    }

    /** This process's. */
    public static Engine here(Backend backend) {
        return new Engine(Build.here(backend), backend.name(), backend.floatLanes().orElse(0),
                Runtime.version().toString(),
                System.getProperty("os.arch", ""), relevant(given()));
    }

    /** All options that this process's JVM was started with. */
    public static List<String> given() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }

    /** Those of a JVM's options that may change a result, sorted. */
    public static List<String> relevant(List<String> arguments) {
        return arguments.stream()
                .filter(a -> a.startsWith("-XX:") || a.startsWith("-Dgoshawk.") || a.equals("-Xint")
                        || a.equals("-Xcomp"))
                .filter(a -> !IRRELEVANT.matcher(a).matches())
                .sorted().distinct().toList();
    }

    /** All but the backend as settings that a result depends on, by name, an option of the JVM under its own. */
    public Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(GOSHAWK, goshawk);
        for (String option : options) {
            Matcher turned = SWITCH.matcher(option);
            int equals = option.indexOf('=');
            if (turned.matches()) {
                values.put("-XX:" + turned.group(2), turned.group(1).equals("+") ? "on" : "off");
            } else if (equals < 0) {
                values.put(option, "on");
            } else {
                values.merge(option.substring(0, equals), option.substring(equals + 1), (a, b) -> a + " " + b);
            }
        }
        values.put("JDK", jdk);
        values.put("processor", architecture);
        // After what they may follow from.
        values.put(LANES, Integer.toString(lanes));
        return values;
    }
}
