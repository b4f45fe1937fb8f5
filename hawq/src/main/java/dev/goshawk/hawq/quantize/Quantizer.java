package dev.goshawk.hawq.quantize;

import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;

/** A family of quantizers: how weights and rectified activations are rounded to few bits, and what of that is learned. */
public interface Quantizer {
    /** Widths there are for weights, ascending: 1 to 8 bits, unless overridden. */
    default List<BitWidth> weightWidths() {
        return BitWidth.quantized();
    }

    /**
     * The quantizer of a weight, without parameters yet.
     *
     * @param shape of the weight; the last axis is the output channel
     * @param bits one of {@link #weightWidths()}
     * @throws IllegalArgumentException in one line, if the family has no such width
     */
    TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits);

    /**
     * The quantizer of a weight of a network; that of its shape, unless overridden.
     *
     * @param spec the weight, with the block it belongs to: quantizers may share tensors of their state, which are one input of the graph
     *        then
     * @throws IllegalArgumentException in one line, if the family has no such width
     */
    default TensorQuantizer weight(ParameterSpec spec, DType dtype, BitWidth bits) {
        return weight(spec.shape(), dtype, bits);
    }

    /**
     * The quantizer of a site's activations, which are not negative, without parameters yet.
     *
     * @param bits any but {@link BitWidth#FLOAT}
     * @throws IllegalArgumentException in one line, if the family has no such width
     */
    TensorQuantizer activation(DType dtype, BitWidth bits);

    /**
     * The quantizer of a network's activations at a site; the same for all sites, unless overridden.
     *
     * @throws IllegalArgumentException in one line, if the family has no such width
     */
    default TensorQuantizer activation(String site, DType dtype, BitWidth bits) {
        return activation(dtype, bits);
    }

    /** For people: how weights are rounded. */
    String describeWeights();

    /** For people: how activations are rounded. */
    String describeActivations();

    /**
     * Whether activations are unsigned multiples of {@link TensorQuantizer#largest} / (2^k - 1), which width and range tell. Of others a
     * weight file holds the whole state.
     */
    default boolean hasUniformActivations() {
        return true;
    }

    /** Bits that store a weight tensor of so many elements: their codes, and what else a family keeps of single weights. */
    default long storedBits(long weights, BitWidth bits) {
        return weights * bits.bits();
    }

    /** ||Q(W) - W||^2 with the first parameters for that weight, summed in float64; 0 for {@link BitWidth#FLOAT}. */
    default double perturbation(Tensor weight, BitWidth bits) {
        if (bits.isFloat()) {
            return 0;
        }
        TensorQuantizer quantizer = weight(weight.shape(), weight.dtype(), bits);
        quantizer.fit(weight);
        Tensor q = quantizer.quantized(weight);
        double sum = 0;
        for (int i = 0; i < q.size(); i++) {
            double d = q.get(i) - weight.get(i);
            sum += d * d;
        }
        return sum;
    }
}
