package dev.goshawk.hawq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineTest {
    private static final Path FILE = Path.of("x.json.parts");

    @Test
    void memoryThreadsAndCollectorsMayDiffer() {
        assertEquals(List.of("-Dgoshawk.vector.bits=256", "-XX:ObjectAlignmentInBytes=64", "-XX:UseAVX=2"),
                Engine.relevant(List.of("-Xmx2g", "-XX:+UseParallelGC", "-XX:MaxRAMPercentage=70", "-XX:UseAVX=2",
                        "-XX:OnOutOfMemoryError=kill %p", "-XX:+IgnoreUnrecognizedVMOptions", "-Dspark.driver.port=1",
                        "-XX:+ExitOnOutOfMemoryError", "-XX:ObjectAlignmentInBytes=64", "-XX:MaxMetaspaceSize=1g",
                        "-Dgoshawk.backend=vector", "-Dgoshawk.threads=2", "-Dgoshawk.vector.bits=256",
                        "--add-modules=jdk.incubator.vector")));
    }

    private static String refusal(Engine before, Engine now) {
        RunSettings settings = new RunSettings("then", "goshawk spectrum", Map.of(), Map.of(), before.values());
        return assertThrows(IOException.class, () -> settings.requireEngine(FILE, now.values())).getMessage();
    }

    @Test
    void aDifferenceIsNamedWithWhatWasAndWhatIs() throws IOException {
        Engine before = new Engine("vector", 16, "25.0.3", "amd64", List.of("-XX:UseAVX=3"));
        new RunSettings("then", "", Map.of(), Map.of(), before.values()).requireEngine(FILE, before.values());
        assertEquals("x.json.parts: cannot be resumed with float32 lanes 8, it was started with 16",
                refusal(before, new Engine("vector", 8, "25.0.3", "amd64", before.options())));
        assertEquals("x.json.parts: cannot be resumed with JDK 26, it was started with 25.0.3",
                refusal(before, new Engine("vector", 16, "26", "amd64", before.options())));
        assertEquals("x.json.parts: cannot be resumed with processor aarch64, it was started with amd64",
                refusal(before, new Engine("vector", 16, "25.0.3", "aarch64", before.options())));
        assertEquals("x.json.parts: cannot be resumed with -XX:UseAVX 2, it was started with 3",
                refusal(before, new Engine("vector", 16, "25.0.3", "amd64", List.of("-XX:UseAVX=2"))));
        assertEquals("x.json.parts: cannot be resumed with -XX:UseFMA off, it was started with none",
                refusal(before, new Engine("vector", 16, "25.0.3", "amd64",
                        List.of("-XX:-UseFMA", "-XX:UseAVX=3"))));
        assertEquals("x.json.parts: cannot be resumed without -XX:UseAVX, it was started with 3",
                refusal(before, new Engine("vector", 16, "25.0.3", "amd64", List.of())));
    }
}
