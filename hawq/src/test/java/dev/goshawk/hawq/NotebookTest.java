package dev.goshawk.hawq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jshell.JShell;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.execution.LocalExecutionControlProvider;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The cells of docs/second-order.ipynb, run in one session of the JDK's shell as a Java kernel runs them: they print what the file says, and
 * show pictures where it has some. With -Dgoshawk.notebook=write the file gets the outputs.
 */
class NotebookTest {
    private static final Path FILE = Path.of("..", "docs", "second-order.ipynb");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** Set off what a kernel displays from what a cell prints. */
    private static final String MARK = "\u0000";

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private void run(JShell shell, String source) {
        String rest = source;
        while (!rest.isBlank()) {
            CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            assertTrue(next.completeness().isComplete(), rest);
            for (SnippetEvent e : shell.eval(next.source())) {
                String problems = shell.diagnostics(e.snippet()).map(d -> d.getMessage(null))
                        .collect(Collectors.joining("; "));
                assertEquals("", problems, next.source());
                assertEquals(null, e.exception(), next.source());
            }
            rest = next.remaining();
        }
    }

    private static ArrayNode lines(String text) {
        ArrayNode lines = JSON.createArrayNode();
        text.lines().map(l -> l + "\n").forEach(lines::add);
        return lines;
    }

    /** What a cell printed, as the format of notebooks has it. */
    private ArrayNode outputs() {
        ArrayNode outputs = JSON.createArrayNode();
        String[] parts = printed.toString(StandardCharsets.UTF_8).split(MARK);
        printed.reset();
        for (int i = 0; i < parts.length; i++) {
            if (i % 3 == 0 && !parts[i].isEmpty()) {
                outputs.addObject().put("name", "stdout").put("output_type", "stream").set("text", lines(parts[i]));
            } else if (i % 3 == 2) {
                ObjectNode shown = outputs.addObject();
                shown.putObject("data").set(parts[i - 1], lines(parts[i]));
                shown.putObject("metadata");
                shown.put("output_type", "display_data");
            }
        }
        return outputs;
    }

    /** Kinds of outputs, and of what is printed the text. */
    private static List<String> comparable(JsonNode outputs) {
        return outputs.valueStream().map(o -> o.has("text")
                ? o.get("text").valueStream().map(JsonNode::asString).collect(Collectors.joining())
                : o.get("data").propertyNames() + " " + o.get("data").get("image/svg+xml").get(0).asString()
                        .substring(0, 5))
                .toList();
    }

    @Test
    void cellsPrintWhatTheFileSays() throws IOException {
        JsonNode notebook = JSON.readTree(Files.readString(FILE));
        PrintStream before = System.out;
        int count = 0;
        try (JShell shell = JShell.builder().executionEngine(new LocalExecutionControlProvider(), Map.of()).build();
                PrintStream captured = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            shell.addToClasspath(System.getProperty("java.class.path"));
            run(shell, "void display(Object o, String type) { System.out.print(\"\\0\" + type + \"\\0\" + o + \"\\0\"); }");
            System.setOut(captured);
            for (JsonNode cell : notebook.get("cells")) {
                if (!"code".equals(cell.get("cell_type").asString())) {
                    continue;
                }
                String source = cell.get("source").valueStream().map(JsonNode::asString)
                        .filter(l -> !l.startsWith("%")).collect(Collectors.joining());
                run(shell, source);
                ArrayNode outputs = outputs();
                if ("write".equals(System.getProperty("goshawk.notebook"))) {
                    ((ObjectNode) cell).put("execution_count", ++count).set("outputs", outputs);
                } else {
                    assertEquals(comparable(cell.get("outputs")), comparable(outputs), source);
                    count += outputs.size();
                }
            }
        } finally {
            System.setOut(before);
        }
        assertTrue(count >= 8, "there are outputs: " + count);
        if ("write".equals(System.getProperty("goshawk.notebook"))) {
            Files.writeString(FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(notebook) + "\n");
        }
    }
}
