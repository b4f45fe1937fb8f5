package dev.goshawk.models;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;

/**
 * What a network is trained for: a scalar from its outputs and what they should be. It is the mean over the batch's rows, so that
 * a sample may be computed in parts.
 */
@FunctionalInterface
public interface Objective {
    /** Mean cross-entropy of logits [batch, classes] with respect to distributions over the classes. */
    Objective CROSS_ENTROPY = Functions::crossEntropy;

    /** Mean of the squared differences over all elements. */
    Objective MEAN_SQUARED_ERROR = (outputs, targets) -> {
        Value difference = outputs.subtract(targets);
        return difference.multiply(difference).mean();
    };

    /**
     * The loss.
     *
     * @param outputs of the network, [batch, ...]
     * @param targets of the same shape and type
     * @return a scalar, the mean over the batch
     */
    Value of(Value outputs, Value targets);
}
