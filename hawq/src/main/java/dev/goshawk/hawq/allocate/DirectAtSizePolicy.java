package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Direct quantization at the size of a mixed precision: of two neighboring widths the wider one goes to the blocks in network order,
 * each that still fits, until the size is used up. Neither curvature nor ||Q(W) - W|| is looked at.
 *
 * @param widths that may be chosen, ascending
 */
public record DirectAtSizePolicy(List<BitWidth> widths) implements BitPolicy {
    /** With such settings. */
    public static BitPolicy of(PolicySettings settings) {
        return new DirectAtSizePolicy(settings.widths());
    }

    @Override
    public String describe() {
        return "two neighboring widths, the wider to blocks in network order until the size is used up, nothing of "
                + "second order";
    }

    @Override
    public Set<Need> needs() {
        return Set.of();
    }

    @Override
    public BitAllocation choose(AllocationTask task, Consumer<String> notes) {
        long left = task.target().budget(task.blocks(), widths.getFirst());
        long weights = Compression.weights(task.blocks());
        int narrow = 0;
        while (narrow + 1 < widths.size() && weights * widths.get(narrow + 1).bits() <= left) {
            narrow++;
        }
        BitWidth wide = widths.get(Math.min(narrow + 1, widths.size() - 1));
        left -= weights * widths.get(narrow).bits();
        List<BitWidth> bits = new ArrayList<>();
        for (Block block : task.blocks()) {
            long more = block.weightCount() * (wide.bits() - widths.get(narrow).bits());
            bits.add(more <= left ? wide : widths.get(narrow));
            left -= more <= left ? more : 0;
        }
        return new BitAllocation(task.blocks(), bits);
    }
}
