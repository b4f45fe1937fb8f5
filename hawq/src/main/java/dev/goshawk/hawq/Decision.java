package dev.goshawk.hawq;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.Sensitivity;
import dev.goshawk.hawq.training.Schedule.Turn;
import java.util.List;

/**
 * What a method chose.
 *
 * @param allocation the blocks' widths
 * @param sensitivities of the blocks in network order, empty where the method's policy does not go by curvature
 * @param turns order of quantization; blocks that stay float have none
 */
public record Decision(Method method, BitAllocation allocation, List<Sensitivity> sensitivities, List<Turn> turns) {
}
