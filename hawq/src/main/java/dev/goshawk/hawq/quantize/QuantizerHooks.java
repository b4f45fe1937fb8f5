package dev.goshawk.hawq.quantize;

import dev.goshawk.graph.Value;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/** Puts the quantizers in while the network is traced. */
final class QuantizerHooks implements LayerHooks {
    private final QuantizerSet quantizers;
    private final Set<String> calibrated;
    private final SequencedMap<String, Tensor> inputs = new LinkedHashMap<>();
    /** A tensor that several quantizers share is one input. */
    private final Map<Tensor, Value> values = new IdentityHashMap<>();
    private final SequencedMap<String, Value> measured = new LinkedHashMap<>();

    /**
     * @param calibrated blocks whose activations stay float
     */
    QuantizerHooks(QuantizerSet quantizers, Set<String> calibrated) {
        this.quantizers = quantizers;
        this.calibrated = Set.copyOf(calibrated);
    }

    @Override
    public Value weight(ParameterSpec spec, Value weight) {
        TensorQuantizer q = quantizers.weights().get(spec.name());
        return q == null ? weight : q.apply(weight, state -> input(spec.name(), q, state));
    }

    @Override
    public Value activation(ActivationSite site, Value activation) {
        TensorQuantizer q = quantizers.activations().get(site.name());
        if (q == null) {
            return activation;
        }
        boolean calibrating = calibrated.contains(site.block());
        q.measures(activation, calibrating)
                .forEach((what, value) -> measured.put(QuantizerSet.nameOf(site.name(), what), value));
        return calibrating ? activation : q.apply(activation, state -> input(site.name(), q, state));
    }

    private Value input(String tensor, TensorQuantizer q, String state) {
        String name = QuantizerSet.nameOf(tensor, state);
        return values.computeIfAbsent(QuantizerSet.state(q, state), t -> {
            inputs.put(name, t);
            return Value.input(name, t.dtype(), t.shape());
        });
    }

    /** The quantizers' tensors that the graph takes, by name. */
    SequencedMap<String, Tensor> inputs() {
        return inputs;
    }

    /** The inputs of the graph that the quantizers' tensors are bound to. */
    Map<Tensor, Value> values() {
        return values;
    }

    /** What the quantizers want to know of each batch, by name. */
    SequencedMap<String, Value> measured() {
        return measured;
    }
}
