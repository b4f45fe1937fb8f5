package dev.goshawk.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Named outputs and everything they are computed from: a static, first-order, shape-typed program in single-assignment form. Values
 * are immutable and shared between graphs, so a derivative is simply more values over the same ones.
 */
public final class Graph {
    private final SequencedMap<String, Value> outputs;
    private final List<Value> nodes;
    private final SequencedMap<String, Value> inputs;

    private Graph(SequencedMap<String, Value> outputs) {
        this.outputs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(outputs));
        this.nodes = List.copyOf(reachable(outputs.values()));
        SequencedMap<String, Value> named = new LinkedHashMap<>();
        for (Value v : nodes) {
            if (v.op() instanceof Op.Input in && named.put(in.name(), v) != null) {
                throw new IllegalArgumentException("graph: two inputs are named '" + in.name()
                        + "'; use one Value for both, or give one another name");
            }
        }
        this.inputs = Collections.unmodifiableSequencedMap(named);
    }

    /**
     * The graph that computes the given values.
     *
     * @throws IllegalArgumentException if there is no output, or two different inputs share a name
     */
    public static Graph of(SequencedMap<String, Value> outputs) {
        if (outputs.isEmpty()) {
            throw new IllegalArgumentException("graph: expected at least one output");
        }
        return new Graph(outputs);
    }

    /** The graph that computes one value. */
    public static Graph of(String name, Value output) {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put(name, output);
        return of(outputs);
    }

    /** Outputs by name, in the order given. */
    public SequencedMap<String, Value> outputs() {
        return outputs;
    }

    /** Inputs by name, in the order they were traced. */
    public SequencedMap<String, Value> inputs() {
        return inputs;
    }

    /**
     * An input by name.
     *
     * @throws IllegalArgumentException naming the inputs there are, if there is none of that name
     */
    public Value input(String name) {
        Value v = inputs.get(name);
        if (v == null) {
            throw Names.unknown("graph: no input", name, "inputs are", inputs.keySet());
        }
        return v;
    }

    /** Every value, operands before their users, in the order traced. */
    public List<Value> nodes() {
        return nodes;
    }

    /** Number of values whose op is of the given kind. */
    public long count(Class<? extends Op> kind) {
        return nodes.stream().filter(v -> kind.isInstance(v.op())).count();
    }

    /** How many values use each value as an operand, or as an output of the graph. */
    public Map<Value, Integer> useCounts() {
        Map<Value, Integer> uses = new IdentityHashMap<>();
        for (Value v : nodes) {
            for (Value o : v.operands()) {
                uses.merge(o, 1, Integer::sum);
            }
        }
        for (Value v : outputs.values()) {
            uses.merge(v, 1, Integer::sum);
        }
        return uses;
    }

    private static List<Value> reachable(Iterable<Value> roots) {
        Set<Value> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Value> todo = new ArrayDeque<>();
        List<Value> found = new ArrayList<>();
        for (Value r : roots) {
            todo.push(r);
        }
        while (!todo.isEmpty()) {
            Value v = todo.pop();
            if (seen.add(v)) {
                found.add(v);
                v.operands().forEach(todo::push);
            }
        }
        // An operand is always created before its user, so creation order is a topological order.
        found.sort(Comparator.comparingLong(Value::id));
        return found;
    }

    @Override
    public String toString() {
        return GraphPrinter.text(this);
    }
}
