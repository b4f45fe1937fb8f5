package dev.goshawk.documentation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A program that a page of the documentation shows, compiled and run as it stands there.
 *
 * @param name of its class, in no package
 */
public record DocumentedExample(String name, String source) {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    /** The first Java block of a page, given by its path in the project. */
    public static DocumentedExample of(String page, String name) throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(project().resolve(page)));
        assertTrue(block.find(), page + " has a java block");
        return new DocumentedExample(name, block.group(1));
    }

    /** All Java blocks of a page as the body of one main method; lines of imports, wherever they stand, come first. */
    public static DocumentedExample all(String page, String name) throws IOException {
        StringBuilder imports = new StringBuilder();
        StringBuilder body = new StringBuilder();
        Matcher blocks = BLOCK.matcher(Files.readString(project().resolve(page)));
        while (blocks.find()) {
            blocks.group(1).lines()
                    .forEach(line -> (line.startsWith("import ") ? imports : body).append(line).append('\n'));
        }
        assertTrue(!body.isEmpty(), page + " has java blocks");
        return new DocumentedExample(name,
                imports + "public class " + name + " { public static void main(String[] args) {\n"
                        + body + "}}\n");
    }

    /** Compiles it into a folder, on the tests' own class path. */
    public void compile(Path classes) {
        compile(classes, System.getProperty("java.class.path"));
    }

    /** Compiles it into a folder, on a class path of its own. */
    public void compile(Path classes, String classPath) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        SimpleJavaFileObject file = new SimpleJavaFileObject(URI.create("string:///" + name + ".java"),
                SimpleJavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        List<String> options = List.of("-d", classes.toString(), "-cp", classPath);
        assertTrue(compiler.getTask(null, null, null, options, null, List.of(file)).call(), "the example compiles");
    }

    /** The class compiled into a folder, whose other classes come from this test. */
    public URLClassLoader loader(Path classes) throws IOException {
        return new URLClassLoader(new URL[] {classes.toUri().toURL()}, DocumentedExample.class.getClassLoader());
    }

    /** Compiles it, runs its main method and returns what that printed. */
    public String run(Path classes, String... arguments) throws Exception {
        compile(classes);
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (URLClassLoader loader = loader(classes);
                PrintStream captured = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            System.setOut(captured);
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** The project's folder. */
    public static Path project() throws IOException {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("README.md")) && Files.exists(at.resolve("tensor-core"))) {
                return at;
            }
        }
        throw new IOException("the project's folder is not above " + Path.of("").toAbsolutePath());
    }
}
