package dev.goshawk.cpu;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The options of the JVM that the vector kernels gain from: those of {@code bin/jvm.options}, which the commands give. */
final class JvmOptions {
    private static final String RESOURCE = "jvm.options";
    /** Options that a caller of the kernels gains from, whatever else its JVM does; they end at their number. */
    private static final String COMPILER = "-XX:CompileCommand=";
    private static final String QUIET = COMPILER + "quiet";
    private static final String TRAPS = "-XX:PerMethodTrapLimit=";
    /** G1 puts large arrays on cache lines without it. */
    private static final String ALIGN = "-XX:ObjectAlignmentInBytes=";

    private JvmOptions() {
    }

    /** Every option of the file, in order. */
    static List<String> all() {
        try (InputStream in = JvmOptions.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new FileNotFoundException(RESOURCE + " of dev.goshawk.cpu is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(l -> !l.isBlank() && !l.startsWith("#")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Those that this JVM was started without. */
    static List<String> missing() {
        boolean g1 = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .anyMatch(b -> b.getName().startsWith("G1"));
        return missing(ManagementFactory.getRuntimeMXBean().getInputArguments(), g1);
    }

    /** Those that are not among the arguments; an option is there whatever value it gives. */
    static List<String> missing(List<String> arguments, boolean g1) {
        List<String> missing = new ArrayList<>();
        for (String option : all()) {
            boolean number = option.startsWith(ALIGN) && !g1 || option.startsWith(TRAPS);
            if (number || option.startsWith(COMPILER) && !option.equals(QUIET)) {
                int value = number ? option.indexOf('=') : option.indexOf(',', option.indexOf(',') + 1);
                String name = value < 0 ? option : option.substring(0, value);
                if (arguments.stream().noneMatch(a -> a.startsWith(name))) {
                    missing.add(option.contains("*") ? "'" + option + "'" : option);
                }
            }
        }
        return missing;
    }
}
