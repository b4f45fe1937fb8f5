package dev.goshawk.cpu.reference;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;

/** The {@link Interpreter} behind the backend interface: one thread, float64 arithmetic, the definition of every op. */
public final class ReferenceBackend implements Backend {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String description() {
        return "reference: plain float64 loops, 1 thread; slow, for checking";
    }

    @Override
    public Executable compile(Graph graph) {
        return new ReferenceExecutable(graph);
    }

    /** What a run holds at its fullest, the outputs' tensors among it. */
    @Override
    public long plannedBytes(Graph graph) {
        return Interpreter.peakBytes(graph);
    }
}
