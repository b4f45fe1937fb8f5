package dev.goshawk.models;

import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.List;

/** The definition of an image classifier. */
public interface Network {
    /** The name users choose it by, such as {@code resnet20}. */
    String name();

    /** Height and width in pixels of the images it was designed for. */
    int inputSize();

    /** Number of classes. */
    int classes();

    /**
     * The network itself, layer by layer.
     *
     * @param net makes the layers and their parameters
     * @param images [batch, height, width, 3], normalised
     * @return logits, [batch, classes]
     */
    Value logits(Layers net, Value images);

    /** Whether a checkpoint of this network may hold a tensor of this name that the definition leaves out. */
    default boolean ignores(String checkpointName) {
        return false;
    }

    /**
     * What an array starts from when the network is initialized from a seed, for arrays that only the definition knows: the
     * kinds {@code ARRAY} and {@code CONSTANT}.
     *
     * @throws IllegalArgumentException if the definition knows nothing of it
     */
    default Tensor initial(ParameterSpec spec) {
        throw new IllegalArgumentException("network " + name() + ": no initial value for '" + spec.name() + "'");
    }

    /**
     * Traces the network.
     *
     * @param dtype of images, parameters and logits, a floating type
     * @throws ShapeMismatchException if images of this size become too small on their way
     */
    default TracedNetwork trace(DType dtype, int batch, int height, int width, Mode mode, LayerHooks hooks) {
        Value images = Value.input(TracedNetwork.IMAGES, dtype, Shape.of(batch, height, width, 3));
        Layers net = new Layers(dtype, mode, hooks);
        try {
            return TracedNetwork.of(images, logits(net, images), net);
        } catch (ShapeMismatchException e) {
            throw new ShapeMismatchException(name() + " on images of " + height + "x" + width + " (made for "
                    + inputSize() + "x" + inputSize() + "): " + e.getMessage());
        }
    }

    /** Traces the network for images of the size it was designed for, without hooks. */
    default TracedNetwork trace(DType dtype, int batch, Mode mode) {
        return trace(dtype, batch, inputSize(), inputSize(), mode, LayerHooks.NONE);
    }

    /** Every parameter, in PyTorch's order. */
    default List<ParameterSpec> parameters() {
        return trace(DType.FLOAT32, 1, Mode.EVALUATION).specs();
    }
}
