package dev.goshawk.hawq.cli.doctor;

import dev.goshawk.hawq.cli.CliRun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.autodiff.OpSamples;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.graph.Graph;
import dev.goshawk.tensor.DType;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
    @Test
    void saysWhatItRunsOnAndThatItIsRight() {
        CliRun run = CliRun.of("doctor", "--threads", "1");
        assertEquals(0, run.exitCode(), run.out());
        String chosen = Backends.defaultBackend().name();
        assertTrue(run.out().contains("backend *  " + chosen + ": chosen, the first usable one"), run.out());
        assertTrue(run.out().contains("reference: "), run.out());
        assertTrue(run.out().contains("java       " + Runtime.version()), run.out());
        assertFalse(run.out().contains("WRONG"), run.out());
        assertTrue(run.out().lines().filter(l -> l.startsWith("correct")).count() >= 1, run.out());
        assertTrue(run.out().lines().anyMatch(l -> l.matches("speed +convolution .*: [0-9.]+ GFLOP/s")), run.out());
    }

    @Test
    void aDeviationBeyondRoundingIsNotWithin() {
        assertTrue(new KernelCheck.Deviation("convolution", DType.FLOAT32, 1e-5, 1e-5).within());
        assertFalse(new KernelCheck.Deviation("convolution", DType.FLOAT32, 1.1e-5, 1e-5).within());
        assertFalse(new KernelCheck.Deviation("convolution", DType.FLOAT32, Double.NaN, 1e-5).within());
    }

    @Test
    void badOptionsAreOneLineBeforeAnythingIsPrinted() {
        assertEquals("goshawk: --threads: expected at least 1, got 0 (see goshawk doctor --help)",
                CliRun.failure("doctor", "--threads", "0"));
    }

    @Test
    void everyOpIsInTheTable() {
        Set<String> missing = OpSamples.required();
        List<OpTable.Row> rows = OpTable.rows(Backends.select("reference", Workers.SINGLE));
        rows.forEach(row -> missing.removeAll(OpSamples.provided(row.op())));
        assertEquals(Set.of(), missing);
    }

    @Test
    void aWrongBackendIsFoundOut() {
        Backend reference = Backends.select("reference", Workers.SINGLE);
        DeepCheck sound = DeepCheck.of(reference, reference, 0, (graph, fraction) -> {
        });
        assertEquals(List.of(), sound.faults());
        assertEquals(0, sound.left());
        assertTrue(sound.runs() >= 3L * sound.graphs(), sound.toString());
        // What a miscompiled kernel does: right at first, then another number.
        DeepCheck changing = DeepCheck.of(new Changing(reference), reference, 0, (graph, fraction) -> {
        });
        assertTrue(changing.faults().stream().anyMatch(f -> f.matches(
                "tanh of \\[1031\\] in float32, value, run 3 with other bits than the first, element 0: got .*, expected .*")),
                changing.faults().toString());
    }

    @Test
    void defectsOfTheJdkAreKnown() {
        assertEquals(2, JdkDefects.of(Runtime.Version.parse("25.0.3+9"), "amd64", List.of()).size());
        assertEquals(List.of(), JdkDefects.of(Runtime.Version.parse("25.0.3+9"), "aarch64", List.of()));
        assertEquals(List.of(), JdkDefects.of(Runtime.Version.parse("27+36"), "amd64", List.of()));
        assertEquals(1, JdkDefects.of(Runtime.Version.parse("27-ea+20"), "amd64", List.of()).size());
        String on = "-XX:+UseCompactObjectHeaders";
        assertEquals(List.of("JDK-8380060: leave out " + on),
                JdkDefects.of(Runtime.Version.parse("27+36"), "amd64", List.of("-Xmx1g", on)));
        assertEquals(List.of(), JdkDefects.of(Runtime.Version.parse("27+36"), "amd64",
                List.of(on, "-XX:-UseCompactObjectHeaders")));
    }

    /** Adds 1 to the first element of every output from the third run on. */
    private record Changing(Backend right) implements Backend {
        @Override
        public String name() {
            return "changing";
        }

        @Override
        public String description() {
            return "changing";
        }

        @Override
        public Executable compile(Graph graph) {
            Executable e = right.compile(graph);
            int[] runs = new int[1];
            return (Executable) Proxy.newProxyInstance(Executable.class.getClassLoader(),
                    new Class<?>[] {Executable.class},
                    (_, method, arguments) -> {
                        Object result = method.invoke(e, arguments);
                        if (method.getName().equals("run") && ++runs[0] >= 3) {
                            graph.outputs().keySet().stream().map(e::output).filter(t -> t.size() > 0)
                                    .forEach(t -> t.set(0, t.get(0) + 1));
                        }
                        return result;
                    });
        }
    }
}
