package dev.goshawk.hawq;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.Sensitivity;
import dev.goshawk.hawq.perturbation.QuadraticForm;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.training.Schedule.Turn;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a method chose.
 *
 * @param allocation the blocks' widths
 * @param sensitivities of the blocks in network order, empty where the method's policy does not go by curvature
 * @param quadratic change of the loss by rounding, or null where the policy does not go by it
 * @param search how the widths were found, or null where that took no training
 * @param activations widths of activations by block; others have the usual one
 * @param turns order of quantization; blocks that stay float have none
 * @param storedBits what the weights take, with what the quantizer keeps of single weights; without it the allocation's bits
 * @param notes what a person should know of the choice, in lines
 */
public record Decision(Method method, BitAllocation allocation, List<Sensitivity> sensitivities,
        @Nullable QuadraticForm quadratic, RunReport.@Nullable Search search, Map<String, BitWidth> activations,
        List<Turn> turns, long storedBits, List<String> notes) {
    public Decision {
        activations = Map.copyOf(activations);
        notes = List.copyOf(notes);
    }
}
