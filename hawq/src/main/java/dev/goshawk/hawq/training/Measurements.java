package dev.goshawk.hawq.training;

import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.evaluation.RunningStatistics;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.models.Mode;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What a training measures of its network between steps, with the network as far as it is quantized. */
final class Measurements implements AutoCloseable {
    private final TrainingContext context;
    private final TrainingImages images;
    /** By images at once. */
    private final Map<Integer, Evaluator> evaluators = new HashMap<>();

    Measurements(TrainingContext context) {
        this.context = context;
        this.images = new TrainingImages(context.data(), context.settings());
    }

    private DType dtype() {
        return context.parameters().tensors().firstEntry().getValue().dtype();
    }

    private Tensor batch() {
        return Tensor.zeros(dtype(), Shape.of(context.settings().batch(), context.data().train().height(),
                context.data().train().width(), 3));
    }

    private Tensor labels() {
        return Tensor.zeros(dtype(), Shape.of(context.settings().batch(), context.data().train().classes().size()));
    }

    /**
     * A stage begins: what was compiled before is forgotten.
     *
     * @param uncalibrated blocks whose activations need their first parameters
     */
    void entered(Set<String> uncalibrated) {
        evaluators.clear();
        if (!uncalibrated.isEmpty()) {
            Tensor batch = batch();
            Tensor labels = labels();
            context.quantized().calibrate(uncalibrated, batch,
                    Math.min(context.settings().calibrationBatches(), images.stepsPerEpoch()),
                    i -> images.fillPlain(i, batch, labels), context.backend());
        }
    }

    /** Loss and accuracy of the network in evaluation mode. */
    Evaluation evaluate(ImageDataset measured, Evaluator.LogitsListener listener) {
        int batch = Math.min(context.settings().batch(), measured.size());
        Evaluator evaluator = evaluators.computeIfAbsent(batch, n -> context.quantized().evaluator(n,
                measured.height(), measured.width(), context.backend()));
        return evaluator.evaluate(new Batches(measured, context.data().normalization(), 0), context.data().faults(),
                listener);
    }

    /** Measures batch normalization's statistics where the settings want it, on the batches that would come next. */
    void statistics(long step) {
        int batches = Math.min(context.settings().statisticsBatches(), images.stepsPerEpoch());
        if (batches == 0) {
            return;
        }
        Tensor batch = batch();
        Tensor labels = labels();
        QuantizedNetwork.Traced traced = context.quantized().trace(context.settings().batch(),
                context.data().train().height(), context.data().train().width(), Mode.TRAINING);
        RunningStatistics.measure(traced.network(), context.parameters(), traced::bindTo, batch, batches,
                i -> images.fill(step + i, batch, labels), context.backend());
    }

    @Override
    public void close() {
        images.close();
    }
}
