package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Widths that are given rather than chosen; the target has no say.
 *
 * @param bits one for each block in network order, or a single one for all
 * @param byCurvature whether the order of quantization goes by curvature
 */
public record GivenBits(List<BitWidth> bits, boolean byCurvature) implements BitPolicy {
    public GivenBits {
        bits = List.copyOf(bits);
    }

    /** One width for all blocks, in network order. */
    public static GivenBits everywhere(BitWidth bits) {
        return new GivenBits(List.of(bits), false);
    }

    @Override
    public List<BitWidth> widths() {
        return bits.stream().filter(b -> !b.isFloat()).distinct().toList();
    }

    @Override
    public String describe() {
        return "bits as given";
    }

    @Override
    public Set<Need> needs() {
        return byCurvature ? Set.of(Need.EIGENVALUES) : Set.of();
    }

    @Override
    public void requireReachable(List<Block> blocks, SizeTarget target) {
        allocation(blocks);
    }

    @Override
    public BitAllocation choose(AllocationTask task, Consumer<String> notes) {
        return allocation(task.blocks());
    }

    private BitAllocation allocation(List<Block> blocks) {
        return bits.size() == 1
                ? BitAllocation.uniform(blocks, bits.getFirst())
                : new BitAllocation(blocks, bits);
    }

    @Override
    public List<Block> order(AllocationTask task, BitAllocation allocation) {
        return byCurvature
                ? new HawqPolicy(widths(), false, false).order(task, allocation)
                : BitPolicy.super.order(task, allocation);
    }

    @Override
    public String describe(SizeTarget target) {
        return "bits " + bits.stream().map(BitWidth::toString).collect(Collectors.joining(","));
    }
}
