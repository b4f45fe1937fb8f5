package dev.goshawk.compile;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which values get storage. A value stays virtual, computed inside the loops that use it, if only loops use it and it is
 * either used once or cheap enough to compute again from a few stored arrays: arithmetic in cache costs less than memory traffic.
 */
final class Materialization {
    private static final int MAX_OPERANDS = 10;
    private static final int MAX_OPS = 48;
    private static final int SHARED_OPERANDS = 2;
    private static final int SHARED_OPS = 8;

    /** What it takes to compute a virtual value: the full-size arrays read, the ops, the length of broadcast rows (0 for none). */
    record Cost(Set<Value> arrays, int ops, boolean heavy, int columns) {
    }

    private final Pointwise pointwise;
    private final Set<Value> materialized = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Value, Cost> costs = new IdentityHashMap<>();

    private Materialization(Pointwise pointwise) {
        this.pointwise = pointwise;
    }

    /** @param given values that have storage whatever their op (sums of products, added up in place) */
    static Materialization of(Graph graph, Set<Value> given, Pointwise pointwise) {
        Materialization m = new Materialization(pointwise);
        m.materialized.addAll(given);
        Map<Value, List<Value>> users = new IdentityHashMap<>();
        for (Value v : graph.nodes()) {
            for (Value o : v.operands()) {
                List<Value> list = users.computeIfAbsent(o, k -> new ArrayList<>());
                if (!list.contains(v)) {
                    list.add(v);
                }
            }
        }
        Set<Value> outputs = Collections.newSetFromMap(new IdentityHashMap<>());
        outputs.addAll(graph.outputs().values());
        for (Value v : graph.nodes()) {
            m.decide(v, users.getOrDefault(v, List.of()), outputs.contains(v));
        }
        return m;
    }

    Set<Value> values() {
        return materialized;
    }

    boolean holds(Value v) {
        return materialized.contains(v);
    }

    /** Cost of a root: a materialized elementwise value or a sum. */
    Cost rootCost(Value v) {
        if (v.op() instanceof Op.Sum) {
            Cost c = cost(v.operand(0));
            int columns = pointwise.sumColumns(v);
            return new Cost(c.arrays(), c.ops(), c.heavy(), columns > 1 ? columns : c.columns());
        }
        Cost c = costs.get(v);
        return c == null ? cost(v) : c;
    }

    private void decide(Value v, List<Value> users, boolean output) {
        if (materialized.contains(v)) {
            return;
        }
        if (!pointwise.isVirtual(v)) {
            materialized.add(v);
            if (pointwise.sumColumns(v) > 1) {
                separateConflict(v.operand(0), pointwise.sumColumns(v));
            }
            return;
        }
        if (v.op() instanceof Op.Constant && !output && users.stream().allMatch(u -> readsInLoop(u, v))) {
            return;
        }
        Cost c = virtualCost(v);
        costs.put(v, c);
        boolean needed = output || users.stream().anyMatch(u -> !readsInLoop(u, v));
        boolean large = c.arrays().size() > MAX_OPERANDS || c.ops() > MAX_OPS;
        boolean sharedDear = users.size() > 1
                && (c.heavy() || c.arrays().size() > SHARED_OPERANDS || c.ops() > SHARED_OPS);
        if (needed || large || sharedDear) {
            materialized.add(v);
        }
    }

    private boolean readsInLoop(Value user, Value operand) {
        if (user.op() instanceof Op.Broadcast) {
            return false;
        }
        return user.dtype() == operand.dtype() && (pointwise.isVirtual(user) || pointwise.sumColumns(user) > 0);
    }

    private Cost cost(Value v) {
        if (materialized.contains(v)) {
            Set<Value> self = Collections.newSetFromMap(new IdentityHashMap<>());
            self.add(v);
            return new Cost(self, 0, false, 0);
        }
        Cost c = costs.get(v);
        return c == null ? new Cost(Set.of(), 0, false, 0) : c;
    }

    private Cost virtualCost(Value v) {
        if (v.op() instanceof Op.Constant) {
            return new Cost(Set.of(), 0, false, 0);
        }
        if (v.op() instanceof Op.Broadcast) {
            int columns = pointwise.broadcastColumns(v);
            return new Cost(Set.of(), 0, false, columns > 1 ? columns : 0);
        }
        Set<Value> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        int ops = 1;
        boolean heavy = Pointwise.isHeavy(v.op());
        int columns = 0;
        for (Value o : new LinkedHashSet<>(v.operands())) {
            Cost c = cost(o);
            if (columns != 0 && c.columns() != 0 && c.columns() != columns) {
                materialized.add(o);
                c = cost(o);
            }
            arrays.addAll(c.arrays());
            ops += c.ops();
            heavy |= c.heavy();
            columns = Math.max(columns, c.columns());
        }
        return new Cost(arrays, ops, heavy, columns);
    }

    private void separateConflict(Value operand, int columns) {
        int own = cost(operand).columns();
        if (own != 0 && own != columns) {
            materialized.add(operand);
        }
    }
}
