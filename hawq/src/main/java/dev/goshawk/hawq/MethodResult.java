package dev.goshawk.hawq;

import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.packed.format.PackedSize;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a method came to.
 *
 * @param decision which block has which width
 * @param epochs of its training
 * @param accuracy on the test images after the last epoch, in [0, 1]
 * @param model the parameters that the quantized network computes with, weights rounded to their levels
 * @param packed size of the packed file, or null where the network cannot be packed
 */
public record MethodResult(Decision decision, List<EpochResult> epochs, double accuracy, Parameters model,
        @Nullable PackedSize packed) {
    /** Which method. */
    public Method method() {
        return decision.method();
    }
}
