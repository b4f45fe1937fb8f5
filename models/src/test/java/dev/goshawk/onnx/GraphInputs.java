package dev.goshawk.onnx;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The inputs that a value depends on. */
public final class GraphInputs {
    private GraphInputs() {
    }

    public static Map<String, Value> of(Value z) {
        Map<String, Value> inputs = new LinkedHashMap<>();
        Map<Value, Boolean> seen = new IdentityHashMap<>();
        Deque<Value> left = new ArrayDeque<>(List.of(z));
        while (!left.isEmpty()) {
            Value v = left.pop();
            if (seen.put(v, true) == null) {
                if (v.op() instanceof Op.Input in) {
                    inputs.put(in.name(), v);
                }
                v.operands().forEach(left::push);
            }
        }
        return inputs;
    }
}
