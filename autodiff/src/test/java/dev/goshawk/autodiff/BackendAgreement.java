package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.cpu.reference.Interpreter;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;

/** Holds a backend to the {@link Interpreter}: values, gradients and Hessian-vector products of the op test table. */
public final class BackendAgreement {
    private BackendAgreement() {
    }

    /**
     * Greatest difference, relative to the largest element of an output (or to 1). A backend may sum in its own order
     * and type: for the table's sums of up to some thousand terms of size 1 that is a few hundred roundings of float32
     * (6e-8) or float64 (1e-16) at the very worst, and one wrong or missing term is 1e-3 and more.
     */
    public static double tolerance(DType dtype) {
        return dtype == DType.FLOAT64 ? 1e-12 : 2e-5;
    }

    /**
     * Runs a row's op, its gradient and, where it has one, its Hessian-vector product.
     *
     * @throws AssertionError naming the row, the output and the element that differs
     */
    public static void check(Backend backend, OpSample sample, DType dtype) {
        int order = sample.op() instanceof Op.FirstOrderOnly ? 0 : Math.max(1, sample.order());
        check(backend, sample.name(), inputs -> sample.trace(dtype, inputs), sample.operands(), order, dtype);
    }

    /**
     * Runs a function, its gradient (order 1 and 2) and its Hessian-vector products (order 2) at a point.
     *
     * @param at float64, rounded to the type where it is another, or int32
     * @throws AssertionError naming the function, the output and the element that differs
     */
    public static void check(Backend backend, String name, Function<List<Value>, Value> function, List<Tensor> at,
            int order, DType dtype) {
        List<Value> inputs = new ArrayList<>();
        Map<String, Tensor> bindings = new LinkedHashMap<>();
        for (int i = 0; i < at.size(); i++) {
            DType type = at.get(i).dtype().isFloating() ? dtype : at.get(i).dtype();
            inputs.add(Value.input("x" + i, type, at.get(i).shape()));
            bindings.put("x" + i, at.get(i).to(type));
        }
        Value y = function.apply(inputs);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("value", y);
        check(backend, name + " " + dtype, Graph.of(outputs), bindings);
        if (order < 1 || !y.dtype().isFloating()) {
            return;
        }
        List<Value> variables = new ArrayList<>(inputs.stream().filter(x -> x.dtype().isFloating()).toList());
        Value u = Value.input("u", dtype, y.shape());
        bindings.put("u", SampleValues.normal(81, y.shape().dims()).to(dtype));
        put(outputs, "gradient", ReverseMode.vjp(List.of(y), List.of(u), variables));
        check(backend, name + " gradient " + dtype, Graph.of(outputs), bindings);
        if (order < 2) {
            return;
        }
        variables.add(u);
        List<Value> gradient = ReverseMode.gradient(y.multiply(u).sum(), variables);
        List<Value> directions = new ArrayList<>();
        for (int i = 0; i < variables.size(); i++) {
            Value x = variables.get(i);
            directions.add(Value.input("d" + i, dtype, x.shape()));
            bindings.put("d" + i, SampleValues.normal(82 + i, x.shape().dims()).to(dtype));
        }
        put(outputs, "forward_over_reverse", ForwardMode.jvp(gradient, variables, directions));
        put(outputs, "reverse_over_reverse",
                ReverseMode.gradient(ReverseMode.dot(gradient, directions), variables));
        check(backend, name + " second order " + dtype, Graph.of(outputs), bindings);
    }

    private static void put(SequencedMap<String, Value> outputs, String name, List<Value> values) {
        for (int i = 0; i < values.size(); i++) {
            outputs.put(name + i, values.get(i));
        }
    }

    /**
     * Runs any graph on the backend and in the interpreter. It is run twice: a second run over used memory must agree
     * too.
     *
     * @param bindings a tensor for each input; others are not looked at
     * @throws AssertionError naming the graph, the output and the element that differs
     */
    public static void check(Backend backend, String name, Graph graph, Map<String, Tensor> bindings) {
        Map<String, Tensor> expected = Interpreter.run(graph, bindings);
        Executable executable = backend.compile(graph);
        for (String input : executable.inputs()) {
            executable.bind(input, bindings.get(input));
        }
        for (int run = 1; run <= 2; run++) {
            executable.run();
            for (Map.Entry<String, Tensor> e : expected.entrySet()) {
                compare(name + ", run " + run + " on " + backend.name() + ", output " + e.getKey(),
                        executable.output(e.getKey()), e.getValue());
            }
        }
    }

    private static void compare(String what, Tensor actual, Tensor expected) {
        if (actual.dtype() != expected.dtype() || !actual.shape().equals(expected.shape())) {
            throw new AssertionError(what + ": got " + actual + ", expected " + expected);
        }
        double scale = 1;
        for (int i = 0; i < expected.size(); i++) {
            if (Double.isFinite(expected.get(i))) {
                scale = Math.max(scale, Math.abs(expected.get(i)));
            }
        }
        double tolerance = expected.dtype().isFloating() ? tolerance(expected.dtype()) * scale : 0;
        for (int i = 0; i < expected.size(); i++) {
            double difference = Math.abs(actual.get(i) - expected.get(i));
            boolean same = Double.compare(actual.get(i), expected.get(i)) == 0;
            if (!same && !(difference <= tolerance)) {
                throw new AssertionError(what + " " + expected.shape() + ", element " + i + ": got " + actual.get(i)
                        + ", expected " + expected.get(i) + " within " + tolerance);
            }
        }
    }
}
