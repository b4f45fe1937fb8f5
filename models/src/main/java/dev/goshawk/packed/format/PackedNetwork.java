package dev.goshawk.packed.format;

import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.models.NetworkDescription;
import dev.goshawk.models.ParameterSpec;
import java.util.Arrays;
import java.util.List;

/**
 * All that a packed file holds, in the order of the network's parameters, sites and normalizations.
 *
 * @param weights convolution and linear weights
 * @param activations sites
 * @param normalizationScales factors of folded batch normalization, by channel
 * @param normalizationBiases what it adds, by channel
 * @param biases of layers
 * @param floats float weights, arrays and constants; weights in PyTorch's order
 */
@SuppressWarnings("ArrayRecordComponent")
public record PackedNetwork(PackedInfo info, List<PackedWeight> weights, List<PackedActivation> activations,
        float[] normalizationScales, float[] normalizationBiases, float[] biases, float[] floats) {
    public PackedNetwork {
        weights = List.copyOf(weights);
        activations = List.copyOf(activations);
    }

    /** Told what is stored for each parameter of a network, in its order. */
    public interface Visitor {
        /**
         * A weight.
         *
         * @param floats its values in PyTorch's order where it is float, else empty
         */
        void weight(ParameterSpec spec, PackedWeight weight, float[] floats);

        /** Biases of a layer. */
        void bias(ParameterSpec spec, float[] values);

        /** An array that is neither weight nor bias nor part of batch normalization. */
        void array(ParameterSpec spec, float[] values);
    }

    /** Tells a visitor of all parameters but those of batch normalization. */
    public void visit(NetworkDescription network, Visitor visitor) {
        int weight = 0;
        int bias = 0;
        int at = 0;
        for (ParameterSpec spec : network.parameters()) {
            int n = spec.shape().size();
            if (spec.isWeight()) {
                PackedWeight packed = weights.get(weight++);
                int stored = packed.rule().isFloat() ? n : 0;
                visitor.weight(spec, packed, Arrays.copyOfRange(floats, at, at + stored));
                at += stored;
            } else if (spec.kind() == ParameterSpec.Kind.BIAS) {
                visitor.bias(spec, Arrays.copyOfRange(biases, bias, bias + n));
                bias += n;
            } else if (isArray(spec)) {
                visitor.array(spec, Arrays.copyOfRange(floats, at, at + n));
                at += n;
            }
        }
    }

    /** Fingerprint of what decides on the order and the sizes of everything in the file. */
    public static String structure(NetworkDescription network) {
        Fingerprint all = new Fingerprint();
        for (ParameterSpec s : network.parameters()) {
            all.add(s.name()).add(s.kind().name()).add(s.shape().toString());
        }
        network.sites().forEach(s -> all.add(s.name()));
        return all.text();
    }

    /** The convolution and linear weights of a network. */
    public static List<ParameterSpec> weightsOf(NetworkDescription network) {
        return network.parameters().stream().filter(ParameterSpec::isWeight).toList();
    }

    /** Number of channels of all normalizations. */
    static long channels(NetworkDescription network) {
        return elements(network, ParameterSpec.Kind.BN_WEIGHT);
    }

    /** Number of biases of layers. */
    static long biases(NetworkDescription network) {
        return elements(network, ParameterSpec.Kind.BIAS);
    }

    private static long elements(NetworkDescription network, ParameterSpec.Kind kind) {
        return network.parameters().stream().filter(s -> s.kind() == kind).mapToLong(s -> s.shape().size()).sum();
    }

    /** Whether a parameter that is no weight is stored as floats. */
    public static boolean isArray(ParameterSpec spec) {
        return spec.kind() == ParameterSpec.Kind.ARRAY || spec.kind() == ParameterSpec.Kind.CONSTANT;
    }
}
