package dev.goshawk.hawq.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.goshawk.documentation.DocumentedExample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No package holds more files than a reader can keep in mind, in any module; and what a build file names is there. */
class PackageSizeTest {
    private static final int MOST = 20;

    @Test
    void noPackageOverTwentyFiles() throws IOException {
        Map<String, Integer> sizes = new TreeMap<>();
        for (Path module : modules()) {
            Path sources = module.resolve("src/main/java");
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(f -> f.toString().endsWith(".java"))
                        .collect(Collectors.groupingBy(Path::getParent, Collectors.counting()))
                        .forEach((folder, n) -> sizes.put(module.getFileName() + "/"
                                + sources.relativize(folder).toString().replace('\\', '/'), n.intValue()));
            }
        }
        List<String> tooLarge = new ArrayList<>();
        sizes.forEach((name, n) -> {
            if (n > MOST) {
                tooLarge.add(name + " has " + n + " files");
            }
        });
        assertEquals(List.of(), tooLarge, "divide these packages by subject");
    }

    /** A pattern of a test run that fits no test would run nothing, and never fail. */
    @Test
    void everyTestThatARunNamesExists() throws IOException {
        Pattern included = Pattern.compile("<include>\\*\\*/([\\w*]+\\.java)</include>");
        List<String> missing = new ArrayList<>();
        int found = 0;
        for (Path module : modules()) {
            Matcher names = included.matcher(Files.readString(module.resolve("pom.xml")));
            while (names.find()) {
                found++;
                PathMatcher wanted = module.getFileSystem().getPathMatcher("glob:" + names.group(1));
                try (Stream<Path> tests = Files.walk(module.resolve("src/test/java"))) {
                    if (tests.noneMatch(f -> wanted.matches(f.getFileName()))) {
                        missing.add(module.getFileName() + ": " + names.group(1));
                    }
                }
            }
        }
        assertEquals(List.of(), missing, "no such tests");
        assertFalse(found < 20, "patterns found: " + found);
    }

    private static List<Path> modules() throws IOException {
        try (Stream<Path> folders = Files.list(DocumentedExample.project())) {
            List<Path> modules = folders.filter(f -> Files.isDirectory(f.resolve("src/main/java"))).toList();
            assertFalse(modules.size() < 6, "modules found: " + modules);
            return modules;
        }
    }
}
