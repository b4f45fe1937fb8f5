package dev.goshawk.cpu.kernel.conv.packed;

import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;

/**
 * Float32 convolution of any geometry by matrix products over packed patches: every kernel size, stride, padding, group
 * count and number of channels, in all three roles.
 */
public final class PackedConv {
    private PackedConv() {
    }

    /** The kernel of a role at a geometry; bit-identical for any thread count. */
    public static ConvKernel of(ConvRole role, ConvGeometry geometry) {
        return switch (role) {
            case OUTPUT, INPUT_GRAD -> new PackedGather(role, geometry);
            case WEIGHT_GRAD -> new PackedWeightGrad(geometry);
        };
    }
}
