package dev.goshawk.cpu.reference;

import dev.goshawk.backend.Exclusive;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Names;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Interprets its graph at every run and copies the results into output tensors that stay the same. */
final class ReferenceExecutable implements Executable {
    private final Graph graph;
    private final Map<String, Tensor> bound = new LinkedHashMap<>();
    private final Map<String, Tensor> outputs = new LinkedHashMap<>();
    private final Exclusive running = new Exclusive();

    ReferenceExecutable(Graph graph) {
        this.graph = graph;
        graph.outputs().forEach((name, v) -> outputs.put(name, Tensor.zeros(v.dtype(), v.shape())));
    }

    @Override
    public Set<String> inputs() {
        return graph.inputs().keySet();
    }

    @Override
    public Set<String> outputs() {
        return graph.outputs().keySet();
    }

    @Override
    public void bind(String input, Tensor tensor) {
        Value v = graph.inputs().get(input);
        if (v == null || !(v.op() instanceof Op.Input in)) {
            throw Names.unknown("bind: no input", input, "inputs are", inputs());
        }
        bound.put(input, Interpreter.checked(in, tensor));
    }

    @Override
    public void run() {
        List<String> missing = inputs().stream().filter(name -> !bound.containsKey(name)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("run: inputs not bound: " + missing);
        }
        running.enter("run");
        try {
            Interpreter.run(graph, bound).forEach((name, result) -> output(name).copyFrom(result));
        } finally {
            running.leave();
        }
    }

    @Override
    public Tensor output(String name) {
        Tensor t = outputs.get(name);
        if (t == null) {
            throw Names.unknown("output: no output", name, "outputs are", outputs());
        }
        return t;
    }

    /** The outputs alone: everything else is allocated as a run goes. */
    @Override
    public long plannedBytes() {
        return graph.outputs().values().stream().mapToLong(v -> v.type().bytes()).sum();
    }
}
