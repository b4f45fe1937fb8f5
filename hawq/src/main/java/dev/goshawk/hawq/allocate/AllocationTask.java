package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.perturbation.QuadraticForm;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link BitPolicy} chooses by.
 *
 * @param blocks in network order
 * @param target size that is not exceeded
 * @param sensitivities of the blocks, in their order; empty where no curvature was measured
 * @param quadratic change of the loss by rounding, or null where it was not measured
 */
public record AllocationTask(List<Block> blocks, SizeTarget target, List<Sensitivity> sensitivities,
        @Nullable QuadraticForm quadratic) {
    public AllocationTask {
        blocks = List.copyOf(blocks);
        sensitivities = List.copyOf(sensitivities);
        if (!sensitivities.isEmpty() && !sensitivities.stream().map(Sensitivity::block).toList().equals(blocks)) {
            throw new IllegalArgumentException("bit allocation: expected sensitivities of blocks "
                    + blocks.stream().map(Block::name).toList() + ", got those of "
                    + sensitivities.stream().map(s -> s.block().name()).toList());
        }
    }

    /** Without curvature. */
    public static AllocationTask of(List<Block> blocks, SizeTarget target) {
        return new AllocationTask(blocks, target, List.of(), null);
    }

    /** By sensitivities. */
    public static AllocationTask by(List<Sensitivity> sensitivities, SizeTarget target) {
        return new AllocationTask(sensitivities.stream().map(Sensitivity::block).toList(), target, sensitivities, null);
    }

    /** By a quadratic form. */
    public static AllocationTask by(List<Block> blocks, QuadraticForm quadratic, SizeTarget target) {
        return new AllocationTask(blocks, target, List.of(), quadratic);
    }

    /** [block][width]: bits of the block's weights. */
    static long[][] sizes(List<Block> blocks, List<BitWidth> widths) {
        return blocks.stream().map(b -> widths.stream().mapToLong(w -> b.weightCount() * w.bits()).toArray())
                .toArray(long[][]::new);
    }

    /** The allocation that gives each block the width at a position. */
    BitAllocation allocation(List<BitWidth> widths, int[] positions) {
        return new BitAllocation(blocks, Arrays.stream(positions).mapToObj(widths::get).toList());
    }

    /** The blocks that are quantized by a descending value, of equals the first in the network first. */
    List<Block> descending(BitAllocation allocation, ToDoubleFunction<Sensitivity> value) {
        List<Sensitivity> quantized = new ArrayList<>(
                sensitivities.stream().filter(s -> !allocation.of(s.block()).isFloat()).toList());
        quantized.sort(Comparator.comparingDouble((Sensitivity s) -> -value.applyAsDouble(s)));
        return quantized.stream().map(Sensitivity::block).toList();
    }
}
