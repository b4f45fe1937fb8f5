package dev.goshawk.hawq.quantize;

import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The smooth function whose derivative a graph with straight-through estimators has at a point: each estimator (value, path) becomes
 * the path plus a constant, the difference of value and path at the point. It equals the graph there, and its differences are what
 * the graph's gradient should be.
 */
final class Surrogate {
    private final Backend backend;
    private final SequencedMap<String, Tensor> tensors;
    private final Map<Value, Value> rebuilt = new HashMap<>();

    /** @param point the graph's inputs, by name */
    Surrogate(Backend backend, Map<String, Tensor> point) {
        this.backend = backend;
        this.tensors = new LinkedHashMap<>();
        point.forEach((name, t) -> tensors.put(name, t.copy()));
    }

    /** The inputs of {@link #of}: the point's, copied, and the constants. */
    SequencedMap<String, Tensor> tensors() {
        return tensors;
    }

    Value of(Value v) {
        Value known = rebuilt.get(v);
        if (known != null) {
            return known;
        }
        Value result;
        if (v.op() instanceof Op.StraightThrough) {
            String name = "constant" + rebuilt.size();
            Value path = of(v.operand(1));
            tensors.put(name, QuantizerTest.run(backend, v.operand(0).subtract(v.operand(1)), tensors));
            result = path.add(Value.input(name, v.dtype(), v.shape()));
        } else {
            result = v.operands().isEmpty() ? v : Value.of(v.op(), v.operands().stream().map(this::of).toList());
        }
        rebuilt.put(v, result);
        return result;
    }
}
