package dev.goshawk.onnx.op;

import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.ReferenceBackend;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The parameters of a computation done while translating. */
final class Folding implements Source {
    /** Operators whose result is whole whatever their operands are. */
    private static final Set<String> WHOLE = Set.of("Shape", "Size", "Equal", "IsNaN", "IsInf", "Xor",
            "ArgMax", "ArgMin", "Less", "Greater", "LessOrEqual",
            "GreaterOrEqual", "And", "Or", "Not", "NonZero");

    private final Map<String, Tensor> bound = new LinkedHashMap<>();

    @Override
    public DType dtype() {
        return DType.FLOAT64;
    }

    @Override
    public Value parameter(String name, ConstantArray array, Kind kind, boolean frozen) {
        bound.put(name, array.tensor(DType.FLOAT64));
        return Source.fromFile(Value.input(name, DType.FLOAT64, array.shape()), kind);
    }

    ConstantArray compute(Value value, boolean integer) {
        if (value.op() instanceof Op.Constant c) {
            return integer
                    ? ConstantArray.of(value.shape(), (long) c.value())
                    : ConstantArray.of(value.shape(), c.value());
        }
        Executable run = new ReferenceBackend().compile(Graph.of("folded", value));
        run.inputs().forEach(name -> run.bind(name, Objects.requireNonNull(bound.get(name))));
        run.run();
        return ConstantArray.of(run.output("folded"), integer).compact();
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
