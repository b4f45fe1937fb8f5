package dev.goshawk.onnx.format;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One node of a graph.
 *
 * @param index position among the nodes, from 0
 * @param place the same in the file, with the places of the nodes whose graphs it is in before it
 * @param name as the file has it, often empty
 * @param operator such as {@code Conv}; a function that has an overload is followed by a colon and its name
 * @param domain empty for ONNX's own operators
 * @param inputs names of values; an empty name stands for an optional input that is left out
 * @param outputs names of values
 * @param attributes by name
 */
public record OnnxNode(int index, String place, String name, String operator, String domain, List<String> inputs,
        List<String> outputs, Map<String, Attribute> attributes) {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]+");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cc}");

    public OnnxNode {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = Map.copyOf(attributes);
    }

    /** Whether it is one of ONNX's own operators. */
    public boolean isStandard() {
        return domain.isEmpty() || "ai.onnx".equals(domain);
    }

    /** How messages call it. */
    public String describe() {
        return "node " + place + " ("
                + (isStandard() ? "" : word(domain) + ".")
                + word(operator)
                + (name.isEmpty() ? "" : " " + OnnxException.quoted(name)) + ")";
    }

    /** A name as it is, or where it is none that an operator can have, quoted, with the numbers of control characters. */
    private static String word(String name) {
        return WORD.matcher(name).matches()
                ? OnnxException.shortened(name)
                : OnnxException.quoted(CONTROL.matcher(name)
                        .replaceAll(m -> String.format(Locale.ROOT, "\\\\u%04X", (int) m.group().charAt(0))));
    }

    /** An attribute's value. */
    public sealed interface Attribute {
        /** A whole number. */
        record Whole(long value) implements Attribute {
        }

        /** A floating number. */
        record Real(float value) implements Attribute {
        }

        /** A text. */
        record Text(String value) implements Attribute {
        }

        /** Whole numbers. */
        record Wholes(List<Long> values) implements Attribute {
        }

        /** Floating numbers. */
        record Reals(List<Float> values) implements Attribute {
        }

        /** Texts. */
        record Texts(List<String> values) implements Attribute {
        }

        /** An array. */
        record Array(ConstantArray value) implements Attribute {
        }

        /** A graph. */
        record Graph(Subgraph value) implements Attribute {
        }

        /** What the function around is given under a name. */
        record Reference(String name) implements Attribute {
        }

        /** Anything else: a sparse tensor, a type. */
        record Other(String what) implements Attribute {
        }
    }

    /** The same node elsewhere among others. */
    public OnnxNode at(int position) {
        return new OnnxNode(position, place, name, operator, domain, inputs, outputs, attributes);
    }

    /**
     * A graph.
     *
     * @throws OnnxException if the node has none of that name
     */
    public Subgraph graph(String attribute) {
        if (attributes.get(attribute) instanceof Attribute.Graph g) {
            return g.value();
        }
        throw unexpected(attribute, "a graph");
    }

    /** A whole number, or the default if the node has none of that name. */
    public int whole(String attribute, int otherwise) {
        return switch (attributes.get(attribute)) {
            case null -> otherwise;
            case Attribute.Whole w when w.value() == (int) w.value() -> (int) w.value();
            default -> throw unexpected(attribute, "a whole number");
        };
    }

    /** A floating number, or the default. */
    public double real(String attribute, double otherwise) {
        return switch (attributes.get(attribute)) {
            case null -> otherwise;
            case Attribute.Real r -> r.value();
            default -> throw unexpected(attribute, "a floating number");
        };
    }

    /** A text, or the default. */
    public String text(String attribute, String otherwise) {
        return switch (attributes.get(attribute)) {
            case null -> otherwise;
            case Attribute.Text t -> t.value();
            default -> throw unexpected(attribute, "a text");
        };
    }

    /** Whole numbers, or the default. */
    public int[] wholes(String attribute, int... otherwise) {
        return switch (attributes.get(attribute)) {
            case null -> otherwise;
            case Attribute.Wholes w -> w.values().stream().mapToInt(v -> (int) Math.clamp(v, Integer.MIN_VALUE,
                    Integer.MAX_VALUE)).toArray();
            default -> throw unexpected(attribute, "whole numbers");
        };
    }

    public boolean has(String attribute) {
        return attributes.containsKey(attribute);
    }

    private OnnxException unexpected(String attribute, String expected) {
        return new OnnxException("attribute " + attribute + ": expected " + expected);
    }
}
