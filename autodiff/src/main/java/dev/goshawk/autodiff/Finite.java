package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.NonFinite;
import dev.goshawk.graph.Graph;
import dev.goshawk.tensor.Tensor;
import java.util.Map;

/** Results that must be finite. */
final class Finite {
    private Finite() {
    }

    /**
     * That all outputs of a run are finite.
     *
     * @throws ArithmeticException naming the step of the graph where the first that is not arose
     */
    static void require(String what, Executable run, Backend backend, Graph graph,
            Map<String, Tensor> inputs) {
        for (String name : run.outputs()) {
            if (NonFinite.at(run.output(name)) >= 0) {
                throw new ArithmeticException(what + ": " + NonFinite.first(backend, graph, inputs)
                        .orElse("'" + name + "' is not finite, though every step by itself is"));
            }
        }
    }
}
