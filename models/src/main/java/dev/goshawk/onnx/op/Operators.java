package dev.goshawk.onnx.op;

import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.format.OnnxNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The operators there are, by ONNX's names. */
public final class Operators {
    private static final Map<String, Operator> ALL = new HashMap<>();
    /** Operators whose result is whole whatever their operands are. */
    private static final Set<String> WHOLE = Set.of("Shape", "Size", "Equal", "IsNaN", "IsInf", "Xor",
            "ArgMax", "ArgMin", "Less", "Greater", "LessOrEqual",
            "GreaterOrEqual", "And", "Or", "Not");

    static {
        Elementwise.register(ALL);
        Arithmetic.register(ALL);
        Windows.register(ALL);
        NormalizationOperators.register(ALL);
        Reductions.register(ALL);
        MatrixProducts.register(ALL);
        Shapes.register(ALL);
        Selections.register(ALL);
        Indexed.register(ALL);
        AttentionOperators.register(ALL);
        QuantizationOperators.register(ALL);
    }

    private Operators() {
    }

    /** ONNX's names of all operators that are supported. */
    public static SortedSet<String> names() {
        return new TreeSet<>(ALL.keySet());
    }

    static @Nullable Operator of(OnnxNode node) {
        if (QuantizationOperators.DOMAINS.contains(node.domain())) {
            return ALL.get(QuantizationOperators.PREFIX + node.operator());
        }
        return node.domain().isEmpty() || "ai.onnx".equals(node.domain()) ? ALL.get(node.operator()) : null;
    }

    static Operator require(OnnxNode node) {
        Operator found = of(node);
        if (found == null) {
            throw new OnnxException(node.describe() + " is not supported");
        }
        return found;
    }

    /** Whether an output of a node of constants holds whole numbers, given whether its first operand holds such. */
    static boolean makesIntegers(OnnxNode node, int output, boolean wholeOperand) {
        if ("TopK".equals(node.operator())) {
            return output == 1 || wholeOperand;
        }
        if ("Cast".equals(node.operator())) {
            int to = node.whole("to", 1);
            return to != 1 && to != 10 && to != 11 && to != 16;
        }
        if ("Where".equals(node.operator()) || "ConstantOfShape".equals(node.operator())) {
            return true;
        }
        return WHOLE.contains(node.operator()) || wholeOperand;
    }
}
