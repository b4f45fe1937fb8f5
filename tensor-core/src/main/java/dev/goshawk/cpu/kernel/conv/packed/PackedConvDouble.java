package dev.goshawk.cpu.kernel.conv.packed;

import dev.goshawk.cpu.kernel.conv.ConvKernelDouble;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;

/**
 * Float64 convolution of any geometry by matrix products over packed patches: every kernel size, stride, padding, group
 * count and number of channels, in all three roles.
 */
public final class PackedConvDouble {
    private PackedConvDouble() {
    }

    /** The kernel of a role at a geometry; bit-identical for any thread count. */
    public static ConvKernelDouble of(ConvRole role, ConvGeometry geometry) {
        return switch (role) {
            case OUTPUT, INPUT_GRAD -> new PackedGatherDouble(role, geometry);
            case WEIGHT_GRAD -> new PackedWeightGradDouble(geometry);
        };
    }
}
