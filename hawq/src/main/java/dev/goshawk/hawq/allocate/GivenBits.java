package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Widths that are given rather than chosen; the target has no say.
 *
 * @param bits one for each block in network order, or a single one for all
 * @param usesCurvature whether the order of quantization goes by curvature
 */
public record GivenBits(List<BitWidth> bits, boolean usesCurvature) implements BitPolicy {
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
    public void requireReachable(List<Block> blocks, SizeTarget target) {
        allocation(blocks);
    }

    @Override
    public BitAllocation choose(List<Block> blocks, List<Sensitivity> sensitivities, SizeTarget target) {
        return allocation(blocks);
    }

    private BitAllocation allocation(List<Block> blocks) {
        return bits.size() == 1
                ? BitAllocation.uniform(blocks, bits.getFirst())
                : new BitAllocation(blocks, bits);
    }

    @Override
    public String describe(SizeTarget target) {
        return "bits " + bits.stream().map(BitWidth::toString).collect(Collectors.joining(","));
    }
}
