package dev.goshawk.hawq.cli.doctor;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Holds a backend to another by the {@link OpTable}: values and gradients, again and again until the compiler has nothing more to do. A
 * JIT compiler that makes wrong code of a kernel is found by this in the very JVM, and with the very flags, that it happens in: the results of
 * all runs must be the same bits, and right.
 *
 * @param graphs number of graphs looked at
 * @param left number of graphs there was no time for
 * @param runs of all graphs together
 * @param faults a line each
 */
record DeepCheck(int graphs, int left, long runs, List<String> faults) {
    private static final long ALL_NANOS = 110_000_000_000L;
    /** A graph counts as compiled when the compiler has been idle for so long. */
    static final long IDLE_NANOS = 60_000_000L;
    private static final long LONGEST_NANOS = 1_000_000_000L;
    private static final int LEAST_RUNS = 3;

    /** Nanoseconds: of an idle compiler, and of one graph in all. */
    private record Patience(long idle, long most) {
    }

    /** Told before each graph. */
    @FunctionalInterface
    interface Listener {
        void at(String graph, double fraction);
    }

    /** Rounding explains so much, relative to the largest element or to 1: some hundred roundings; a wrong term is far more. */
    static double tolerance(DType dtype) {
        return dtype == DType.FLOAT64 ? 1e-12 : 2e-5;
    }

    /**
     * Looks at all graphs.
     *
     * @param idle how long the compiler is to have been idle before a graph is left, in nanoseconds
     */
    static DeepCheck of(Backend backend, Backend oracle, long idle, Listener listener) {
        List<OpTable.Row> rows = OpTable.rows(oracle);
        List<DType> dtypes = List.of(DType.FLOAT32, DType.FLOAT64);
        List<String> faults = new ArrayList<>();
        int all = rows.size() * dtypes.size();
        int graphs = 0;
        long runs = 0;
        long start = System.nanoTime();
        for (OpTable.Row row : rows) {
            for (DType dtype : dtypes) {
                long spent = System.nanoTime() - start;
                if (spent > ALL_NANOS) {
                    return new DeepCheck(graphs, all - graphs, runs, List.copyOf(faults));
                }
                String name = row.name() + " in " + dtype;
                listener.at(name, (double) graphs / all);
                Graph graph = graph(row, dtype);
                Map<String, Tensor> inputs = inputs(graph, row, dtype);
                Map<String, Tensor> expected = outputs(bound(graph, inputs, oracle), graph);
                Executable tested = bound(graph, inputs, backend);
                long most = Math.min(LONGEST_NANOS, (ALL_NANOS - spent) / (all - graphs));
                runs += repeat(tested, graph, name, expected, new Patience(idle, most), faults);
                graphs++;
            }
        }
        return new DeepCheck(graphs, 0, runs, List.copyOf(faults));
    }

    /** The op and, where there is one, the gradient of its product with some numbers. */
    private static Graph graph(OpTable.Row row, DType dtype) {
        List<Value> inputs = new ArrayList<>();
        for (int i = 0; i < row.at().size(); i++) {
            Tensor t = row.at().get(i);
            inputs.add(Value.input("x" + i, t.dtype().isFloating() ? dtype : t.dtype(), t.shape()));
        }
        Value y = row.trace(dtype, inputs);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("value", y);
        List<Value> by = inputs.stream().filter(x -> x.dtype().isFloating()).toList();
        if (row.differentiated() && y.dtype().isFloating() && !by.isEmpty() && !(row.op() instanceof Op.Leaf)) {
            Value u = Value.input("u", dtype, y.shape());
            List<Value> gradient = ReverseMode.vjp(List.of(y), List.of(u), by);
            for (int i = 0; i < gradient.size(); i++) {
                outputs.put("gradient by operand " + i, gradient.get(i));
            }
        }
        return Graph.of(outputs);
    }

    private static Map<String, Tensor> inputs(Graph graph, OpTable.Row row, DType dtype) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (Map.Entry<String, Value> in : graph.inputs().entrySet()) {
            if (in.getKey().equals("u")) {
                SplittableRandom random = new SplittableRandom(81);
                Tensor u = Tensor.zeros(dtype, in.getValue().shape());
                for (int i = 0; i < u.size(); i++) {
                    u.set(i, random.nextGaussian());
                }
                inputs.put(in.getKey(), u);
            } else {
                Tensor at = row.at().get(Integer.parseInt(in.getKey().substring(1)));
                inputs.put(in.getKey(), at.to(in.getValue().dtype()));
            }
        }
        return inputs;
    }

    private static Executable bound(Graph graph, Map<String, Tensor> inputs, Backend backend) {
        Executable e = backend.compile(graph);
        inputs.forEach(e::bind);
        e.run();
        return e;
    }

    private static Map<String, Tensor> outputs(Executable e, Graph graph) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        graph.outputs().keySet().forEach(name -> outputs.put(name, e.output(name).copy()));
        return outputs;
    }

    /** Runs until the compiler is idle; a fault ends it. */
    private static long repeat(Executable tested, Graph graph, String name, Map<String, Tensor> expected,
            Patience patience, List<String> faults) {
        Map<String, Tensor> first = outputs(tested, graph);
        for (Map.Entry<String, Tensor> e : expected.entrySet()) {
            String fault = difference(at(first, e.getKey()), e.getValue(), true);
            if (fault != null) {
                faults.add(name + ", " + e.getKey() + ", " + fault);
                return 1;
            }
        }
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        long start = System.nanoTime();
        long compiled = compiler == null ? 0 : compiler.getTotalCompilationTime();
        long changed = start;
        long runs = 1;
        for (long now = start; runs < LEAST_RUNS
                || now - changed < patience.idle && now - start < patience.most; now = System.nanoTime()) {
            tested.run();
            runs++;
            for (Map.Entry<String, Tensor> e : first.entrySet()) {
                String fault = difference(tested.output(e.getKey()), e.getValue(), false);
                if (fault != null) {
                    faults.add(
                            name + ", " + e.getKey() + ", run " + runs + " with other bits than the first, " + fault);
                    return runs;
                }
            }
            long time = compiler == null ? 0 : compiler.getTotalCompilationTime();
            if (time != compiled) {
                compiled = time;
                changed = now;
            }
        }
        return runs;
    }

    private static Tensor at(Map<String, Tensor> outputs, String name) {
        Tensor t = outputs.get(name);
        if (t == null) {
            throw new IllegalStateException("no output " + name);
        }
        return t;
    }

    /** What is wrong with the first element that is, or null: other bits, or more than rounding explains. */
    static @Nullable String difference(Tensor got, Tensor expected, boolean rounded) {
        double scale = 1;
        for (int i = 0; rounded && i < expected.size(); i++) {
            scale = Double.isFinite(expected.get(i)) ? Math.max(scale, Math.abs(expected.get(i))) : scale;
        }
        double allowed = rounded && expected.dtype().isFloating() ? tolerance(expected.dtype()) * scale : 0;
        for (int i = 0; i < expected.size(); i++) {
            double g = got.get(i);
            double e = expected.get(i);
            if (Double.compare(g, e) != 0 && !(Math.abs(g - e) <= allowed)) {
                return "element " + i + ": got " + g + ", expected " + e + (rounded ? " within " + allowed : "");
            }
        }
        return null;
    }
}
