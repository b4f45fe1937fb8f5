package dev.goshawk.hawq.search.dnas;

import dev.goshawk.data.SplitMix64;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.QuantizedNetwork;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Rounds the weights of a block to all widths at once and mixes the results by shares that the block's weights have in common. Since a
 * convolution is linear in its weights, sum_k m_k conv(x, Q_k W) = conv(x, sum_k m_k Q_k W): one convolution does for all widths. It
 * belongs to one network.
 */
final class MixedQuantizer implements Quantizer {
    private final Quantizer quantizer;
    private final List<BitWidth> widths;
    private final SequencedMap<String, Mixture> blocks = new LinkedHashMap<>();

    /**
     * A quantizer of nothing yet.
     *
     * @param quantizer rounds to each width
     * @param widths ascending
     */
    MixedQuantizer(Quantizer quantizer, List<BitWidth> widths) {
        this.quantizer = quantizer;
        this.widths = List.copyOf(widths);
    }

    List<BitWidth> widths() {
        return widths;
    }

    /** Whether a trained tensor is what is learned of the widths. */
    boolean isArchitecture(String trained) {
        return blocks.values().stream().anyMatch(m -> nameOf(m).equals(trained));
    }

    private static String nameOf(Mixture mixture) {
        return QuantizedNetwork.nameOf(mixture.owner(), Mixture.THETA);
    }

    /** Blocks by the name of their theta, as objectives see it. */
    SequencedMap<String, String> architectures() {
        SequencedMap<String, String> names = new LinkedHashMap<>();
        blocks.forEach((block, mixture) -> names.put(nameOf(mixture), block));
        return names;
    }

    /** Draws every block's noise. */
    void draw(SplitMix64 random, double temperature) {
        blocks.values().forEach(m -> m.draw(random, temperature));
    }

    /** How probable each width of each block is. */
    SequencedMap<String, double[]> probabilities() {
        SequencedMap<String, double[]> all = new LinkedHashMap<>();
        blocks.forEach((block, mixture) -> all.put(block, mixture.probabilities()));
        return all;
    }

    @Override
    public TensorQuantizer weight(ParameterSpec spec, DType dtype, BitWidth bits) {
        Mixture mixture = blocks.computeIfAbsent(spec.block(), b -> new Mixture(spec.name(), dtype, widths.size()));
        return new MixedWeight(widths.stream().map(width -> quantizer.weight(spec, dtype, width)).toList(), mixture,
                mixture.owner().equals(spec.name()));
    }

    @Override
    public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
        throw new UnsupportedOperationException("a weight at several widths needs its block");
    }

    @Override
    public TensorQuantizer activation(DType dtype, BitWidth bits) {
        return quantizer.activation(dtype, bits);
    }

    @Override
    public TensorQuantizer activation(String site, DType dtype, BitWidth bits) {
        return quantizer.activation(site, dtype, bits);
    }

    @Override
    public String describeWeights() {
        return "widths " + widths + " at once, " + quantizer.describeWeights();
    }

    @Override
    public String describeActivations() {
        return quantizer.describeActivations();
    }

    /** The same for equal quantizers: checkpoints are told apart by it. */
    @Override
    public String toString() {
        return "MixedQuantizer[" + quantizer + ", " + widths + "]";
    }
}
