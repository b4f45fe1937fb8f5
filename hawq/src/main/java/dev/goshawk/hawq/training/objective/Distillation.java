package dev.goshawk.hawq.training.objective;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Executable;
import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Objective;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Distillation (Hinton, Vinyals and Dean 2015, arXiv 1503.02531): cross-entropy with respect to the labels and to what a teacher says of
 * the same images, {@code (1 - w) H(label, p) + w T^2 H(softmax(z_teacher / T), softmax(z / T))}. The teacher computes in evaluation mode
 * and does not change.
 */
public final class Distillation implements TrainingObjective {
    private static final String TEACHER = "teacher";

    private final Network teacher;
    private final Parameters parameters;
    private final double weight;
    private final double temperature;

    /**
     * Distillation from a network.
     *
     * @param parameters the teacher's; copied
     * @param weight w, of the teacher's part, in [0, 1]
     * @param temperature T, above 0
     */
    public Distillation(Network teacher, Parameters parameters, double weight, double temperature) {
        if (!(weight >= 0 && weight <= 1)) {
            throw new IllegalArgumentException("distillation: expected a weight in [0, 1], got " + weight);
        }
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException(
                    "distillation: expected a finite temperature above 0, got " + temperature);
        }
        this.teacher = teacher;
        this.parameters = parameters.copy();
        this.weight = weight;
        this.temperature = temperature;
    }

    @Override
    public String describe() {
        return "distillation from " + teacher.name() + " with weights "
                + new Fingerprint().addTensors(parameters.tensors()).text() + ", weight " + weight + ", temperature "
                + temperature;
    }

    @Override
    public Value of(Value logits, Value labels) {
        Value said = Value.input(TEACHER, logits.dtype(), logits.shape());
        Value soft = Functions.logSoftmax(said.scale(1 / temperature)).exp();
        return Functions.crossEntropy(logits, labels).scale(1 - weight).add(Functions
                .crossEntropy(logits.scale(1 / temperature), soft).scale(weight * temperature * temperature));
    }

    private TracedNetwork trace(DType dtype, Shape images) {
        return teacher.trace(dtype, images, Mode.EVALUATION, LayerHooks.NONE, Objective.CROSS_ENTROPY);
    }

    @Override
    public Inputs inputs(Tensor images, Backend backend) {
        Executable forward = backend.compile(Graph.of(TEACHER, trace(images.dtype(), images.shape()).logits()));
        parameters.bindTo(forward);
        forward.bind(TracedNetwork.IMAGES, images);
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>(Map.of(TEACHER, forward.output(TEACHER)));
        return new Inputs() {
            @Override
            public SequencedMap<String, Tensor> tensors() {
                return tensors;
            }

            @Override
            public void fill() {
                forward.run();
            }
        };
    }

    @Override
    public long plannedBytes(DType dtype, Shape images, Backend backend) {
        long held = parameters.tensors().values().stream().mapToLong(t -> (long) t.size() * t.dtype().bytes()).sum();
        return held + backend.plannedBytes(Graph.of(TEACHER, trace(dtype, images).logits()));
    }
}
