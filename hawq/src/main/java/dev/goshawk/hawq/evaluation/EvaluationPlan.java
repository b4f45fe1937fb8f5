package dev.goshawk.hawq.evaluation;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.memory.Footprint;
import dev.goshawk.hawq.memory.HeapTooSmallException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;

/**
 * What an {@link Evaluator} over images takes in memory, found without taking it.
 *
 * @param batch images at once
 */
public record EvaluationPlan(Network network, int batch, Footprint footprint) {

    /**
     * Plans an evaluation.
     *
     * @param images [N, height, width, ...]
     * @param batch most images at once
     * @param held what the images themselves take
     */
    public static EvaluationPlan of(Network network, DType dtype, Shape images, int batch, Footprint held,
            Backend backend) {
        int most = Math.min(batch, images.dim(0));
        long forward = Evaluator.plannedBytes(network.trace(dtype, most, images.dim(1), images.dim(2), Mode.EVALUATION,
                LayerHooks.NONE), backend);
        return new EvaluationPlan(network, most,
                held.hold("parameters, " + dtype, network.describe().elementCount() * dtype.bytes())
                        .phase("forward pass, batches of " + most, forward));
    }

    /**
     * Passes if everything fits.
     *
     * @param limit bytes there are
     * @throws HeapTooSmallException if it does not, naming the largest halving of the batch that would, by proportion
     */
    public void requireFits(long limit) {
        if (footprint.bytes() > limit) {
            throw new HeapTooSmallException("evaluation of " + network.name() + ": batches of " + batch,
                    footprint.bytes(), limit, Setting.BATCH, footprint.fitting(batch, limit));
        }
    }
}
