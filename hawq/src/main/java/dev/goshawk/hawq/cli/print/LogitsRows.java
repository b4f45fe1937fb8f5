package dev.goshawk.hawq.cli.print;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The logits of images, as a file of numbers has them: {"samples": [names], "logits": [[one number a class] an image]}. */
public final class LogitsRows {
    private final ObjectNode content = JsonNodeFactory.instance.objectNode();
    private final ArrayNode names = content.putArray("samples");
    private final ArrayNode rows = content.putArray("logits");

    /** One more image. */
    public void add(String name, double[] logits) {
        names.add(name);
        ArrayNode row = rows.addArray();
        for (double z : logits) {
            row.add(z);
        }
    }

    /** All of them. */
    public ObjectNode content() {
        return content;
    }
}
