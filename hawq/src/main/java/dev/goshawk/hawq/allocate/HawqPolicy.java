package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;

/**
 * HAWQ's policy (Dong et al., ICCV 2019): no block gets fewer bits than a less sensitive one.
 *
 * @param reversed whether the least sensitive block gets the most bits; an ablation
 */
public record HawqPolicy(boolean reversed) implements BitPolicy {
    @Override
    public boolean usesCurvature() {
        return true;
    }

    @Override
    public List<BitWidth> widths() {
        return BitAllocation.CHOICES;
    }

    @Override
    public void requireReachable(List<Block> blocks, SizeTarget target) {
        target.budget(blocks, BitAllocation.CHOICES.getFirst());
    }

    @Override
    public BitAllocation choose(List<Block> blocks, List<Sensitivity> sensitivities, SizeTarget target) {
        return reversed ? BitAllocation.reversed(sensitivities, target) : BitAllocation.choose(sensitivities, target);
    }

    @Override
    public String describe(SizeTarget target) {
        return target.describe();
    }
}
