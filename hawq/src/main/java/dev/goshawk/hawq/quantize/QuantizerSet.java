package dev.goshawk.hawq.quantize;

import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The quantizers of a network, and the tensors that they keep by name.
 *
 * @param weights by name of the weight
 * @param activations by site
 */
record QuantizerSet(SequencedMap<String, TensorQuantizer> weights, SequencedMap<String, TensorQuantizer> activations) {
    private static final String PREFIX = "quantizer/";

    /** Without any yet. */
    QuantizerSet() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    /** What a tensor of a quantizer's state is called, of a weight or a site. */
    static String nameOf(String tensor, String state) {
        return PREFIX + tensor + "/" + state;
    }

    /** A tensor that a quantizer keeps, by its own name for it. */
    static Tensor state(TensorQuantizer quantizer, String name) {
        Tensor tensor = quantizer.state().get(name);
        if (tensor == null) {
            throw new IllegalStateException(quantizer + ": no state '" + name + "'");
        }
        return tensor;
    }

    /** Everything that is kept, by name; shared. */
    SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        forEach((name, q) -> q.state().forEach((key, tensor) -> state.put(nameOf(name, key), tensor)));
        return state;
    }

    /** What is trained. */
    List<QuantizedNetwork.TrainedTensor> trained() {
        List<QuantizedNetwork.TrainedTensor> trained = new ArrayList<>();
        forEach((name, q) -> q.trained().forEach(t -> trained.add(new QuantizedNetwork.TrainedTensor(
                nameOf(name, t.state()), state(q, t.state()), t.rate(), t.decay()))));
        return trained;
    }

    private void forEach(BiConsumer<String, TensorQuantizer> action) {
        weights.forEach(action);
        activations.forEach(action);
    }

    /**
     * Gives quantizers of activations what was measured of a batch.
     *
     * @param names of all that was measured
     * @param measured gives it by name
     */
    void observe(Collection<String> sites, Collection<String> names, Function<String, Tensor> measured) {
        for (String site : sites) {
            Map<String, Tensor> own = new LinkedHashMap<>();
            String prefix = nameOf(site, "");
            names.stream().filter(n -> n.startsWith(prefix))
                    .forEach(n -> own.put(n.substring(prefix.length()), measured.apply(n)));
            TensorQuantizer quantizer = activations.get(site);
            if (quantizer != null) {
                quantizer.observe(own);
            }
        }
    }
}
