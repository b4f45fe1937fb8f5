package dev.goshawk.models;

import dev.goshawk.graph.Value;

/** Rewrites a network while it is traced: where a quantizer puts what it computes. By default nothing changes. */
public interface LayerHooks {
    /** Leaves the network as it is defined. */
    LayerHooks NONE = new LayerHooks() {
    };

    /** What a convolution or linear layer uses in place of its weight; called once a layer. */
    default Value weight(ParameterSpec spec, Value weight) {
        return weight;
    }

    /** What follows a rectifier in place of its result; called once a site. */
    default Value activation(ActivationSite site, Value activation) {
        return activation;
    }

    /** Hears what a node of an imported file gives, layers and activations in it included. */
    default void computed(String node, Value value) {
    }

    /**
     * What a batch normalization in evaluation mode gives; called once each.
     *
     * @param name of its scale's parameter
     * @param x what is normalized, the channel last
     * @param scale factor by channel, of the parameters and statistics
     * @param shift what is added, by channel
     */
    default Value normalization(String name, Value x, Value scale, Value shift) {
        return x.multiply(scale).add(shift);
    }
}
