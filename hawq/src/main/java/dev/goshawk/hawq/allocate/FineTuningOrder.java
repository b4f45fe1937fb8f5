package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The order in which blocks are quantized and fine-tuned: descending Omega_i = |lambda_i| ||Q(W_i) - W_i||^2. */
public final class FineTuningOrder {
    private FineTuningOrder() {
    }

    /**
     * One block's turn.
     *
     * @param index position of the block in the network
     * @param block the block
     * @param bits its width
     * @param omega its Omega at that width
     */
    public record Entry(int index, Block block, BitWidth bits, double omega) {
    }

    /** Blocks by descending Omega, ties in network order; blocks that stay float are left out. */
    public static List<Entry> of(List<Sensitivity> blocks, BitAllocation allocation) {
        if (blocks.size() != allocation.blocks().size()) {
            throw new IllegalArgumentException(
                    "fine-tuning order: expected a sensitivity for each of " + allocation.blocks().size()
                            + " blocks, got " + blocks.size());
        }
        return IntStream.range(0, blocks.size())
                .mapToObj(i -> new Entry(i, blocks.get(i).block(), allocation.of(blocks.get(i).block()),
                        blocks.get(i).omega(allocation.of(blocks.get(i).block()))))
                .filter(e -> !e.bits().isFloat()).sorted(Comparator.comparingDouble(e -> -e.omega())).toList();
    }
}
