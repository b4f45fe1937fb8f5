package dev.goshawk.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which backends are offered, and what is said where the registration of one is lost. */
class BackendsTest {
    private static final String SERVICES = "META-INF/services/" + BackendProvider.class.getName();

    @Test
    void everyBackendOfThisModuleIsOfferedAndNoneIsLost() {
        List<BackendProvider> providers = Backends.providers();

        assertEquals(List.of("vector", "reference"), providers.stream().map(BackendProvider::name).toList());
        assertEquals(List.of(), Backends.unregistered(providers.stream().map(p -> p.getClass().getName()).toList(),
                Backends.class.getClassLoader()));
    }

    /** A fat jar made by letting one services file overwrite the others: the classes are there, their names are not. */
    @Test
    void aFatJarThatLostABackendSaysWhichAndWhatToDo(@TempDir Path fat) throws Exception {
        copyClasses(fat);
        Files.writeString(fat.resolve(SERVICES), "dev.goshawk.cpu.reference.ReferenceBackendProvider\n");

        List<String> lines = run(fat, "--add-modules=jdk.incubator.vector");

        assertTrue(lines.contains("backends [reference]"), lines.toString());
        List<String> warnings = lines.stream().filter(l -> l.contains("not registered")).toList();
        assertEquals(1, warnings.size(), lines.toString());
        assertTrue(warnings.get(0)
                .contains("dev.goshawk.cpu.VectorBackendProvider is on the class path but not registered")
                && warnings.get(0).contains("ServicesResourceTransformer"), warnings.toString());
    }

    /** Prints what is offered; started in a process of its own. */
    static final class Offered {
        public static void main(String[] args) {
            Backends.providers();
            System.out.println("backends " + Backends.providers().stream().map(BackendProvider::name).toList());
        }
    }

    private static void copyClasses(Path to) throws Exception {
        Path from = Path.of(Backends.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static List<String> run(Path classes, String option) throws Exception {
        Path tests = Path.of(BackendsTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Process java = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), option,
                "-cp",
                classes + File.pathSeparator + tests, Offered.class.getName()).redirectErrorStream(true).start();
        String printed = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, java.waitFor(), printed);
        return printed.lines().toList();
    }
}
