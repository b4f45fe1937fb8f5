package dev.goshawk.hawq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.documentation.DocumentedExample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The cells of docs/second-order.ipynb, compiled and run one after another: they print what the file says, and show pictures where it has
 * some. With -Dgoshawk.notebook=write the file gets the outputs.
 */
class NotebookTest {
    private static final Path FILE = Path.of("..", "docs", "second-order.ipynb");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final boolean WRITE = "write".equals(System.getProperty("goshawk.notebook"));
    /** Sets off what a kernel displays from what a cell prints. */
    private static final String MARK = "\u0000";
    private static final String END_OF_CELL = "\u0001";

    private static DocumentedExample program(List<JsonNode> cells) {
        StringBuilder imports = new StringBuilder();
        StringBuilder body = new StringBuilder();
        for (JsonNode cell : cells) {
            text(cell.get("source")).lines().filter(l -> !l.startsWith("%"))
                    .forEach(l -> (l.startsWith("import ") ? imports : body).append(l).append('\n'));
            body.append("System.out.print(\"\\1\");\n");
        }
        return new DocumentedExample("Notebook", imports + """
                public class Notebook {
                    static void display(Object o, String type) {
                        System.out.print("\\0" + type + "\\0" + o + "\\0");
                    }

                    public static void main(String[] args) {
                """ + body + "}}\n");
    }

    private static String text(JsonNode lines) {
        return lines.valueStream().map(JsonNode::asString).collect(Collectors.joining());
    }

    private static ArrayNode lines(String text) {
        ArrayNode lines = JSON.createArrayNode();
        text.lines().map(l -> l + "\n").forEach(lines::add);
        return lines;
    }

    /** What a cell printed, as the format of notebooks has it. */
    private static ArrayNode outputs(String printed) {
        ArrayNode outputs = JSON.createArrayNode();
        String[] parts = printed.split(MARK);
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

    /** What is printed, and of pictures what kind they are: their last digits may differ between processors. */
    private static List<String> comparable(JsonNode outputs) {
        return outputs.valueStream().map(o -> o.has("text")
                ? text(o.get("text"))
                : o.get("data").propertyNames() + text(o.get("data").get("image/svg+xml")).substring(0, 5)).toList();
    }

    @Test
    void cellsPrintWhatTheFileSays(@TempDir Path classes) throws Exception {
        JsonNode notebook = JSON.readTree(Files.readString(FILE));
        List<JsonNode> cells = notebook.get("cells").valueStream()
                .filter(c -> c.get("cell_type").asString().equals("code")).toList();
        String[] printed = program(cells).run(classes).split(END_OF_CELL, -1);
        int shown = 0;
        for (int i = 0; i < cells.size(); i++) {
            ArrayNode outputs = outputs(printed[i]);
            shown += outputs.size();
            if (WRITE) {
                ((ObjectNode) cells.get(i)).put("execution_count", i + 1).set("outputs", outputs);
            } else {
                assertEquals(comparable(cells.get(i).get("outputs")), comparable(outputs),
                        text(cells.get(i).get("source")));
            }
        }
        assertTrue(shown >= 8, "there are outputs: " + shown);
        if (WRITE) {
            Files.writeString(FILE, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(notebook) + "\n");
        }
    }
}
