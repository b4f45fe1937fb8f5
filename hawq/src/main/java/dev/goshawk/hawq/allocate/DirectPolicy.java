package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Direct quantization: the widest single width that meets the target, with no second-order information.
 *
 * @param widths that may be chosen, ascending
 */
public record DirectPolicy(List<BitWidth> widths) implements BitPolicy {
    /** With such settings. */
    public static BitPolicy of(PolicySettings settings) {
        return new DirectPolicy(settings.widths());
    }

    @Override
    public String describe() {
        return "one width for all blocks, in network order, nothing of second order";
    }

    @Override
    public Set<Need> needs() {
        return Set.of();
    }

    @Override
    public BitAllocation choose(AllocationTask task, Consumer<String> notes) {
        return BitAllocation.direct(task.blocks(), task.target(), widths);
    }
}
