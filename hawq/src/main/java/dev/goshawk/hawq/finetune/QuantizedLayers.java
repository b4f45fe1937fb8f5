package dev.goshawk.hawq.finetune;

import dev.goshawk.backend.Executable;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Op;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.quantize.ActivationRange;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Quantizes the blocks of a network while it is traced: weights through {@link Functions#fakeQuantize} with one scale an
 * output channel (or one a layer), rectified activations as unsigned levels up to a moving average of their maximum.
 * Scales are inputs of the graph, bound to those a {@link Quantization} holds.
 */
final class QuantizedLayers implements LayerHooks {
    private final Quantization state;
    private final Set<String> measuredOnly;
    private final SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
    private final SequencedMap<String, Value> maxima = new LinkedHashMap<>();

    /**
     * @param state which blocks are quantized
     * @param measuredOnly blocks whose activations stay float, their maxima being wanted to choose a first range
     */
    QuantizedLayers(Quantization state, Set<String> measuredOnly) {
        this.state = state;
        this.measuredOnly = Set.copyOf(measuredOnly);
    }

    QuantizedLayers(Quantization state) {
        this(state, Set.of());
    }

    @Override
    public Value weight(ParameterSpec spec, Value weight) {
        WeightGrid grid = state.grid(spec.name());
        if (grid == null) {
            return weight;
        }
        return Functions.fakeQuantize(weight, input("scale/" + spec.name(), grid.scale()),
                input("zero/" + spec.name(), grid.zero()), grid.levels().min(), grid.levels().max());
    }

    @Override
    public Value activation(ActivationSite site, Value activation) {
        if (!state.quantizesActivations(site.block())) {
            return activation;
        }
        List<Integer> axes = IntStream.range(0, activation.shape().rank()).boxed().toList();
        maxima.put(site.name(), Value.of(new Op.MaxOver(axes), activation));
        Tensor scale = state.activationScale(site.name(), activation.dtype());
        if (measuredOnly.contains(site.block())) {
            return activation;
        }
        return Functions.fakeQuantize(activation, input("scale/" + site.name(), scale),
                Value.constant(0, activation.dtype(), Shape.scalar()), 0,
                ActivationRange.highestLevel(state.activationBits()));
    }

    private Value input(String name, Tensor tensor) {
        inputs.put(name, tensor);
        return Value.input(name, tensor.dtype(), tensor.shape());
    }

    /** Binds the scales to the compiled graph. */
    void bindTo(Executable executable) {
        inputs.forEach((name, tensor) -> {
            if (executable.inputs().contains(name)) {
                executable.bind(name, tensor);
            }
        });
    }

    /** Maximum of each quantized activation over the batch, before quantization, by site. */
    SequencedMap<String, Value> maxima() {
        return maxima;
    }
}
