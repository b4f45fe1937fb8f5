package dev.goshawk.autodiff;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One row of the op test table: an op on certain operands.
 *
 * @param operands float64 where the op takes floating operands, int32 for positions
 * @param order how many derivatives agree with differences: 2, or 0 where the derivative is a definition of its own
 */
public record OpSample(String name, Op op, List<Tensor> operands, int order) {

    /** Inputs {@code x0, x1, ...} for the operands, the floating ones of the given type. */
    public List<Value> inputs(DType dtype) {
        List<Value> inputs = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            Tensor t = operands.get(i);
            inputs.add(Value.input("x" + i, t.dtype().isFloating() ? dtype : t.dtype(), t.shape()));
        }
        return inputs;
    }

    /** The op on the inputs; {@link Op.Input} is the first of them itself. */
    public Value trace(DType dtype, List<Value> inputs) {
        return switch (op) {
            case Op.Input _ -> inputs.get(0);
            case Op.Constant(var value, var _, var shape) -> Value.constant(value, dtype, shape);
            default -> Value.of(op, inputs);
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
