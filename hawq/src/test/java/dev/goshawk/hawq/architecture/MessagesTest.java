package dev.goshawk.hawq.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.documentation.DocumentedExample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Only the command line speaks of its options: messages of the library call settings by {@code Setting}. */
class MessagesTest {
    private static final Pattern LITERAL = Pattern.compile("\"(?:[^\"\\\\\n]|\\\\.)*\"");
    private static final Pattern OPTION = Pattern.compile("(?<![\\w(-])--[a-z]|GOSHAWK_OPTS");
    /** An option of the java command, which every program is started with. */
    private static final String OF_JAVA = "--add-modules";

    @Test
    void theLibraryNamesNoOptions() throws IOException {
        List<String> found = new ArrayList<>();
        int files = 0;
        for (String module : List.of("tensor-core", "autodiff", "models", "hawq")) {
            Path sources = DocumentedExample.project().resolve(module).resolve("src/main/java");
            try (Stream<Path> all = Files.walk(sources)) {
                for (Path file : all.filter(MessagesTest::isOfTheLibrary).toList()) {
                    files++;
                    options(Files.readString(file))
                            .forEach(literal -> found.add(sources.relativize(file) + ": " + literal));
                }
            }
        }
        assertEquals(List.of(), found, "messages name settings, the command line says which options those are");
        assertTrue(files > 200, files + " files");
    }

    @Test
    void whatTheLibraryMayNotSayIsFound() {
        assertEquals(List.of("\"choose another --out\"", "\"--lr: expected\"", "\"(GOSHAWK_OPTS=-Xmx\""),
                options("a(\"choose another --out\", \"--lr: expected\"); b(\"(GOSHAWK_OPTS=-Xmx\" + \"a -- b\");"));
        assertEquals(List.of(), options("a(\"without --add-modules jdk\", \"fill:var(--ink)\"); // \"--\" + i--;"));
    }

    private static boolean isOfTheLibrary(Path file) {
        String name = file.toString().replace('\\', '/');
        return name.endsWith(".java") && !name.contains("/hawq/cli/");
    }

    private static List<String> options(String source) {
        List<String> found = new ArrayList<>();
        Matcher literals = LITERAL.matcher(source);
        while (literals.find()) {
            if (OPTION.matcher(literals.group().replace(OF_JAVA, "")).find()) {
                found.add(literals.group());
            }
        }
        return found;
    }
}
