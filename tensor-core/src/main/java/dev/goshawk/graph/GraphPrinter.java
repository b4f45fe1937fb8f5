package dev.goshawk.graph;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Prints a graph for a person, one value a line, or for Graphviz. */
public final class GraphPrinter {
    private GraphPrinter() {
    }

    /** One line a value: {@code %3 = conv_output float32[8,32,32,16] (%0, %1) {attributes}}. */
    public static String text(Graph graph) {
        Map<Value, String> names = names(graph);
        StringBuilder sb = new StringBuilder();
        for (Value v : graph.nodes()) {
            sb.append(names.get(v)).append(" = ").append(v.op().label()).append(' ').append(v.type());
            if (!v.operands().isEmpty()) {
                sb.append(" (").append(v.operands().stream().map(names::get).collect(Collectors.joining(", ")))
                        .append(')');
            }
            String attributes = attributes(v.op());
            sb.append(attributes.isEmpty() ? "" : " {" + attributes + "}").append('\n');
        }
        graph.outputs().forEach(
                (name, v) -> sb.append("return ").append(name).append(" = ").append(names.get(v)).append('\n'));
        return sb.toString();
    }

    /** The same graph in Graphviz's language. */
    public static String dot(Graph graph) {
        Map<Value, String> names = names(graph);
        StringBuilder sb = new StringBuilder(
                "digraph goshawk {\n  rankdir=TB; node [shape=box, fontname=monospace];\n");
        for (Value v : graph.nodes()) {
            String id = quote(name(names, v));
            String style = v.op() instanceof Op.Leaf ? ", style=filled, fillcolor=lightgray" : "";
            String text = v.op() instanceof Op.Input in ? in.name() : v.op().label();
            sb.append("  ").append(id).append(" [label=").append(quote(text + "\\n" + v.type())).append(style)
                    .append("];\n");
            for (Value o : v.operands()) {
                sb.append("  ").append(quote(name(names, o))).append(" -> ").append(id).append(";\n");
            }
        }
        graph.outputs().forEach((name, v) -> {
            sb.append("  ").append(quote("out " + name)).append(" [shape=ellipse];\n");
            sb.append("  ").append(quote(name(names, v))).append(" -> ").append(quote("out " + name)).append(";\n");
        });
        return sb.append("}\n").toString();
    }

    private static Map<Value, String> names(Graph graph) {
        Map<Value, String> names = new IdentityHashMap<>();
        for (Value v : graph.nodes()) {
            names.put(v, "%" + names.size());
        }
        return names;
    }

    private static String name(Map<Value, String> names, Value v) {
        return Objects.requireNonNull(names.get(v), () -> "not in the graph: " + v);
    }

    private static String attributes(Op op) {
        String s = op.toString();
        return s.substring(s.indexOf('[') + 1, s.length() - 1);
    }

    private static String quote(String s) {
        return "\"" + s.replace("\"", "\\\"") + "\"";
    }
}
