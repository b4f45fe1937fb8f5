package dev.goshawk.autodiff.random;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.ForwardMode;
import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.random.Agreement;
import dev.goshawk.random.Arithmetic;
import dev.goshawk.random.ErrorBound;
import dev.goshawk.random.Program;
import dev.goshawk.random.RandomGraph;
import dev.goshawk.random.RandomNetwork;
import dev.goshawk.random.RandomRun;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Derivatives of random functions: of the orders 1 to 4 against Taylor coefficients that are computed without the derivative table, and
 * gradients and Hessian-vector products of both modes on the vector backend against their error bounds.
 */
class RandomDerivativesTest {
    private static final String NAME = RandomDerivativesTest.class.getSimpleName();
    private static final Workers THREE = ThreadPool.ofThreads(3);
    /** A derivative of order k has some 3^k times the function's nodes. */
    private static final long MOST_WORK = 3_000_000;

    private final Agreement agreement = new Agreement();

    @AfterEach
    void mostCouldBeCompared() {
        assertTrue(agreement.share() > 0.7, () -> "compared only " + agreement.share());
    }

    @Test
    void ordersOneToFour() {
        RandomRun.hold(NAME + " orders of functions", 1, 20, RandomGraph::function, this::orders);
        RandomRun.hold(NAME + " orders of networks", 1, 4, RandomNetwork::of, this::orders);
    }

    @Test
    void onTheVectorBackend() {
        RandomRun.hold(NAME + " vector, functions", 1, 6, RandomGraph::function, this::vector);
        RandomRun.hold(NAME + " vector, networks", 1, 3, RandomNetwork::of, this::vector);
    }

    /** The orders that are cheap enough, at least 2. */
    private static int order(Program.Traced t) {
        long work = t.graph().nodes().stream().mapToLong(v -> 1 + v.shape().size()).sum();
        int order = 2;
        while (order < 4 && work * Math.pow(3, order + 1) <= MOST_WORK) {
            order++;
        }
        return order;
    }

    private void orders(Program p) {
        RandomFunction f = RandomFunction.of(p, DType.FLOAT64);
        if (!f.isProper()) {
            return;
        }
        int order = order(f.traced());
        List<Value> along = f.directions();
        double[] d = f.direction(7);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        Value derivative = f.value();
        for (int k = 1; k <= order; k++) {
            outputs.put("reverse, order " + k, RandomFunction.dot(ReverseMode.gradient(derivative, f.variables()),
                    along));
            derivative = ForwardMode.jvp(List.of(derivative), f.variables(), along).get(0);
            outputs.put("forward, order " + k, derivative);
        }
        Map<String, Tensor> at = f.with(d);
        double[] expected = Jets.derivatives(f.traced().graph(), f.value(), f.traced().bindings(), f.parts(d), order);
        ErrorBound.of(Graph.of(outputs), at, Arithmetic.of(DType.FLOAT64)).forEach((name, bound) -> {
            double e = expected[name.charAt(name.length() - 1) - '0'];
            // The series round about as often as the graph.
            double tolerance = 8 * bound.error()[0] + 1e-13 * bound.size()[0];
            agreement.near(name, bound.value(), new double[] {e}, new double[] {tolerance});
        });
    }

    private void vector(Program p) {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            RandomFunction f = RandomFunction.of(p, dtype);
            if (!f.isProper()) {
                return;
            }
            Graph graph = f.products(f.directions());
            Map<String, Tensor> at = f.with(f.direction(8));
            Map<String, double[]> one = agreement.within("vector " + dtype,
                    Backends.select("vector", Workers.SINGLE).compile(graph), graph, at,
                    ErrorBound.of(graph, at, Arithmetic.of(dtype)));
            Agreement.same("3 threads " + dtype, Agreement.run(Backends.select("vector", THREE).compile(graph), graph,
                    at), one);
        }
    }
}
