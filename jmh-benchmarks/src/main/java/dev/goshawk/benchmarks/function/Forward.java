package dev.goshawk.benchmarks.function;

import dev.goshawk.benchmarks.work.Sums;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.Map;

/** The value of one {@link Operation}. */
public final class Forward implements Workload {
    private static final String RESULT = "result";

    private final Executable executable;

    /** Compiles it and binds its arguments. */
    public Forward(Operation operation, Backend backend) {
        executable = backend.compile(Graph.of(RESULT, operation.trace()));
        List<Tensor> arguments = operation.arguments();
        for (int i = 0; i < arguments.size(); i++) {
            executable.bind(Integer.toString(i), arguments.get(i));
        }
    }

    @Override
    public Map<String, Double> facts() {
        run();
        Tensor result = executable.output(RESULT);
        double sum = 0;
        for (int i = 0; i < result.size(); i++) {
            sum += Math.abs(result.get(i));
        }
        return facts(sum, Sums.norm(List.of(result)));
    }

    /** Both sides' results, whatever the order of their elements: the sum of magnitudes and the Euclidean norm. */
    public static Map<String, Double> facts(double sum, double norm) {
        return Map.of("sum of magnitudes", sum, "norm", norm);
    }

    @Override
    public void run() {
        executable.run();
    }
}
