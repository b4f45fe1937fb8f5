package dev.goshawk.compile;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** Sums of products (conv + conv, matmul + matmul) whose later term can be added into the earlier one's storage. */
final class Accumulations {
    /** The term that gives its storage and the product added into it. */
    record Terms(Value first, Value added) {
    }

    private final Map<Value, Terms> sums = new IdentityHashMap<>();
    private final Set<Value> absorbed = Collections.newSetFromMap(new IdentityHashMap<>());

    private Accumulations() {
    }

    static Accumulations in(Graph graph) {
        Accumulations a = new Accumulations();
        Map<Value, Integer> uses = graph.useCounts();
        for (Value v : graph.nodes()) {
            if (!(v.op() instanceof Op.Add)) {
                continue;
            }
            Value x = v.operand(0);
            Value y = v.operand(1);
            Value first = x.id() < y.id() ? x : y;
            Value added = x.id() < y.id() ? y : x;
            if (x != y && a.isSum(first) && isProduct(added) && uses.getOrDefault(first, 0) == 1
                    && uses.getOrDefault(added, 0) == 1) {
                a.sums.put(v, new Terms(first, added));
                a.absorbed.add(added);
            }
        }
        return a;
    }

    private boolean isSum(Value v) {
        return isProduct(v) || sums.containsKey(v);
    }

    private static boolean isProduct(Value v) {
        return v.op() instanceof Op.Conv || v.op() instanceof Op.MatMul;
    }

    Set<Value> results() {
        return sums.keySet();
    }

    /** Whether the value is computed only as part of a sum. */
    boolean absorbs(Value v) {
        return absorbed.contains(v);
    }

    boolean isResult(Value v) {
        return sums.containsKey(v);
    }

    Terms terms(Value v) {
        Terms t = sums.get(v);
        if (t == null) {
            throw new IllegalStateException("not an accumulation: " + v);
        }
        return t;
    }
}
