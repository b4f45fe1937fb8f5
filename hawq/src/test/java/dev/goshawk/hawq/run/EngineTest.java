package dev.goshawk.hawq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EngineTest {
    private static final Path FILE = Path.of("x.json.parts");

    @Test
    void memoryThreadsAndCollectorsMayDiffer() {
        assertEquals(List.of("-Dgoshawk.vector.bits=256", "-XX:ObjectAlignmentInBytes=64", "-XX:UseAVX=2"),
                Engine.relevant(List.of("-Xmx2g", "-XX:PerMethodTrapLimit=10000", "-XX:+UseParallelGC",
                        "-XX:MaxRAMPercentage=70", "-XX:UseAVX=2",
                        "-XX:OnOutOfMemoryError=kill %p", "-XX:+IgnoreUnrecognizedVMOptions", "-Dspark.driver.port=1",
                        "-XX:+ExitOnOutOfMemoryError", "-XX:ObjectAlignmentInBytes=64", "-XX:MaxMetaspaceSize=1g",
                        "-Dgoshawk.backend=vector", "-Dgoshawk.threads=2", "-Dgoshawk.vector.bits=256",
                        "--add-modules=jdk.incubator.vector")));
    }

    private static String refusal(Engine before, Engine now) {
        RunSettings settings = new RunSettings("then", "goshawk spectrum", Map.of(), Map.of(), before.values());
        return assertThrows(IOException.class, () -> settings.requireEngine(FILE, now.values(), false)).getMessage();
    }

    @Test
    void aDifferenceIsNamedWithWhatWasAndWhatIs() throws IOException {
        Engine before = new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64", List.of("-XX:UseAVX=3"));
        new RunSettings("then", "", Map.of(), Map.of(), before.values()).requireEngine(FILE, before.values(), false);
        assertEquals(
                "x.json.parts: cannot be resumed with float32 lanes 8, it was started with 16 (the JVM options are "
                        + "the same: the processor differs)",
                refusal(before, new Engine("1.0 (code a)", "vector", 8, "25.0.3", "amd64", before.options())));
        assertEquals("x.json.parts: cannot be resumed with JDK 26, it was started with 25.0.3",
                refusal(before, new Engine("1.0 (code a)", "vector", 16, "26", "amd64", before.options())));
        assertEquals("x.json.parts: cannot be resumed with processor aarch64, it was started with amd64",
                refusal(before, new Engine("1.0 (code a)", "vector", 16, "25.0.3", "aarch64", before.options())));
        assertEquals("x.json.parts: cannot be resumed with -XX:UseAVX 2, it was started with 3",
                refusal(before, new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64", List.of("-XX:UseAVX=2"))));
        assertEquals("x.json.parts: cannot be resumed with -XX:UseFMA off, it was started with none",
                refusal(before, new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64",
                        List.of("-XX:-UseFMA", "-XX:UseAVX=3"))));
        assertEquals("x.json.parts: cannot be resumed without -XX:UseAVX, it was started with 3",
                refusal(before, new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64", List.of())));
    }

    @Test
    void anOptionIsNamedBeforeWhatFollowsFromIt() {
        Engine wide = new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64", List.of());
        Engine narrow = new Engine("1.1 (code b)", "vector", 8, "25.0.3", "amd64", List.of("-XX:UseAVX=2"));
        assertEquals("x.json.parts: cannot be resumed with -XX:UseAVX 2, it was started with none",
                refusal(wide, narrow));
        assertEquals("x.json.parts: cannot be resumed without -XX:UseAVX, it was started with 2",
                refusal(narrow, wide));
    }

    @Test
    void anotherBuildIsRefusedUnlessAccepted() throws IOException {
        Engine before = new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64", List.of());
        Engine now = new Engine("1.0 (code b)", "vector", 16, "25.0.3", "amd64", List.of());
        assertEquals("x.json.parts: cannot be resumed with Goshawk 1.0 (code b), it was started with 1.0 (code a); "
                + "accepting other builds goes on all the same, perhaps with other bits", refusal(before, now));
        RunSettings settings = new RunSettings("then", "", Map.of(), Map.of(), before.values());
        settings.requireEngine(FILE, now.values(), true);
        assertThrows(IOException.class, () -> settings.requireEngine(FILE,
                new Engine("1.0 (code b)", "vector", 16, "26", "amd64", List.of()).values(), true));
    }

    @Test
    void whatIsNotTheSameBuildIsDoubted() {
        Map<String, String> now = new Engine("1.0 (code b)", "vector", 16, "25.0.3", "amd64", List.of()).values();
        RunSettings same = new RunSettings("now", "", Map.of(), Map.of(), now);
        assertEquals(Optional.empty(), same.doubt(same));
        Map<String, String> other = new Engine("1.0 (code a)", "vector", 16, "25.0.3", "amd64", List.of()).values();
        assertEquals(
                "was started by Goshawk 1.0 (code a), and this is Goshawk 1.0 (code b): the result may differ in a few bits "
                        + "from that of an uninterrupted run",
                doubt(other, same));
        other.remove("Goshawk");
        assertEquals(
                "was started by an earlier version, and this is Goshawk 1.0 (code b): the result may differ in a few bits "
                        + "from that of an uninterrupted run",
                doubt(other, same));
        assertTrue(
                doubt(Map.of(), same).startsWith("was started by an earlier version, which did not record its engine"));
    }

    private static String doubt(Map<String, String> before, RunSettings now) {
        return new RunSettings("then", "", Map.of(), Map.of(), before).doubt(now).orElse("none");
    }
}
