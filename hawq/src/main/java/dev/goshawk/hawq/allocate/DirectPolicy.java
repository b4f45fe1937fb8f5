package dev.goshawk.hawq.allocate;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import java.util.List;

/** Direct quantization: the widest single width that meets the target, with no second-order information. */
public record DirectPolicy() implements BitPolicy {
    @Override
    public boolean usesCurvature() {
        return false;
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
        return BitAllocation.direct(blocks, target);
    }

    @Override
    public String describe(SizeTarget target) {
        return target.describe();
    }
}
