package dev.goshawk.random;

import dev.goshawk.graph.Op;
import dev.goshawk.tensor.Shape;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A program as Java statements that trace it and make its inputs. */
final class JavaText {
    private JavaText() {
    }

    /** Imports that {@link #statements} needs. */
    static final String IMPORTS = """
            import dev.goshawk.graph.*;
            import dev.goshawk.tensor.*;
            import java.util.*;
            import java.util.stream.*;
            """;

    /** Statements that leave {@code Graph graph} and {@code Map<String, Tensor> bindings} of a {@code DType dtype}. */
    static String statements(Program p) {
        StringBuilder text = new StringBuilder("Map<String, Tensor> bindings = new LinkedHashMap<>();\n");
        for (int i = 0; i < p.nodes().size(); i++) {
            Program.Node n = p.nodes().get(i);
            String operands = n.operands().stream().map(o -> ", v" + o).collect(Collectors.joining());
            text.append("Value v").append(i).append(" = ").append(switch (n.op()) {
                case Op.Input(var name, var _, var shape) ->
                    "Value.input(" + text(name) + ", dtype, " + text(shape) + ")";
                case Op.Constant(var c, var _, var shape) ->
                    "Value.constant(" + text(c) + ", dtype, " + text(shape) + ")";
                default -> "Value.of(" + text(n.op()) + operands + ")";
            }).append(";\n");
            if (n.op() instanceof Op.Input(var name, var _, var shape)) {
                text.append("bindings.put(").append(text(name)).append(", ").append(tensor(shape, n.elements()))
                        .append(".to(dtype));\n");
            }
        }
        text.append("SequencedMap<String, Value> outputs = new LinkedHashMap<>();\n");
        p.outputs().forEach((name, i) -> text.append("outputs.put(").append(text(name)).append(", v").append(i)
                .append(");\n"));
        return text.append("Graph graph = Graph.of(outputs);\n").toString();
    }

    private static String tensor(Shape shape, double[] x) {
        String values = x.length > 4 && Arrays.stream(x).distinct().count() == 1
                ? "DoubleStream.generate(() -> " + text(x[0]) + ").limit(" + x.length + ").toArray()"
                : "new double[] {" + Arrays.stream(x).mapToObj(JavaText::text).collect(Collectors.joining(", ")) + "}";
        return "Tensor.of(" + text(shape) + ", " + values + ")";
    }

    static String text(Object o) {
        return switch (o) {
            case Double d when d.isNaN() -> "Double.NaN";
            case Double d when d.isInfinite() -> d > 0 ? "Double.POSITIVE_INFINITY" : "Double.NEGATIVE_INFINITY";
            case Shape s -> "Shape.of(" + Arrays.stream(s.dims()).mapToObj(String::valueOf)
                    .collect(Collectors.joining(", ")) + ")";
            case String s -> "\"" + s + "\"";
            case List<?> l -> l.stream().map(JavaText::text).collect(Collectors.joining(", ", "List.of(", ")"));
            case Enum<?> e -> name(e.getDeclaringClass()) + "." + e.name();
            case Record r -> Arrays.stream(r.getClass().getRecordComponents())
                    .map((RecordComponent c) -> text(Records.get(r, c)))
                    .collect(Collectors.joining(", ", "new " + name(r.getClass()) + "(", ")"));
            default -> o.toString();
        };
    }

    private static String name(Class<?> c) {
        return c.getEnclosingClass() == null
                ? c.getSimpleName()
                : name(c.getEnclosingClass()) + "." + c.getSimpleName();
    }
}
