package dev.goshawk.benchmarks.work;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.compile.Simplifier;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.training.optimizer.Optimizer;
import dev.goshawk.hawq.training.optimizer.Sgd;
import dev.goshawk.models.BatchStatistic;
import dev.goshawk.models.Mode;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Loss and gradient by all parameters, and a step of training on top of it. */
public class Gradient implements Workload {
    private final Executable executable;
    private final SequencedMap<String, Tensor> gradients = new LinkedHashMap<>();
    private final double flop;

    final TracedNetwork traced;

    /** The gradient alone. */
    public Gradient(Problem problem, Mode mode, Backend backend) {
        this(problem, mode, backend, problem.parameters());
    }

    Gradient(Problem problem, Mode mode, Backend backend, Parameters parameters) {
        traced = problem.trace(mode);
        List<ParameterSpec> trainable = traced.trainable();
        List<Value> by = trainable.stream().map(s -> traced.parameter(s.name())).toList();
        List<Value> gradient = ReverseMode.gradient(traced.loss(), by);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("loss", traced.loss());
        for (int i = 0; i < gradient.size(); i++) {
            outputs.put("gradient/" + trainable.get(i).name(), gradient.get(i));
        }
        traced.statistics().forEach(s -> outputs.put("statistic/" + s.parameter(), s.value()));
        Graph graph = Graph.of(outputs);
        flop = Flop.of(Simplifier.simplify(graph));
        executable = backend.compile(graph);
        executable.bind(TracedNetwork.IMAGES, problem.images());
        executable.bind(TracedNetwork.LABELS, problem.labels());
        parameters.bindTo(executable);
        trainable.forEach(s -> gradients.put(s.name(), executable.output("gradient/" + s.name())));
    }

    @Override
    public Map<String, Double> facts() {
        executable.run();
        return Map.of(FLOP, flop, "loss", executable.output("loss").item(), "gradient norm",
                Sums.norm(List.copyOf(gradients.values())));
    }

    @Override
    public void run() {
        executable.run();
    }

    /** Gradient, running statistics and a step of SGD with momentum 0.9, weight decay 1e-4 and rate 1e-3. */
    public static final class Training extends Gradient {
        private static final double MOMENTUM = 0.9;
        private static final double DECAY = 1e-4;
        private static final double RATE = 1e-3;

        private final Sgd sgd;
        private final Parameters parameters;

        /** The problem's own parameters stay as they are. */
        public Training(Problem problem, Backend backend) {
            this(problem, backend, problem.parameters().copy());
        }

        private Training(Problem problem, Backend backend, Parameters parameters) {
            super(problem, Mode.TRAINING, backend, parameters);
            this.parameters = parameters;
            sgd = new Sgd(MOMENTUM, false);
            parameters.trainable().forEach(n -> sgd.add(new Optimizer.Parameter(n, parameters.get(n), DECAY, 1)));
        }

        @Override
        public void run() {
            super.run();
            for (BatchStatistic s : traced.statistics()) {
                s.average(parameters.get(s.parameter()), output("statistic/" + s.parameter()));
            }
            sgd.step(gradients(), RATE);
        }
    }

    Tensor output(String name) {
        return executable.output(name);
    }

    SequencedMap<String, Tensor> gradients() {
        return gradients;
    }
}
