package dev.goshawk.autodiff.random;

import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.random.Arithmetic;
import dev.goshawk.random.ErrorBound;
import dev.goshawk.random.Program;
import dev.goshawk.random.RandomNetwork;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;

/**
 * The scalar function of a program in a type, its variables, and directions for them.
 *
 * @param value the program's first output
 * @param variables its inputs but for images and labels
 */
record RandomFunction(Program.Traced traced, Value value, List<Value> variables) {

    static RandomFunction of(Program p, DType dtype) {
        Program.Traced t = p.trace(dtype);
        Value function = t.graph().outputs().firstEntry().getValue();
        List<Value> variables = Graph.of("function", function).inputs().entrySet().stream()
                .filter(e -> !e.getKey().equals(RandomNetwork.IMAGES) && !e.getKey().equals(RandomNetwork.LABELS))
                .map(Map.Entry::getValue).toList();
        return new RandomFunction(t, function, variables);
    }

    /** Whether it is a function to differentiate; what shrinking leaves may be none. */
    boolean isProper() {
        return value.shape().rank() == 0 && value.dtype().isFloating() && !variables.isEmpty();
    }

    static String name(Value input) {
        return ((Op.Input) input.op()).name();
    }

    /** Elements of all variables one after another. */
    int size() {
        return variables.stream().mapToInt(v -> v.shape().size()).sum();
    }

    /** Of the size of the variables, exact in float32. */
    double[] direction(long seed) {
        Random random = new Random(seed);
        double[] d = new double[size()];
        for (int i = 0; i < d.length; i++) {
            d[i] = (float) random.nextGaussian();
        }
        return d;
    }

    /** A vector's parts by variable. */
    Map<String, Tensor> parts(double[] v) {
        Map<String, Tensor> parts = new LinkedHashMap<>();
        int from = 0;
        for (Value x : variables) {
            int n = x.shape().size();
            parts.put(name(x), Tensor.of(x.shape(), java.util.Arrays.copyOfRange(v, from, from + n)).to(x.dtype()));
            from += n;
        }
        return parts;
    }

    /** Inputs for directions, named after the variables. */
    List<Value> directions() {
        return variables.stream().map(x -> Value.input("d/" + name(x), x.dtype(), x.shape())).toList();
    }

    /** The point, and a direction under its inputs' names. */
    Map<String, Tensor> with(double[] v) {
        Map<String, Tensor> all = new LinkedHashMap<>(traced.bindings());
        parts(v).forEach((name, t) -> all.put("d/" + name, t));
        return all;
    }

    /** The Hessian's products by both modes, {@code f0, f1, ...} and {@code r0, r1, ...}, and the gradient {@code g0, g1, ...}. */
    Graph products(List<Value> directions) {
        List<Value> gradient = ReverseMode.gradient(value, variables);
        List<Value> forward = ForwardMode.jvp(gradient, variables, directions);
        List<Value> reverse = ReverseMode.gradient(dot(gradient, directions), variables);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        for (int i = 0; i < variables.size(); i++) {
            outputs.put("g" + i, gradient.get(i));
            outputs.put("f" + i, forward.get(i));
            outputs.put("r" + i, reverse.get(i));
        }
        return Graph.of(outputs);
    }

    static Value dot(List<Value> a, List<Value> b) {
        Value sum = a.get(0).multiply(b.get(0)).sum();
        for (int i = 1; i < a.size(); i++) {
            sum = sum.add(a.get(i).multiply(b.get(i)).sum());
        }
        return sum;
    }

    /** One mode's product with a vector, with its bounds, all variables one after another. */
    ErrorBound product(String mode, double[] v) {
        List<ErrorBound> parts = new ArrayList<>();
        SequencedMap<String, ErrorBound> all = ErrorBound.of(products(directions()), with(v),
                Arithmetic.of(value.dtype()));
        for (int i = 0; i < variables.size(); i++) {
            parts.add(all.get(mode + i));
        }
        return new ErrorBound(joined(parts.stream().map(ErrorBound::value).toList()),
                joined(parts.stream().map(ErrorBound::error).toList()),
                joined(parts.stream().map(ErrorBound::size).toList()));
    }

    static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(java.util.Arrays::stream).toArray();
    }
}
