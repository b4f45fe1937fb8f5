package dev.goshawk.hawq.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildTest {
    private static final String KERNEL = "dev/goshawk/cpu/Kernel.class";
    private static final String QUANTIZER = "dev/goshawk/hawq/quantize/Quantizer.class";

    @TempDir
    private Path folder;
    private int made;

    private Path jar(Map<String, String> content) throws IOException {
        Path jar = folder.resolve(made++ + ".jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, String> e : content.entrySet()) {
                out.putNextEntry(new ZipEntry(e.getKey()));
                out.write(e.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }

    private Path classes(Map<String, String> content) throws IOException {
        Path classes = folder.resolve("classes" + made++);
        for (Map.Entry<String, String> e : content.entrySet()) {
            Path file = classes.resolve(e.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, e.getValue());
        }
        return classes;
    }

    @Test
    void oneJarSeveralJarsAndFoldersOfTheSameClassesAreOneBuild() throws IOException {
        Path kernels = jar(Map.of(KERNEL, "k"));
        Path quantizers = jar(Map.of(QUANTIZER, "q"));
        String code = Build.code(Set.of(kernels, quantizers));
        assertTrue(code.matches("[0-9a-f]{8}"), code);
        assertEquals(code, Build.code(Set.of(jar(new TreeMap<>(Map.of(KERNEL, "k", QUANTIZER, "q"))))));
        assertEquals(code, Build.code(Set.of(kernels, classes(Map.of(QUANTIZER, "q")))));
        assertNotEquals(code, Build.code(Set.of(kernels, jar(Map.of(QUANTIZER, "r")))));
        assertNotEquals(code, Build.code(Set.of(jar(Map.of(KERNEL, "q")), jar(Map.of(QUANTIZER, "k")))));
        assertNotEquals(code, Build.code(Set.of(kernels)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev/goshawk/hawq/cli/Main.class", "dev/goshawk/hawq/report/Page.class",
            "dev/goshawk/spark/Shard.class", "dev/goshawk/shaded/Json.class", "org/other/Library.class",
            "META-INF/MANIFEST.MF", "module-info.class"})
    void whatChangesNoResultDoesNotCount(String other) throws IOException {
        String code = Build.code(Set.of(jar(Map.of(KERNEL, "k"))));
        assertEquals(code, Build.code(Set.of(jar(Map.of(KERNEL, "k", other, "x")))));
        assertEquals(code, Build.code(Set.of(classes(Map.of(KERNEL, "k", other, "y")))));
    }

    @Test
    void classesThatTheOneJarChangesDoNotCount() throws IOException {
        assertEquals(Build.code(Set.of(jar(Map.of(KERNEL, "k", QUANTIZER, "uses tools/jackson/core/Json")))),
                Build.code(Set.of(jar(Map.of(KERNEL, "k", QUANTIZER, "uses dev/goshawk/shaded/jackson/core/Json")))));
    }

    @Test
    void thisOneHasACode() {
        String here = Build.here(Backends.defaultBackend());
        assertTrue(here.matches(".+ \\(code [0-9a-f]{8}\\)"), here);
    }
}
