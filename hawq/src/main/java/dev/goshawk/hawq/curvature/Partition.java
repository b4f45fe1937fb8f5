package dev.goshawk.hawq.curvature;

import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.ParameterSpec;
import java.util.List;

/** What a network's curvature is taken by, part for part. */
public enum Partition {
    /** Everything that is trained, as one. */
    NETWORK,
    /** The convolution and linear weights of each HAWQ block. */
    BLOCK,
    /** The weight of each convolution and linear layer. */
    LAYER,
    /** The activations of each place where they can be quantized. */
    ACTIVATIONS;

    /** What one part is called. */
    public String one() {
        return switch (this) {
            case NETWORK -> "network";
            case BLOCK -> "block";
            case LAYER -> "layer";
            case ACTIVATIONS -> "activation";
        };
    }

    /** What the variables of a part are called. */
    public String counted() {
        return this == ACTIVATIONS ? "activations" : this == NETWORK ? "parameters" : "weights";
    }

    /**
     * The parts in network order.
     *
     * @throws IllegalArgumentException if the network has none
     */
    public List<CurvaturePart> parts(NetworkDescription network) {
        List<CurvaturePart> parts = switch (this) {
            case NETWORK -> List.of(new CurvaturePart("network",
                    network.trainable().stream().map(ParameterSpec::name).toList()));
            case BLOCK -> network.blocks().stream().map(b -> new CurvaturePart(b.name(), b.weights())).toList();
            case LAYER -> network.blocks().stream().flatMap(b -> b.weights().stream())
                    .map(w -> new CurvaturePart(w, List.of(w))).toList();
            case ACTIVATIONS -> network.sites().stream().map(ActivationSite::name)
                    .map(site -> new CurvaturePart(site, List.of())).toList();
        };
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("curvature by " + one() + ": the network has none");
        }
        return parts;
    }
}
