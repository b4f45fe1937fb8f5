package dev.goshawk.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/developing.md, "Adding an op", against the sources: every table of ops is named there, and none but the named choices has a default. */
class OpPlacesTest {
    private static final List<String> MODULES = List.of("tensor-core", "autodiff", "cuda-backend");
    /** A case of a switch over ops, over the functions of an op, or over the passes of a loop. */
    private static final Pattern ROW = Pattern.compile("\\bcase (Op\\.[A-Z]|EXP\\b|DIVIDE\\b|STEP\\b|COPY\\b)");
    private static final Pattern DEFAULT = Pattern.compile("\\bdefault\\s*(->|:)");

    private static String section() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "developing.md"));
        int start = page.indexOf("## Adding an op");
        return page.substring(start, page.indexOf("\n## ", start));
    }

    private static Set<String> named(String text) {
        Set<String> names = new TreeSet<>();
        Matcher m = Pattern.compile("`([a-z]+(?:/[a-z]+)*/[A-Z]\\w+)`").matcher(text);
        while (m.find()) {
            names.add(m.group(1));
        }
        return names;
    }

    /** Main sources by the name the page uses: the path below dev/goshawk, without its ending. */
    private static Map<String, String> sources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (String module : MODULES) {
            Path root = Path.of("..", module, "src", "main", "java", "dev", "goshawk");
            List<Path> files;
            try (Stream<Path> walk = Files.walk(root)) {
                files = walk.filter(p -> p.toString().endsWith(".java")).toList();
            }
            for (Path file : files) {
                String name = root.relativize(file).toString().replace('\\', '/').replace(".java", "");
                sources.put(name, Files.readString(file));
            }
        }
        return sources;
    }

    @Test
    void everyTableOfOpsIsNamed() throws IOException {
        Set<String> named = named(section());
        Map<String, String> sources = sources();
        List<String> unnamed = new ArrayList<>();
        sources.forEach((name, text) -> {
            if (ROW.matcher(text).find() && !named.contains(name)) {
                unnamed.add(name);
            }
        });
        assertEquals(List.of(), unnamed, "tables of ops that docs/developing.md does not name");
        assertTrue(named.size() > 10, named::toString);
        named.removeAll(sources.keySet());
        assertEquals(Set.of(), named, "named in docs/developing.md, but not there");
    }

    @Test
    void tablesHaveNoDefault() throws IOException {
        String section = section();
        Set<String> tables = named(section.substring(0, section.indexOf("Choices that are right")));
        List<String> open = new ArrayList<>();
        sources().forEach((name, text) -> {
            if (tables.contains(name) && DEFAULT.matcher(text).find()) {
                open.add(name);
            }
        });
        // Op.label takes an op's own name where no function names it.
        open.remove("graph/Op");
        assertEquals(List.of(), open, "a switch with a default: an op without a row would pass unnoticed");
    }
}
