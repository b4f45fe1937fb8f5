package dev.goshawk.compile;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph made ready to run: steps in order, and for each stored value the place it has in memory. The same for every backend.
 *
 * @param graph the simplified graph; its inputs and outputs carry the original's names
 * @param steps in the order they run
 * @param owners values that share another's storage (reshapes, sums added up in place), with the value that owns it
 * @param memory where each owner lies
 */
public record Plan(Graph graph, List<Step> steps, Map<Value, Value> owners, MemoryPlan memory) {

    /** Simplifies, fuses, orders and places. */
    public static Plan of(Graph graph) {
        Graph simplified = Simplifier.simplify(graph);
        List<Step> steps = Scheduler.schedule(simplified);
        Map<Value, Value> owners = new IdentityHashMap<>();
        for (Step s : steps) {
            if (s instanceof Step.Apply a && a.addTo().isPresent()) {
                owners.put(a.result(), a.addTo().get());
            }
        }
        for (Value v : simplified.nodes()) {
            if (v.op() instanceof Op.Reshape) {
                owners.put(v, v.operand(0));
            }
        }
        return new Plan(simplified, steps, owners, MemoryPlan.of(simplified, steps, owners));
    }

    /** The value whose storage this one uses. */
    public Value owner(Value v) {
        return owner(owners, v);
    }

    static Value owner(Map<Value, Value> owners, Value v) {
        Value at = v;
        for (Value next = owners.get(at); next != null; next = owners.get(at)) {
            at = next;
        }
        return at;
    }
}
