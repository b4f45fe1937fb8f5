package dev.goshawk.hawq.training;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.models.BatchStatistic;
import dev.goshawk.models.Mode;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;

/**
 * One compiled step of training: loss, logits and gradients of a batch with batch normalization in training mode.
 * Computing and updating are apart, so that a caller may look at the loss before it lets the parameters change.
 */
final class TrainingStep {
    private static final String LOSS = "loss";
    private static final String LOGITS = "logits";
    private static final String GRADIENT = "gradient/";
    private static final String STATISTIC = "statistic/";
    private static final String MEASURED = "measured/";

    private final Executable executable;
    private final Tensor images;
    private final Tensor labels;
    private final SequencedMap<String, Tensor> gradients = new LinkedHashMap<>();
    private final List<BatchStatistic> statistics;
    private final List<Tensor> measured;
    private final List<Tensor> running;
    private final QuantizedNetwork.Traced traced;
    private final QuantizedNetwork quantized;
    private final TrainingObjective.Inputs own;

    /** What the step gives gradients of, as inputs of the graph, by name. */
    private static SequencedMap<String, Value> moved(QuantizedNetwork.Traced traced, Predicate<String> moved) {
        SequencedMap<String, Value> inputs = new LinkedHashMap<>();
        traced.network().trainable().forEach(s -> inputs.put(s.name(), traced.network().parameter(s.name())));
        inputs.putAll(traced.trained());
        inputs.keySet().removeIf(moved.negate());
        return inputs;
    }

    /** The step as a graph. */
    private static Graph graph(QuantizedNetwork.Traced traced, TrainingObjective objective,
            SequencedMap<String, Value> moved) {
        TracedNetwork network = traced.network();
        Value loss = objective.of(network.logits(), network.labels(), traced.trained());
        List<String> names = List.copyOf(moved.keySet());
        List<Value> gradient = ReverseMode.gradient(loss, List.copyOf(moved.values()));
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put(LOSS, loss);
        outputs.put(LOGITS, network.logits());
        for (int i = 0; i < gradient.size(); i++) {
            outputs.put(GRADIENT + names.get(i), gradient.get(i));
        }
        network.statistics().forEach(s -> outputs.put(STATISTIC + s.parameter(), s.value()));
        traced.measured().forEach((name, value) -> outputs.put(MEASURED + name, value));
        return Graph.of(outputs);
    }

    /** Bytes of a step's memory, found without taking it; parameters are not counted. */
    static long plannedBytes(QuantizedNetwork quantized, TrainingObjective objective, int batch, int size,
            Backend backend) {
        QuantizedNetwork.Traced traced = quantized.trace(batch, size, size, Mode.TRAINING);
        Value images = traced.network().images();
        long bound = images.type().bytes() + traced.network().labels().type().bytes();
        return backend.plannedBytes(graph(traced, objective, moved(traced, name -> true))) + bound
                + objective.plannedBytes(images.dtype(), images.shape(), backend);
    }

    /**
     * A step of the network as far as it is quantized. Parameters are bound, not copied: the step sees every change.
     *
     * @param moved says by name of what gradients are wanted
     */
    TrainingStep(TrainingContext context, TrainingObjective objective, Predicate<String> moved) {
        this.quantized = context.quantized();
        Parameters parameters = context.parameters();
        traced = quantized.trace(context.settings().batch(), context.data().train().height(),
                context.data().train().width(), Mode.TRAINING);
        TracedNetwork network = traced.network();
        statistics = network.statistics();
        SequencedMap<String, Value> trained = moved(traced, moved);
        executable = context.backend().compile(graph(traced, objective, trained));
        images = Tensor.zeros(network.images().dtype(), network.images().shape());
        labels = Tensor.zeros(network.labels().dtype(), network.labels().shape());
        executable.bind(TracedNetwork.IMAGES, images);
        executable.bind(TracedNetwork.LABELS, labels);
        own = objective.inputs(images, context.backend());
        own.tensors().forEach(executable::bind);
        parameters.bindTo(executable);
        traced.bindTo(executable);
        trained.sequencedKeySet().forEach(name -> gradients.put(name, executable.output(GRADIENT + name)));
        measured = statistics.stream().map(s -> executable.output(STATISTIC + s.parameter())).toList();
        running = statistics.stream().map(s -> parameters.get(s.parameter())).toList();
    }

    /** Where the next batch goes, [batch, size, size, 3]. */
    Tensor images() {
        return images;
    }

    /** Where the next batch's one-hot labels go, [batch, classes]. */
    Tensor labels() {
        return labels;
    }

    /** Computes loss, gradients and statistics; parameters stay as they are. */
    double compute() {
        own.fill();
        executable.run();
        return executable.output(LOSS).item();
    }

    /** Gradients of everything that is trained, by name, as the last {@link #compute()} left them. */
    SequencedMap<String, Tensor> gradients() {
        return gradients;
    }

    /**
     * Moves batch normalization's running statistics towards those of the last batch, and gives the quantizers of activations
     * what was measured of it.
     */
    void averageStatistics() {
        for (int i = 0; i < running.size(); i++) {
            statistics.get(i).average(running.get(i), measured.get(i));
        }
        quantized.observe(traced, name -> executable.output(MEASURED + name));
    }

    /** How many images of the last batch had their largest logit at their label. */
    int correct() {
        Tensor logits = executable.output(LOGITS);
        int classes = logits.shape().dim(1);
        int right = 0;
        for (int row = 0; row < logits.shape().dim(0); row++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                if (logits.get(row * classes + c) > logits.get(row * classes + best)) {
                    best = c;
                }
            }
            right += labels.get(row * classes + best) > 0 ? 1 : 0;
        }
        return right;
    }
}
