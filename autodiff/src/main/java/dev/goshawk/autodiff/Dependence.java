package dev.goshawk.autodiff;

import dev.goshawk.graph.Value;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Which values of a graph depend on some of its values. */
final class Dependence {
    private final Set<Value> dependent = Collections.newSetFromMap(new IdentityHashMap<>());

    private Dependence() {
    }

    /** One pass over nodes listed operands first. */
    static Dependence on(List<Value> nodes, Collection<Value> sources) {
        Dependence d = new Dependence();
        d.dependent.addAll(sources);
        for (Value v : nodes) {
            if (v.operands().stream().anyMatch(d::holds)) {
                d.dependent.add(v);
            }
        }
        return d;
    }

    boolean holds(Value v) {
        return dependent.contains(v);
    }
}
