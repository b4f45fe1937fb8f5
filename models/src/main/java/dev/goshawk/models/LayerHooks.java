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
}
