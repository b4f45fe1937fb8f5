package dev.goshawk.hawq.finetune;

import dev.goshawk.autodiff.ReverseMode;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.models.BatchStatistic;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * One compiled step of training: loss, logits and gradients of a batch with batch normalization in training mode.
 * Computing and updating are apart, so that a caller may look at the loss before it lets the parameters change.
 */
final class TrainingStep {
    private static final String LOSS = "loss";
    private static final String LOGITS = "logits";
    private static final String GRADIENT = "gradient/";
    private static final String STATISTIC = "statistic/";
    private static final String MAXIMUM = "maximum/";

    private final Executable executable;
    private final Tensor images;
    private final Tensor labels;
    private final List<Tensor> gradients;
    private final List<BatchStatistic> statistics;
    private final List<Tensor> measured;
    private final List<Tensor> running;
    private final List<String> sites;
    private final Quantization quantization;

    /** The step as a graph. */
    private record Traced(TracedNetwork network, QuantizedLayers hooks, Graph graph) {
        static Traced of(Network network, DType dtype, int batch, int size, Quantization quantization) {
            QuantizedLayers hooks = new QuantizedLayers(quantization);
            TracedNetwork traced = network.trace(dtype, batch, size, size, Mode.TRAINING, hooks);
            List<ParameterSpec> trainable = traced.trainable();
            List<Value> gradient = ReverseMode.gradient(traced.loss(),
                    trainable.stream().map(s -> traced.parameter(s.name())).toList());
            SequencedMap<String, Value> outputs = new LinkedHashMap<>();
            outputs.put(LOSS, traced.loss());
            outputs.put(LOGITS, traced.logits());
            for (int i = 0; i < gradient.size(); i++) {
                outputs.put(GRADIENT + trainable.get(i).name(), gradient.get(i));
            }
            traced.statistics().forEach(s -> outputs.put(STATISTIC + s.parameter(), s.value()));
            hooks.maxima().forEach((site, value) -> outputs.put(MAXIMUM + site, value));
            return new Traced(traced, hooks, Graph.of(outputs));
        }
    }

    /** Bytes of a step's memory, found without taking it; parameters are not counted. */
    static long plannedBytes(Network network, DType dtype, int batch, int size, Quantization quantization,
            Backend backend) {
        Traced t = Traced.of(network, dtype, batch, size, quantization);
        long bound = t.network().images().type().bytes() + t.network().labels().type().bytes();
        return backend.plannedBytes(t.graph()) + bound;
    }

    /**
     * @param parameters bound, not copied: the step sees every change
     * @param quantization which blocks compute with quantized weights and activations
     */
    TrainingStep(Network network, Parameters parameters, int batch, int size, Quantization quantization,
            Backend backend) {
        this.quantization = quantization;
        DType dtype = parameters.tensors().firstEntry().getValue().dtype();
        Traced step = Traced.of(network, dtype, batch, size, quantization);
        TracedNetwork traced = step.network();
        statistics = traced.statistics();
        sites = List.copyOf(step.hooks().maxima().keySet());
        executable = backend.compile(step.graph());
        images = Tensor.zeros(dtype, traced.images().shape());
        labels = Tensor.zeros(dtype, traced.labels().shape());
        executable.bind(TracedNetwork.IMAGES, images);
        executable.bind(TracedNetwork.LABELS, labels);
        parameters.bindTo(executable);
        step.hooks().bindTo(executable);
        gradients = traced.trainable().stream().map(s -> executable.output(GRADIENT + s.name())).toList();
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
        executable.run();
        return executable.output(LOSS).item();
    }

    /** Gradients in the order of {@link Parameters#trainable()}, as the last {@link #compute()} left them. */
    List<Tensor> gradients() {
        return gradients;
    }

    /**
     * Moves batch normalization's running statistics towards those of the last batch, and the activations' ranges
     * too.
     */
    void averageStatistics() {
        for (int i = 0; i < running.size(); i++) {
            statistics.get(i).average(running.get(i), measured.get(i));
        }
        sites.forEach(site -> quantization.observe(site, executable.output(MAXIMUM + site).item()));
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
