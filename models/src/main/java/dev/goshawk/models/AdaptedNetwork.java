package dev.goshawk.models;

import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;

/**
 * A network under other conditions than its definition's.
 *
 * @param network the definition
 * @param layersAreBlocks whether its layers are its blocks
 * @param side of its images in pixels, or 0 for the definition's
 */
record AdaptedNetwork(Network network, boolean layersAreBlocks, int side) implements Network {
    AdaptedNetwork {
        if (side < 0) {
            throw new IllegalArgumentException(network.name() + ": expected images of 1 pixel or more, got " + side);
        }
    }

    @Override
    public String name() {
        return network.name();
    }

    @Override
    public int inputSize() {
        return side == 0 ? network.inputSize() : side;
    }

    @Override
    public Shape inputShape(int batch) {
        return side == 0 ? network.inputShape(batch) : Shape.of(batch, side, side, 3);
    }

    @Override
    public boolean isGray() {
        return network.isGray();
    }

    @Override
    public int classes() {
        return network.classes();
    }

    @Override
    public Value logits(Layers net, Value inputs) {
        return network.logits(net, inputs);
    }

    @Override
    public Network byLayer() {
        return new AdaptedNetwork(network, true, side);
    }

    @Override
    public Network forImages(int pixels) {
        return new AdaptedNetwork(network, layersAreBlocks, pixels);
    }

    @Override
    public boolean ignores(String checkpointName) {
        return network.ignores(checkpointName);
    }

    @Override
    public Tensor initial(ParameterSpec spec) {
        return network.initial(spec);
    }
}
