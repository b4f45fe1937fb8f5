package dev.goshawk.random;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.compile.Plan;
import dev.goshawk.cpu.exec.CpuExecutable;
import dev.goshawk.cpu.kernel.conv.winograd.Winograd;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.random.RandomGraph.Kind;
import dev.goshawk.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * Random graphs on the vector backend, in both types: within the error bounds of the float64 reference; the same bits on one, two and three
 * threads; within the bounds too without sections, without Winograd's products and with every value stored.
 */
class RandomBackendTest {
    private static final List<Workers> THREADS = List.of(ThreadPool.ofThreads(2), ThreadPool.ofThreads(3));

    private final Agreement agreement = new Agreement();

    private void hold(String name, long last, LongFunction<Program> generator, double least) {
        RandomRun.hold(RandomBackendTest.class.getSimpleName() + " " + name, 1, last, generator, p -> {
            check(p, DType.FLOAT32);
            check(p, DType.FLOAT64);
        });
        assertTrue(agreement.share() >= least, () -> "compared only " + agreement.share());
    }

    @Test
    void graphsOfModerateValues() {
        hold("moderate", 8, seed -> RandomGraph.of(seed, Kind.MODERATE), 0.9);
    }

    @Test
    void graphsOfExtremeValues() {
        hold("extreme", 8, seed -> RandomGraph.of(seed, Kind.EXTREME), 0.7);
    }

    @Test
    void networks() {
        hold("networks", 3, RandomNetwork::of, 0.9);
    }

    private void check(Program p, DType dtype) {
        Program.Traced t = p.trace(dtype);
        Arithmetic type = Arithmetic.of(dtype);
        Map<String, ErrorBound> bounds = ErrorBound.of(t.graph(), t.bindings(), type);
        SequencedMap<String, double[]> one = agreement.within("vector " + dtype,
                Backends.select("vector", Workers.SINGLE).compile(t.graph()), t.graph(), t.bindings(), bounds);
        for (Workers w : THREADS) {
            Agreement.same(w.threads() + " threads " + dtype, Agreement.run(Backends.select("vector", w)
                    .compile(t.graph()), t.graph(), t.bindings()), one);
        }
        agreement.within("without sections " + dtype, new CpuExecutable(t.graph(), Plan.of(t.graph()), Workers.SINGLE),
                t.graph(),
                t.bindings(), bounds);
        if (dtype == DType.FLOAT32) {
            withoutWinograd(() -> agreement.within("without Winograd's products",
                    Backends.select("vector", Workers.SINGLE).compile(t.graph()), t.graph(), t.bindings(), bounds));
        }
        Graph all = everyValue(t);
        agreement.within("every value stored " + dtype, Backends.select("vector", Workers.SINGLE).compile(all), all,
                t.bindings(), ErrorBound.of(all, t.bindings(), type));
    }

    private static Graph everyValue(Program.Traced t) {
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        t.graph().nodes().forEach(v -> outputs.put("v" + outputs.size(), v));
        return Graph.of(outputs);
    }

    private static void withoutWinograd(Runnable check) {
        System.setProperty(Winograd.PROPERTY, "false");
        try {
            check.run();
        } finally {
            System.clearProperty(Winograd.PROPERTY);
        }
    }
}
