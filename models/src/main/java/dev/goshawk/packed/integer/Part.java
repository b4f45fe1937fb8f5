package dev.goshawk.packed.integer;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A value and what it is computed from.
 *
 * @param nodes operands first
 * @param name for messages
 * @param limit that codes of it stand for at most
 */
record Part(Value result, List<Value> nodes, String name, double limit) {
    static Part of(Value result, String name, double limit) {
        return new Part(result, Graph.of("result", result).nodes(), name, limit);
    }

    /** The node of the file that a value belongs to, the next that depends on it; or what this is, where there is no file. */
    String place(Value value, Map<Value, String> names) {
        Set<Value> dependent = Collections.newSetFromMap(new IdentityHashMap<>());
        dependent.add(value);
        for (Value v : nodes) {
            if (v.operands().stream().anyMatch(dependent::contains)) {
                dependent.add(v);
            }
            if (dependent.contains(v) && names.get(v) instanceof String node) {
                return node;
            }
        }
        return "before " + name;
    }
}
