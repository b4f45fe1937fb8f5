package dev.goshawk.autodiff;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Names;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;

/** The inputs a Hessian is taken by, and those of its directions. */
final class Variables {
    private Variables() {
    }

    /** The function's inputs, once it is known that a Hessian by some of them can be taken. */
    static SequencedMap<String, Value> inputs(Value function, List<Value> by) {
        Objects.requireNonNull(function, "hessian: the function is null");
        SequencedMap<String, Value> inputs = Graph.of(HessianVectorProduct.FUNCTION, function).inputs();
        if (by.isEmpty()) {
            throw new IllegalArgumentException("hessian: expected at least one input to take it by; inputs are "
                    + inputs.keySet());
        }
        Set<String> seen = new HashSet<>();
        for (Value x : by) {
            String name = name(x);
            Value own = inputs.get(name);
            if (own == null) {
                throw Names.unknown("hessian: the function does not depend on input", name, "inputs are",
                        inputs.keySet());
            }
            if (own != x) {
                throw new IllegalArgumentException("hessian: the function's input '" + name
                        + "' is another Value than the one given; use the same object for both");
            }
            if (!seen.add(name)) {
                throw new IllegalArgumentException("hessian: input '" + name + "' is given twice");
            }
        }
        return inputs;
    }

    /** The inputs a Hessian is taken by, by name, checked as {@link #inputs} checks them. */
    static SequencedMap<String, Value> named(Value function, List<Value> by) {
        inputs(function, by);
        SequencedMap<String, Value> named = new LinkedHashMap<>();
        by.forEach(x -> named.put(name(x), x));
        return named;
    }

    /** Inputs for the direction's parts begin with this, which no input of the function does. */
    static String directionPrefix(SequencedMap<String, Value> inputs) {
        return Names.freePrefix("direction/", inputs.keySet());
    }

    /** An input for the direction's part that belongs to x. */
    static Value direction(String prefix, Value x) {
        return Value.input(prefix + name(x), x.dtype(), x.shape());
    }

    static String name(Value x) {
        if (x.op() instanceof Op.Input in) {
            return in.name();
        }
        throw new IllegalArgumentException("hessian: expected an input of the graph, got " + x);
    }
}
