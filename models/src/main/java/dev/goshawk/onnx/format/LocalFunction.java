package dev.goshawk.onnx.format;

import java.util.Map;

/**
 * An operator that a file defines by a graph.
 *
 * @param name as messages call it
 * @param body its nodes, which see nothing but its inputs
 * @param defaults attributes of nodes that leave them out
 * @param opset version of ONNX's own operators in it, 0 if it uses none
 */
public record LocalFunction(String name, Subgraph.Body body, Map<String, OnnxNode.Attribute> defaults, int opset) {
    public LocalFunction {
        defaults = Map.copyOf(defaults);
    }

    /** What a function is found by. */
    public static String key(String domain, String operator) {
        return ("ai.onnx".equals(domain) ? "" : domain) + "::" + operator;
    }
}
