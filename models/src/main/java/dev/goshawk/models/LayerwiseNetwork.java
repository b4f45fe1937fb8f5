package dev.goshawk.models;

import dev.goshawk.graph.Value;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;

/** A network whose layers are its blocks. */
record LayerwiseNetwork(Network network) implements Network {
    @Override
    public String name() {
        return network.name();
    }

    @Override
    public int inputSize() {
        return network.inputSize();
    }

    @Override
    public Shape inputShape(int batch) {
        return network.inputShape(batch);
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
    public boolean layersAreBlocks() {
        return true;
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
