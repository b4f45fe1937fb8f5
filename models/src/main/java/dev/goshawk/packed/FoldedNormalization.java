package dev.goshawk.packed;

import dev.goshawk.graph.Value;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.packed.format.PackedNetwork;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;

/** Traces batch normalization as a packed file holds it: a factor and a term for each channel, both inputs of the graph. */
public abstract class FoldedNormalization implements LayerHooks {
    private final PackedNetwork content;
    private int channel;

    /** @param content of the network that is traced */
    protected FoldedNormalization(PackedNetwork content) {
        this.content = content;
    }

    /**
     * Makes an input of the graph.
     *
     * @param shape [channels]
     * @param values of the input, one for each channel
     */
    protected abstract Value input(String name, Shape shape, float[] values);

    @Override
    public final Value normalization(String name, Value x, Value scale, Value shift) {
        int from = channel;
        channel += scale.shape().size();
        Value factor = input("scale/" + name, scale.shape(),
                Arrays.copyOfRange(content.normalizationScales(), from, channel));
        Value added = input("shift/" + name, scale.shape(),
                Arrays.copyOfRange(content.normalizationBiases(), from, channel));
        return x.multiply(factor).add(added);
    }
}
