package dev.goshawk.cpu;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** The options of the JVM that the vector kernels gain from; {@code bin/jdk.sh} gives them to the commands. */
final class JvmOptions {
    /** A caller of a kernel waits for its compiled form: the interpreter is hundreds of times slower than the wait. */
    private static final String WAIT = "-XX:CompileCommand=BackgroundCompilation,dev.goshawk.cpu.vector.*::*,false";
    /** The compiled form is made after few runs. */
    private static final String SOON = "-XX:CompileCommand=CompileThresholdScaling,dev.goshawk.cpu.vector.*::*,0.03";
    /** Vectors do not lie across cache lines. G1 puts large arrays on lines without it. */
    private static final String ALIGN = "-XX:ObjectAlignmentInBytes=64";

    private JvmOptions() {
    }

    /** Those that this JVM was started without. */
    static List<String> missing() {
        boolean g1 = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .anyMatch(b -> b.getName().startsWith("G1"));
        return missing(ManagementFactory.getRuntimeMXBean().getInputArguments(), g1);
    }

    /** Those that are not among the arguments; an option is there whatever number it gives. */
    static List<String> missing(List<String> arguments, boolean g1) {
        List<String> missing = new ArrayList<>();
        for (String option : g1 ? List.of(WAIT, SOON) : List.of(WAIT, SOON, ALIGN)) {
            String name = option.substring(0, Math.max(option.indexOf(','), option.indexOf('=')));
            if (arguments.stream().noneMatch(a -> a.startsWith(name))) {
                missing.add(option.contains("*") ? "'" + option + "'" : option);
            }
        }
        return missing;
    }
}
