package dev.goshawk.hawq.training;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;

/**
 * What a {@link StepRule} works on.
 *
 * @param parameters the float parameters, moved in place
 * @param quantized the network as far as it is quantized; it changes between stages
 * @param data images to learn from
 */
public record TrainingContext(Network network, Parameters parameters, QuantizedNetwork quantized, TrainingData data,
        TrainingSettings settings, Backend backend) {
    /** The same with other images: a part of them, for a rule that divides its training set. */
    public TrainingContext withData(TrainingData other) {
        return new TrainingContext(network, parameters, quantized, other, settings, backend);
    }
}
