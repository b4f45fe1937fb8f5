package dev.goshawk.hawq.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/** Known defects of JDKs that make vector code wrong. An update of a JDK may have one mended that its feature release had. */
final class JdkDefects {
    private static final String COMPACT_HEADERS = "-XX:+UseCompactObjectHeaders";

    private JdkDefects() {
    }

    /**
     * A line for each defect that a JVM may have, with what it means here.
     *
     * @param version its version
     * @param architecture as {@code os.arch} gives it
     * @param arguments that it was started with
     */
    static List<String> of(Runtime.Version version, String architecture, List<String> arguments) {
        List<String> found = new ArrayList<>();
        boolean intel = architecture.equals("amd64") || architecture.equals("x86_64");
        if (version.feature() >= 24 && version.feature() <= 26 && intel) {
            found.add(
                    "JDK-8384963 (products of 64-bit integer vectors, one of them masked by a negative constant): goshawk's"
                            + " kernels have none");
        }
        if (version.feature() <= 26 && intel) {
            found.add("JDK-8378250 (product of a vector's bytes): goshawk's kernels take none");
        }
        if (version.feature() == 27 && version.pre().isPresent()) {
            found.add(
                    "JDK-8386155 (constants in vectors of bytes and shorts) may not be mended in this early build: goshawk's"
                            + " integer kernels have such vectors, use a released JDK");
        }
        if (enabled(COMPACT_HEADERS, arguments)) {
            found.add("JDK-8380060: leave out " + COMPACT_HEADERS);
        }
        return found;
    }

    /** The last of the arguments that switch an option on or off counts. */
    private static boolean enabled(String option, List<String> arguments) {
        int on = arguments.lastIndexOf(option);
        return on >= 0 && on > arguments.lastIndexOf(option.replace(":+", ":-"));
    }
}
