package dev.goshawk.models;

import java.util.List;

/**
 * What there is to know of a network without computing with it, found by tracing it once.
 *
 * @param parameters every parameter, in PyTorch's order
 * @param blocks the HAWQ blocks in the order of the network
 * @param sites the places where activations can be quantized, in order
 */
public record NetworkDescription(List<ParameterSpec> parameters, List<Block> blocks, List<ActivationSite> sites) {
    public NetworkDescription {
        parameters = List.copyOf(parameters);
        blocks = List.copyOf(blocks);
        sites = List.copyOf(sites);
    }

    /** The parameters that gradient descent changes: PyTorch's {@code named_parameters()}, in its order. */
    public List<ParameterSpec> trainable() {
        return parameters.stream().filter(ParameterSpec::isTrainable).toList();
    }

    /** Number of elements of all parameters, running statistics among them. */
    public long elementCount() {
        return parameters.stream().mapToLong(s -> s.shape().size()).sum();
    }

    /** Number of trainable elements: weights, biases and batch normalization's affine parameters. */
    public long parameterCount() {
        return trainable().stream().mapToLong(s -> s.shape().size()).sum();
    }

    /** Number of elements in convolution and linear weights: what HAWQ's model sizes count. */
    public long weightCount() {
        return blocks.stream().mapToLong(Block::weightCount).sum();
    }

    /** Multiply-adds of the convolutions and linear layers for one row of the input. */
    public long macs() {
        return blocks.stream().mapToLong(Block::macs).sum();
    }

    /**
     * A block by name.
     *
     * @throws IllegalArgumentException naming the blocks there are, if there is none of that name
     */
    public Block block(String name) {
        for (Block b : blocks) {
            if (b.name().equals(name)) {
                return b;
            }
        }
        throw new IllegalArgumentException("block: expected one of " + blocks.stream().map(Block::name).toList()
                + ", got '" + name + "'");
    }

    /**
     * A parameter by name.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public ParameterSpec parameter(String name) {
        return parameters.stream().filter(s -> s.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("network: no parameter '" + name + "'"));
    }
}
