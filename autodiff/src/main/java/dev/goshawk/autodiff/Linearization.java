package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.compile.Simplifier;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Names;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/**
 * A graph cut in two by what depends on some of its inputs (the tangents): the primal part runs once for a point, the tangent part
 * once for each new tangent, reading what it needs of the primal part as inputs. Values at the cut that are cheap to recompute are
 * not kept: of a broadcast only its operand is kept, of a mask the value it tests, and of a gradient before and after a batch
 * normalization's scale only one of the two.
 *
 * @param primal everything that does not depend on the tangents and is needed: the results wanted of it, and what is kept
 * @param tangent everything that does, with the kept values as inputs {@code kept/0, kept/1, ...} (with a longer
 *     prefix where an input or a result has such a name)
 * @param kept names of the kept values, outputs of one graph and inputs of the other
 */
public record Linearization(Graph primal, Graph tangent, List<String> kept) {

    /**
     * Cuts a graph.
     *
     * @param outputs all results; those that depend on a tangent become the tangent graph's, the others the primal graph's
     * @param tangents inputs that change most often, so that a change should cost as little as possible
     * @throws IllegalArgumentException if every output depends on a tangent
     */
    public static Linearization of(SequencedMap<String, Value> outputs, Collection<Value> tangents) {
        Graph whole = Simplifier.simplify(Graph.of(outputs));
        Dependence moves = Dependence.on(whole.nodes(), tangents);
        SequencedMap<String, Value> primalOutputs = new LinkedHashMap<>();
        Set<Value> kept = new LinkedHashSet<>();
        Map<Value, Value> copies = new IdentityHashMap<>();
        Map<String, Value> results = whole.outputs();
        results.forEach((name, v) -> {
            if (!moves.holds(v)) {
                primalOutputs.put(name, v);
            }
        });
        Cut cut = new Cut(whole.nodes(), moves);
        String prefix = keptPrefix(whole);
        // Rebuild the tangent part over inputs that stand for the kept values.
        for (Value v : whole.nodes()) {
            if (!moves.holds(v) && cut.needs(v) && !cut.isRecomputed(v)) {
                if (v.op() instanceof Op.Input) {
                    copies.put(v, v);
                } else {
                    copies.put(v, Value.input(prefix + kept.size(), v.dtype(), v.shape()));
                    primalOutputs.put(prefix + kept.size(), v);
                    kept.add(v);
                }
            }
        }
        for (Value v : whole.nodes()) {
            if (moves.holds(v) && !(v.op() instanceof Op.Input)) {
                copy(v, copies);
            }
        }
        SequencedMap<String, Value> tangentOutputs = new LinkedHashMap<>();
        results.forEach((name, v) -> {
            if (moves.holds(v)) {
                tangentOutputs.put(name, copies.getOrDefault(v, v));
            }
        });
        if (tangentOutputs.isEmpty()) {
            // Nothing moves (the Hessian of a linear function): a part that has nothing to do.
            Value any = whole.outputs().firstEntry().getValue();
            tangentOutputs.put("nothing", Value.constant(0, any.dtype(), Shape.scalar()));
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < kept.size(); i++) {
            names.add(prefix + i);
        }
        if (primalOutputs.isEmpty()) {
            throw new IllegalArgumentException("linearization: everything depends on the tangents");
        }
        return new Linearization(Graph.of(primalOutputs), Graph.of(tangentOutputs), List.copyOf(names));
    }

    /** Inputs and outputs may have any name. */
    private static String keptPrefix(Graph whole) {
        List<String> taken = new ArrayList<>(whole.inputs().keySet());
        taken.addAll(whole.outputs().keySet());
        return Names.freePrefix("kept/", taken);
    }

    /** A recomputed value is traced where it is first used, so that it occupies no memory before: schedules follow the trace. */
    private static Value copy(Value v, Map<Value, Value> copies) {
        Value known = copies.get(v);
        if (known != null || v.op() instanceof Op.Input) {
            return known == null ? v : known;
        }
        Value made = Value.of(v.op(), v.operands().stream().map(o -> copy(o, copies)).toList());
        copies.put(v, made);
        return made;
    }

    /** Bytes that {@link #compile} would allocate for both parts, without allocating them; bound inputs are not counted. */
    public long plannedBytes(Backend backend) {
        return backend.plannedBytes(primal) + backend.plannedBytes(tangent);
    }

    /** Compiles both parts on one backend and joins them. */
    public Compiled compile(Backend backend) {
        Executable first = backend.compile(primal);
        Executable second = backend.compile(tangent);
        for (String name : kept) {
            if (second.inputs().contains(name)) {
                second.connect(name, first, name);
            }
        }
        return new Compiled(first, second);
    }

    /** Both parts, ready to run. */
    public record Compiled(Executable primal, Executable tangent) {
        /** Binds an input wherever it is used. */
        public void bind(String input, Tensor tensor) {
            boolean known = false;
            for (Executable e : List.of(primal, tangent)) {
                if (e.inputs().contains(input)) {
                    e.bind(input, tensor);
                    known = true;
                }
            }
            if (!known) {
                Set<String> all = new TreeSet<>(primal.inputs());
                all.addAll(tangent.inputs());
                all.removeAll(primal.outputs());
                throw Names.unknown("bind: no input", input, "inputs are", all);
            }
        }

        /** Bytes planned for both parts. */
        public long plannedBytes() {
            return primal.plannedBytes() + tangent.plannedBytes();
        }
    }
}
