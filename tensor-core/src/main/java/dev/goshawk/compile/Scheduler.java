package dev.goshawk.compile;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Groups a graph's values into steps and puts the steps in order. Elementwise roots and sums over the same elements (of rows, of columns, of
 * blocks of rows) share a loop where they read a common array; levels (longest way from the inputs) keep the grouping free of cycles; the order follows the
 * trace as far as the groups allow, to keep lifetimes short.
 */
final class Scheduler {
    private static final int MAX_LOOP_OPS = 64;
    private static final int MAX_LOOP_ARRAYS = 14;

    /** A step being gathered. */
    private static final class Draft {
        final List<Value> members = new ArrayList<>();
        final Set<Value> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        final Set<Value> reads = new LinkedHashSet<>();
        final boolean loop;
        final int level;
        final int size;
        int columns;
        /** Blocks of rows that a sum is over, each by itself; 0 until one is. */
        int blocks;
        int ops;

        Draft(boolean loop, int level, int size) {
            this.loop = loop;
            this.level = level;
            this.size = size;
        }

        long order() {
            return members.get(0).id();
        }
    }

    private final Pointwise pointwise;
    private final Accumulations accumulations;
    private final Materialization materialization;
    private final Map<Value, Draft> producers = new IdentityHashMap<>();
    private final List<Draft> drafts = new ArrayList<>();
    private final Map<Integer, List<Draft>> loopsBySize = new java.util.HashMap<>();

    private Scheduler(Graph graph, Pointwise pointwise) {
        this.pointwise = pointwise;
        this.accumulations = Accumulations.in(graph);
        this.materialization = Materialization.of(graph, accumulations.results(), pointwise);
    }

    static List<Step> schedule(Graph graph, Pointwise pointwise) {
        Scheduler s = new Scheduler(graph, pointwise);
        for (Value v : graph.nodes()) {
            s.place(v);
        }
        Set<Value> read = Collections.newSetFromMap(new IdentityHashMap<>());
        read.addAll(graph.outputs().values());
        s.drafts.forEach(d -> d.reads.stream().filter(r -> s.producers.get(r) != d).forEach(read::add));
        graph.nodes().stream().filter(v -> v.op() instanceof Op.Reshape).forEach(v -> read.add(v.operand(0)));
        return s.inOrder().stream().map(d -> s.step(d, read)).toList();
    }

    private void place(Value v) {
        if (!materialization.holds(v) || v.op() instanceof Op.Input || accumulations.absorbs(v)) {
            return;
        }
        if (v.op() instanceof Op.Reshape) {
            Draft d = producers.get(v.operand(0));
            if (d != null) {
                producers.put(v, d);
            }
        } else if (accumulations.isResult(v)) {
            Accumulations.Terms t = accumulations.terms(v);
            List<Value> reads = new ArrayList<>(t.added().operands());
            reads.add(t.first());
            single(v, reads);
        } else if (pointwise.isVirtual(v) || pointwise.sumColumns(v) > 0) {
            root(v);
        } else {
            single(v, v.operands());
        }
    }

    private void single(Value v, List<Value> reads) {
        int level = 0;
        for (Value r : reads) {
            level = Math.max(level, levelAfter(r));
        }
        Draft d = new Draft(false, level, v.shape().size());
        d.members.add(v);
        d.reads.addAll(reads);
        add(d, v);
    }

    private void add(Draft d, Value v) {
        drafts.add(d);
        producers.put(v, d);
    }

    private int levelAfter(Value v) {
        Draft d = producers.get(v);
        return d == null ? 0 : d.level + 1;
    }

    private void root(Value v) {
        boolean sum = v.op() instanceof Op.Sum;
        int size = sum ? v.operand(0).shape().size() : v.shape().size();
        Materialization.Cost cost = materialization.rootCost(v);
        Set<Value> reads = new LinkedHashSet<>();
        collectReads(sum ? v.operand(0) : v, !sum, reads, new HashSet<>());
        Draft best = null;
        for (Draft d : loopsBySize.getOrDefault(size, List.of())) {
            if (joins(d, v, cost, reads) && (best == null || d.level < best.level)) {
                best = d;
            }
        }
        if (best == null) {
            int level = 0;
            for (Value r : reads) {
                level = Math.max(level, levelAfter(r));
            }
            best = new Draft(true, level, size);
            drafts.add(best);
            loopsBySize.computeIfAbsent(size, k -> new ArrayList<>()).add(best);
        }
        best.members.add(v);
        best.arrays.addAll(cost.arrays());
        best.reads.addAll(reads);
        best.columns = Math.max(best.columns, cost.columns());
        best.blocks = Math.max(best.blocks, blocks(v));
        best.ops += cost.ops();
        producers.put(v, best);
    }

    private static int blocks(Value v) {
        int blocks = Pointwise.sumBlocks(v);
        return blocks > 1 && !Pointwise.isOverRows(v) ? blocks : 0;
    }

    private boolean joins(Draft d, Value v, Materialization.Cost cost, Set<Value> reads) {
        if (d.members.get(0).dtype() != v.dtype() || d.ops + cost.ops() > MAX_LOOP_OPS
                || d.columns != 0 && cost.columns() != 0 && d.columns != cost.columns()
                || d.blocks != 0 && blocks(v) != 0 && d.blocks != blocks(v)) {
            return false;
        }
        boolean related = false;
        for (Value r : reads) {
            if (d.members.contains(r)) {
                // Readable while the loop runs only if it is one element for each of the loop's, not a sum of them.
                if (r.op() instanceof Op.Sum || !cost.arrays().contains(r)) {
                    return false;
                }
                related = true;
            } else if (producers.get(r) == d || levelAfter(r) > d.level) {
                return false;
            }
        }
        long arrays = cost.arrays().stream().filter(a -> !d.arrays.contains(a)).count() + d.arrays.size();
        return arrays <= MAX_LOOP_ARRAYS && (related || cost.arrays().stream().anyMatch(d.arrays::contains));
    }

    private void collectReads(Value v, boolean isRoot, Set<Value> reads, Set<Value> seen) {
        if (!seen.add(v)) {
            return;
        }
        if (!isRoot && materialization.holds(v)) {
            reads.add(v);
        } else if (v.op() instanceof Op.Broadcast) {
            reads.add(v.operand(0));
        } else {
            v.operands().forEach(o -> collectReads(o, false, reads, seen));
        }
    }

    private List<Draft> inOrder() {
        Map<Draft, Integer> waiting = new IdentityHashMap<>();
        Map<Draft, List<Draft>> followers = new IdentityHashMap<>();
        PriorityQueue<Draft> ready = new PriorityQueue<>(Comparator.comparingLong(Draft::order));
        for (Draft d : drafts) {
            Set<Draft> before = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Value r : d.reads) {
                Draft p = producers.get(r);
                if (p != null && p != d && before.add(p)) {
                    followers.computeIfAbsent(p, k -> new ArrayList<>()).add(d);
                }
            }
            waiting.put(d, before.size());
            if (before.isEmpty()) {
                ready.add(d);
            }
        }
        List<Draft> order = new ArrayList<>();
        for (@Nullable Draft d = ready.poll(); d != null; d = ready.poll()) {
            order.add(d);
            for (Draft f : followers.getOrDefault(d, List.of())) {
                if (waiting.merge(f, -1, Integer::sum) == 0) {
                    ready.add(f);
                }
            }
        }
        if (order.size() != drafts.size()) {
            throw new IllegalStateException(
                    "schedule: " + (drafts.size() - order.size()) + " steps wait for each other");
        }
        return order;
    }

    private Step step(Draft d, Set<Value> read) {
        if (d.loop) {
            int columns = Math.max(1, d.columns);
            return new Step.Loop(LoopBuilder.build(d.members, read, materialization.values(), d.size, columns));
        }
        Value v = d.members.get(0);
        if (accumulations.isResult(v)) {
            Accumulations.Terms t = accumulations.terms(v);
            return new Step.Apply(t.added().op(), t.added().operands(), v, Optional.of(t.first()));
        }
        return new Step.Apply(v.op(), v.operands(), v, Optional.empty());
    }
}
