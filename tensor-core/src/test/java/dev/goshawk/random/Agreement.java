package dev.goshawk.random;

import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Holds executables to a graph's {@link ErrorBound}s and to each other's bits, and counts what could be compared. */
public final class Agreement {
    private long compared;
    private long open;

    /** Share of the elements seen for which there was a bound. */
    public double share() {
        return compared + open == 0 ? 1 : (double) compared / (compared + open);
    }

    /** The outputs of an executable, by name, bound and run. */
    public static SequencedMap<String, double[]> run(Executable e, Graph graph, Map<String, Tensor> bindings) {
        e.inputs().forEach(name -> e.bind(name, bindings.get(name)));
        e.run();
        SequencedMap<String, double[]> results = new LinkedHashMap<>();
        graph.outputs().keySet().forEach(name -> results.put(name, e.output(name).toDoubles()));
        return results;
    }

    /**
     * Two runs of an executable: within the bounds, and the second with the same bits as the first.
     *
     * @throws AssertionError naming the output and the element that differs
     */
    public SequencedMap<String, double[]> within(String what, Executable e, Graph graph, Map<String, Tensor> bindings,
            Map<String, ErrorBound> bounds) {
        SequencedMap<String, double[]> first = run(e, graph, bindings);
        first.forEach((name, x) -> within(what, name, graph.outputs().get(name), x, bounds.get(name)));
        same(what + " again", run(e, graph, bindings), first);
        return first;
    }

    /** One output. The bound on a float64 result is doubled, as the value it is a distance from is rounded too. */
    public void within(String what, String name, Value v, double[] x, ErrorBound bound) {
        double factor = v.dtype() == DType.FLOAT64 ? 2 : 1;
        if (x.length != bound.value().length) {
            throw new AssertionError(
                    what + ": " + name + " has " + x.length + " elements, not " + bound.value().length);
        }
        near(what + ": " + name + " " + v, x, bound.value(),
                Arrays.stream(bound.error()).map(e -> factor * e).toArray());
    }

    /**
     * Numbers apart by at most a tolerance, which may be infinite.
     *
     * @throws AssertionError naming the element that differs
     */
    public void near(String what, double[] got, double[] expected, double[] tolerance) {
        for (int i = 0; i < expected.length; i++) {
            if (Double.isInfinite(tolerance[i])) {
                open++;
                continue;
            }
            compared++;
            if (!(Math.abs(got[i] - expected[i]) <= tolerance[i])) {
                throw new AssertionError(what + ": element " + i + ": got " + got[i] + ", expected " + expected[i]
                        + " within " + tolerance[i]);
            }
        }
    }

    /**
     * Every bit; one zero is as good as the other, and one NaN as another.
     *
     * @throws AssertionError naming the output and the element that differs
     */
    public static void same(String what, Map<String, double[]> got, Map<String, double[]> expected) {
        expected.forEach((name, x) -> {
            double[] y = got.get(name);
            for (int i = 0; i < x.length; i++) {
                if (y[i] != x[i] && !(Double.isNaN(x[i]) && Double.isNaN(y[i]))) {
                    throw new AssertionError(what + ": " + name + ", element " + i + ": got " + y[i] + ", before "
                            + x[i]);
                }
            }
        });
    }
}
