package dev.goshawk.hawq.quantize.family;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.quantize.TensorQuantizer;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * A family whose activations start from ranges that were found before, such as the trained clips of a published network.
 *
 * @param quantizer the family
 * @param clips the largest value of a site's activations, above 0, by site; other sites start as they always do
 */
public record StartingClips(Quantizer quantizer, SequencedMap<String, Double> clips) implements Quantizer {
    public StartingClips {
        clips = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(clips));
    }

    @Override
    public TensorQuantizer activation(String site, DType dtype, BitWidth bits) {
        TensorQuantizer activation = quantizer.activation(site, dtype, bits);
        Double clip = clips.get(site);
        if (clip != null) {
            activation.start(clip);
        }
        return activation;
    }

    @Override
    public TensorQuantizer activation(DType dtype, BitWidth bits) {
        return quantizer.activation(dtype, bits);
    }

    @Override
    public String describeActivations() {
        return quantizer.describeActivations() + ", from " + clips.size() + " trained clips";
    }

    @Override
    public List<BitWidth> weightWidths() {
        return quantizer.weightWidths();
    }

    @Override
    public TensorQuantizer weight(Shape shape, DType dtype, BitWidth bits) {
        return quantizer.weight(shape, dtype, bits);
    }

    @Override
    public TensorQuantizer weight(ParameterSpec spec, DType dtype, BitWidth bits) {
        return quantizer.weight(spec, dtype, bits);
    }

    @Override
    public String describeWeights() {
        return quantizer.describeWeights();
    }

    @Override
    public boolean hasUniformActivations() {
        return quantizer.hasUniformActivations();
    }

    @Override
    public long storedBits(long weights, BitWidth bits) {
        return quantizer.storedBits(weights, bits);
    }

    @Override
    public double perturbation(Tensor weight, BitWidth bits) {
        return quantizer.perturbation(weight, bits);
    }
}
