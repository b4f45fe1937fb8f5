package dev.goshawk.hawq;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.BitPolicy;
import dev.goshawk.hawq.allocate.DirectPolicy;
import dev.goshawk.hawq.allocate.HawqPolicy;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.models.Block;
import java.util.List;

/**
 * A way to quantize a network.
 *
 * @param name of its files and checkpoints: lower-case letters, digits and hyphens
 * @param label what reports call it
 * @param policy chooses the blocks' widths and the order in which they are quantized
 * @param quantizer rounds
 * @param reverseOrder whether the order is the other way round; an ablation
 */
public record Method(String name, String label, BitPolicy policy, Quantizer quantizer, boolean reverseOrder) {
    public Method {
        if (!name.matches("[a-z][a-z0-9-]*")) {
            throw new IllegalArgumentException(
                    "method: expected a name of lower-case letters, digits and hyphens, got '" + name + "'");
        }
    }

    /** Bits and order by curvature (Dong et al., ICCV 2019), rounded by the standard quantizer. */
    public static Method hawq() {
        return new Method("hawq", "HAWQ", new HawqPolicy(BitAllocation.CHOICES, false, false),
                UniformQuantizer.standard(),
                false);
    }

    /** One width for all blocks, in network order. */
    public static Method direct() {
        return new Method("direct", "Direct", new DirectPolicy(BitAllocation.CHOICES), UniformQuantizer.standard(),
                false);
    }

    /** The same with another policy. */
    public Method withPolicy(BitPolicy value) {
        return new Method(name, label, value, quantizer, reverseOrder);
    }

    /** The same with another quantizer. */
    public Method withQuantizer(Quantizer value) {
        return new Method(name, label, policy, value, reverseOrder);
    }

    /** The file of its network where another method's is the run's model. */
    String file() {
        return name + ".safetensors";
    }

    /**
     * Passes if the policy can reach the target and the quantizer has the widths it may choose.
     *
     * @param blocks of the network, in its order
     * @throws IllegalArgumentException in one line, if not
     */
    public void requireUsable(List<Block> blocks, SizeTarget target) {
        policy.requireReachable(blocks, target);
        for (BitWidth width : policy.widths()) {
            List<BitWidth> known = quantizer.weightWidths();
            if (!width.isFloat() && !known.contains(width)) {
                throw new IllegalArgumentException(label + ": expected widths from " + known.getFirst() + " to "
                        + known.getLast() + " bits, which its quantizer has for weights, got " + width);
            }
        }
    }
}
