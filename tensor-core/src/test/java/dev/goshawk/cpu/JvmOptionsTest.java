package dev.goshawk.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class JvmOptionsTest {
    @Test
    void namesWhatIsMissing() {
        assertEquals(
                List.of("'-XX:CompileCommand=BackgroundCompilation,dev.goshawk.cpu.vector.*::*,false'",
                        "'-XX:CompileCommand=CompileThresholdScaling,dev.goshawk.cpu.vector.*::*,0.03'",
                        "-XX:ObjectAlignmentInBytes=64"),
                JvmOptions.missing(List.of("-Xmx4g"), false));
        assertEquals(List.of("-XX:ObjectAlignmentInBytes=64"), JvmOptions.missing(
                List.of("-XX:CompileCommand=BackgroundCompilation,dev.goshawk.cpu.vector.*::*,false",
                        "-XX:CompileCommand=CompileThresholdScaling,dev.goshawk.cpu.vector.*::*,0.1"),
                false));
        assertEquals(2, JvmOptions.missing(List.of(), true).size());
    }

    @Test
    void theCommandsGiveThem() throws IOException {
        for (String file : List.of("../bin/jdk.sh", "../cuda-backend/check-on-gpu", "../pom.xml")) {
            String text = Files.readString(Path.of(file));
            for (String option : JvmOptions.missing(List.of(), false)) {
                assertTrue(text.contains(option.replace("'", "")), file + " lacks " + option);
            }
        }
    }
}
