package dev.goshawk.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class JvmOptionsTest {
    @Test
    void namesWhatIsMissing() {
        assertEquals(
                List.of("'-XX:CompileCommand=BackgroundCompilation,dev.goshawk.cpu.kernel.*::*,false'",
                        "'-XX:CompileCommand=CompileThresholdScaling,dev.goshawk.cpu.kernel.*::*,0.03'",
                        "'-XX:CompileCommand=dontinline,*FloatElements::*'",
                        "'-XX:CompileCommand=dontinline,*DoubleElements::*'",
                        "'-XX:CompileCommand=dontinline,*FunctionLanes::*'", "-XX:PerMethodTrapLimit=10000",
                        "-XX:ObjectAlignmentInBytes=64"),
                JvmOptions.missing(List.of("-Xmx4g"), false));
        assertEquals(List.of("-XX:ObjectAlignmentInBytes=64"), JvmOptions.missing(
                List.of("-XX:CompileCommand=BackgroundCompilation,dev.goshawk.cpu.kernel.*::*,false",
                        "-XX:CompileCommand=CompileThresholdScaling,dev.goshawk.cpu.kernel.*::*,0.1",
                        "-XX:CompileCommand=dontinline,*FloatElements::*",
                        "-XX:CompileCommand=dontinline,*DoubleElements::*",
                        "-XX:CompileCommand=dontinline,*FunctionLanes::*", "-XX:PerMethodTrapLimit=4000"),
                false));
        assertEquals(7,
                JvmOptions.missing(List.of("-XX:CompileCommand=dontinline,java.util.*::*"), false).size());
        assertEquals(6, JvmOptions.missing(List.of(), true).size());
    }

    /** The build gives its tests what the file holds, and the file is what the class path has. */
    @Test
    void theBuildReadsTheFile() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../bin/jvm.options"));
        assertEquals(lines.stream().filter(l -> !l.isBlank() && !l.startsWith("#")).toList(), JvmOptions.all());
        assertEquals(List.of(), JvmOptions.missing());
        assertTrue(ManagementFactory.getRuntimeMXBean().getInputArguments().containsAll(JvmOptions.all()),
                "given: " + ManagementFactory.getRuntimeMXBean().getInputArguments());
    }

    /** One file of options, one place for the oldest JDK. */
    @Test
    void nobodyElseHasACopy() throws IOException {
        for (String file : List.of("bin/goshawk", "bin/jdk.sh", "cuda-backend/check-on-gpu", "jmh-benchmarks/compare",
                "pom.xml", "docs/performance.md")) {
            String text = Files.readString(Path.of("..", file));
            for (String option : JvmOptions.missing(List.of(), false)) {
                assertFalse(text.contains(option.replace("'", "")), file + " has a copy of " + option);
            }
        }
    }
}
