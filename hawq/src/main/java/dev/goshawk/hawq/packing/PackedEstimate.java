package dev.goshawk.hawq.packing;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.packed.format.Codes;
import dev.goshawk.packed.format.PackedFile;
import dev.goshawk.packed.format.PackedSize;

/** What a packed file would take, but for its header, with a scale for each output channel and for each site of activations. */
public final class PackedEstimate {
    private PackedEstimate() {
    }

    /** The sizes for widths of the network's blocks. */
    public static PackedSize of(NetworkDescription network, BitAllocation allocation) {
        long codes = 0;
        long scales = Float.BYTES * network.sites().stream()
                .filter(s -> !allocation.of(network.block(s.block())).isFloat()).count();
        long biases = 0;
        long floats = 0;
        long weights = 0;
        for (ParameterSpec spec : network.parameters()) {
            long bytes = (long) Float.BYTES * spec.shape().size();
            switch (spec.kind()) {
                case CONV_WEIGHT, LINEAR_WEIGHT -> {
                    weights++;
                    BitWidth bits = allocation.of(network.block(spec.block()));
                    if (bits.isFloat()) {
                        floats += bytes;
                    } else {
                        codes += Codes.bytes(spec.shape().size(), bits.bits());
                        scales += (long) Float.BYTES * spec.shape().dim(-1);
                    }
                }
                case BIAS, BN_BIAS -> biases += bytes;
                case BN_WEIGHT -> scales += bytes;
                case ARRAY, CONSTANT -> floats += bytes;
                case BN_MEAN, BN_VARIANCE -> {
                }
            }
        }
        return new PackedSize(codes, scales, biases, floats + PackedFile.tableBytes(weights, network.sites().size()),
                0);
    }
}
