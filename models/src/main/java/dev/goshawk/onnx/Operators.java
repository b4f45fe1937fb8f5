package dev.goshawk.onnx;

import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.OperatorTable;
import dev.goshawk.onnx.op.array.Fourier;
import dev.goshawk.onnx.op.array.Indexed;
import dev.goshawk.onnx.op.array.KnownArrays;
import dev.goshawk.onnx.op.array.Reductions;
import dev.goshawk.onnx.op.array.Selections;
import dev.goshawk.onnx.op.array.Sequences;
import dev.goshawk.onnx.op.array.Shapes;
import dev.goshawk.onnx.op.element.Arithmetic;
import dev.goshawk.onnx.op.element.Elementwise;
import dev.goshawk.onnx.op.image.Deformed;
import dev.goshawk.onnx.op.image.Patches;
import dev.goshawk.onnx.op.image.Regions;
import dev.goshawk.onnx.op.image.Resizing;
import dev.goshawk.onnx.op.image.Sampling;
import dev.goshawk.onnx.op.layer.AttentionOperators;
import dev.goshawk.onnx.op.layer.Losses;
import dev.goshawk.onnx.op.layer.MatrixProducts;
import dev.goshawk.onnx.op.layer.NormalizationOperators;
import dev.goshawk.onnx.op.layer.Pools;
import dev.goshawk.onnx.op.layer.QuantizationOperators;
import dev.goshawk.onnx.op.layer.Recurrent;
import dev.goshawk.onnx.op.layer.Windows;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The operators there are, by ONNX's names. */
public final class Operators implements OperatorTable {
    static final OperatorTable TABLE = new Operators();

    private final Map<String, Operator> all = new HashMap<>();

    private Operators() {
        Elementwise.register(all);
        Sequences.register(all);
        Arithmetic.register(all);
        Windows.register(all);
        Pools.register(all);
        Recurrent.register(all);
        Losses.register(all);
        Resizing.register(all);
        Sampling.register(all);
        Patches.register(all);
        Regions.register(all);
        Deformed.register(all);
        NormalizationOperators.register(all);
        Reductions.register(all);
        MatrixProducts.register(all);
        Shapes.register(all);
        Selections.register(all);
        Indexed.register(all);
        KnownArrays.register(all);
        Fourier.register(all);
        AttentionOperators.register(all);
        QuantizationOperators.register(all);
    }

    /** ONNX's names of all operators that are supported. */
    public static SortedSet<String> names() {
        return new TreeSet<>(new Operators().all.keySet());
    }

    @Override
    public @Nullable Operator of(OnnxNode node) {
        if (QuantizationOperators.DOMAINS.contains(node.domain())) {
            return all.get(QuantizationOperators.PREFIX + node.operator());
        }
        return node.isStandard() ? all.get(node.operator()) : null;
    }

    @Override
    public Optional<String> refusal(OnnxNode node) {
        return AttributeRules.refusal(node);
    }
}
