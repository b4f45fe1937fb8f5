package dev.goshawk.random;

import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Makes a program that fails smaller while it fails: fewer outputs, nodes passed over or turned into inputs, smaller extents, plainer
 * numbers. Every change is tried, the ones that remove most first, until none is left or the time is up.
 */
final class Shrinker {
    private final Predicate<Program> fails;
    private final long end;
    private Program best;

    private Shrinker(Program program, Predicate<Program> fails, Duration limit) {
        this.best = program;
        this.fails = fails;
        this.end = System.nanoTime() + limit.toNanos();
    }

    /**
     * The smallest failing program found.
     *
     * @param program fails
     * @param fails false too where a program cannot be traced
     */
    static Program shrink(Program program, Predicate<Program> fails, Duration limit) {
        Shrinker s = new Shrinker(program, fails, limit);
        boolean smaller = true;
        while (smaller && !s.isLate()) {
            smaller = s.outputs() | s.nodes() | s.extents() | s.constants() | s.elements();
        }
        return s.best;
    }

    private boolean isLate() {
        return System.nanoTime() > end;
    }

    private boolean take(Program candidate) {
        if (isLate()) {
            return false;
        }
        Program p = candidate.needed();
        try {
            if (p.sameAs(best) || !fails.test(p)) {
                return false;
            }
        } catch (RuntimeException e) {
            return false;
        }
        best = p;
        return true;
    }

    private boolean outputs() {
        boolean smaller = false;
        for (String name : List.copyOf(best.outputs().keySet())) {
            if (best.outputs().size() > 1) {
                SequencedMap<String, Integer> alone = new LinkedHashMap<>();
                alone.put(name, best.outputs().get(name));
                if (take(new Program(best.nodes(), alone))) {
                    return true;
                }
                SequencedMap<String, Integer> less = new LinkedHashMap<>(best.outputs());
                less.remove(name);
                smaller |= take(new Program(best.nodes(), less));
            }
        }
        return smaller;
    }

    /** From the last node, as cutting there removes most. */
    private boolean nodes() {
        boolean smaller = false;
        for (int i = best.nodes().size() - 1; i >= 0; i--) {
            if (i >= best.nodes().size()) {
                continue;
            }
            if (!(best.nodes().get(i).op() instanceof Op.Leaf)) {
                boolean less = bypass(i) || cut(i);
                smaller |= less;
            }
        }
        return smaller;
    }

    /** An operand of the same type, or an operand as the output, in place of a node. */
    private boolean bypass(int i) {
        List<Value> values = best.trace(DType.FLOAT64).values();
        for (int o : best.nodes().get(i).operands()) {
            if (values.get(o).type().equals(values.get(i).type()) || best.nodes().stream().noneMatch(
                    n -> n.operands().contains(i)) && values.get(o).dtype().isFloating()) {
                List<Program.Node> nodes = new ArrayList<>();
                for (Program.Node n : best.nodes()) {
                    nodes.add(new Program.Node(n.op(), n.operands().stream().map(x -> x == i ? o : x).toList(),
                            n.elements()));
                }
                SequencedMap<String, Integer> outputs = new LinkedHashMap<>();
                best.outputs().forEach((name, x) -> outputs.put(name, x == i ? o : x));
                if (take(new Program(nodes, outputs))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** An input of the node's elements in its place. */
    private boolean cut(int i) {
        Value v = best.trace(DType.FLOAT64).values().get(i);
        if (!v.dtype().isFloating() || best.outputs().containsValue(i) && best.outputs().size() == 1) {
            return false;
        }
        double[] elements = Arrays.stream(best.evaluate().get(i)).map(x -> (float) x).toArray();
        return take(replace(best, i, Program.Node.input("cut" + i + "_" + best.nodes().size(), v.shape(), elements)));
    }

    private static Program replace(Program p, int i, Program.Node node) {
        List<Program.Node> nodes = new ArrayList<>(p.nodes());
        nodes.set(i, node);
        return new Program(nodes, p.outputs());
    }

    /** Every axis of one extent made shorter together. */
    private boolean extents() {
        boolean smaller = false;
        Set<Integer> extents = new TreeSet<>();
        best.trace(DType.FLOAT64).values().forEach(v -> Arrays.stream(v.shape().dims()).forEach(extents::add));
        for (int from : extents) {
            for (int to : Stream.of(1, 2, 3, 4, from / 2, from - 1).filter(n -> n > 0 && n < from).distinct()
                    .toList()) {
                boolean less = take(best, from, to, 0) || take(best, from, to, -1) || take(best, from, to, 1);
                smaller |= less;
                if (less) {
                    break;
                }
            }
        }
        return smaller;
    }

    /**
     * @param axis 0 changes first axes alone, 1 all but them, -1 all
     */
    private boolean take(Program p, int from, int to, int axis) {
        List<Program.Node> nodes = new ArrayList<>();
        try {
            for (Program.Node n : p.nodes()) {
                Op op = (Op) Records.map((Record) n.op(), c -> resized(c, from, to, axis));
                nodes.add(new Program.Node(op, n.operands(), n.op() instanceof Op.Input(var _, var _, var shape)
                        ? part(n.elements(), shape, ((Op.Input) op).shape())
                        : n.elements()));
            }
        } catch (RuntimeException e) {
            return false;
        }
        return take(new Program(nodes, p.outputs()));
    }

    private static Object resized(Object component, int from, int to, int axis) {
        return switch (component) {
            case Shape s -> {
                int[] d = s.dims();
                for (int i = 0; i < d.length; i++) {
                    d[i] = d[i] == from && (axis < 0 || (axis == 0) == (i == 0)) ? to : d[i];
                }
                yield Shape.of(d);
            }
            // Sizes of geometries and limits of slices; strides, paddings and positions may be hit too, which the check judges.
            case Record r -> Records.map(r, new java.util.function.UnaryOperator<>() {
                private int place;

                @Override
                public Object apply(Object c) {
                    boolean first = place++ == 0;
                    return c instanceof Integer n && n == from && (axis < 0 || (axis == 0) == first) ? (Object) to : c;
                }
            });
            case List<?> l -> l.stream().map(x -> x instanceof Integer n && n == from ? (Object) to : x).toList();
            default -> component;
        };
    }

    private static double[] part(double[] x, Shape from, Shape to) {
        if (from.equals(to)) {
            return x;
        }
        double[] out = new double[to.size()];
        int[] strides = from.strides();
        for (int i = 0; i < out.length; i++) {
            int left = i;
            int at = 0;
            for (int a = to.rank() - 1; a >= 0; a--) {
                at += left % to.dim(a) * strides[a];
                left /= to.dim(a);
            }
            out[i] = x[at];
        }
        return out;
    }

    private boolean constants() {
        boolean smaller = false;
        for (int i = 0; i < best.nodes().size(); i++) {
            Program.Node n = best.nodes().get(i);
            smaller |= switch (n.op()) {
                case Op.Scale(var c) when c != 2 && c != 1 -> take(replace(best, i, new Program.Node(new Op.Scale(2),
                        n.operands(), n.elements())));
                case Op.Constant(var c, var type, var shape) when c != 0 && c != 1 -> take(replace(best, i,
                        new Program.Node(new Op.Constant(1, type, shape), n.operands(), n.elements())));
                default -> false;
            };
        }
        return smaller;
    }

    /** Of an input all, or single elements where there are few, made plainer. */
    private boolean elements() {
        boolean smaller = false;
        List<DoubleUnaryOperator> plainer = List.of(_ -> 1, _ -> 0.5, Math::signum, x -> Math.rint(x),
                x -> Math.rint(4 * x) / 4, x -> Math.scalb(1, Math.getExponent(x)) * Math.signum(x));
        for (int i = 0; i < best.nodes().size(); i++) {
            if (!(best.nodes().get(i).op() instanceof Op.Input)) {
                continue;
            }
            for (DoubleUnaryOperator f : plainer) {
                boolean less = takeElements(i, Arrays.stream(best.nodes().get(i).elements()).map(f).toArray());
                smaller |= less;
                if (less) {
                    break;
                }
            }
            for (int k = 0; best.nodes().get(i).elements().length <= 32
                    && k < best.nodes().get(i).elements().length; k++) {
                double[] one = best.nodes().get(i).elements().clone();
                if (one[k] != 0) {
                    one[k] = 0;
                    smaller |= takeElements(i, one);
                }
            }
        }
        return smaller;
    }

    private boolean takeElements(int i, double[] elements) {
        Program.Node n = best.nodes().get(i);
        return complexity(elements) < complexity(n.elements())
                && take(replace(best, i, new Program.Node(n.op(), n.operands(), elements)));
    }

    /** Letters it takes to print; falls with every step, so that shrinking ends. */
    private static long complexity(double[] x) {
        return Arrays.stream(x).mapToLong(e -> e == 0 ? 0 : Double.toString(e).length()).sum();
    }
}
