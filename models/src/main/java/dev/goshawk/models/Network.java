package dev.goshawk.models;

import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.ShapeMismatchException;
import dev.goshawk.tensor.Tensor;
import java.util.List;

/**
 * The definition of a network: of an image classifier, or with {@link #inputShape} of its own of anything that maps rows of one shape
 * to rows of another.
 */
public interface Network {
    /** The name users choose it by, such as {@code resnet20}. */
    String name();

    /**
     * Height and width in pixels of the images it was designed for.
     *
     * @throws UnsupportedOperationException if the network takes no images, which {@link #inputShape} then says
     */
    default int inputSize() {
        throw new UnsupportedOperationException(
                name() + ": expected a network that takes images, its input is " + inputShape(1));
    }

    /** Shape of a batch of inputs, the batch first; by default images [batch, size, size, 3] of {@link #inputSize}. */
    default Shape inputShape(int batch) {
        return Shape.of(batch, inputSize(), inputSize(), 3);
    }

    /**
     * Whether the network takes gray images: its layers see the {@link Grayscale} of the colors that it is given, or [batch, height,
     * width, 1] as it stands.
     */
    default boolean isGray() {
        return false;
    }

    /** Number of classes, or of numbers in a row of the output. */
    int classes();

    /**
     * The network itself, layer by layer.
     *
     * @param net makes the layers and their parameters
     * @param inputs [batch, height, width, 3], normalized, or what {@link #inputShape} says
     * @return logits, [batch, classes]
     */
    Value logits(Layers net, Value inputs);

    /** Whether each layer with a weight is a HAWQ block of its own, whatever {@link #logits} says; see {@link #byLayer}. */
    default boolean layersAreBlocks() {
        return false;
    }

    /** The same network with each layer that has a weight as a block of its own, with what follows it up to the next. */
    default Network byLayer() {
        return new AdaptedNetwork(this, true, 0);
    }

    /** The same network for images of another side, in pixels: what {@link #inputSize} then says. */
    default Network forImages(int side) {
        return new AdaptedNetwork(this, layersAreBlocks(), side);
    }

    /** The network's own name for a tensor that some checkpoints call otherwise: the same one, unless overridden. */
    default String nameOf(String checkpointName) {
        return checkpointName;
    }

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
        return trace(dtype, Shape.of(batch, height, width, 3), mode, hooks, Objective.CROSS_ENTROPY);
    }

    /**
     * Traces the network.
     *
     * @param dtype of inputs, parameters and outputs, a floating type
     * @param inputs shape of a batch of inputs
     * @param objective makes the loss
     * @throws ShapeMismatchException if inputs of this shape do not fit the network
     */
    default TracedNetwork trace(DType dtype, Shape inputs, Mode mode, LayerHooks hooks, Objective objective) {
        Value x = Value.input(TracedNetwork.IMAGES, dtype, inputs);
        Layers net = new Layers(dtype, mode, hooks, layersAreBlocks());
        try {
            return TracedNetwork.of(x, logits(net, x), net, objective);
        } catch (ShapeMismatchException e) {
            Shape made = inputShape(inputs.dim(0));
            String on = inputs.rank() == 4 && made.rank() == 4
                    ? " on images of " + inputs.dim(1) + "x" + inputs.dim(2) + " (made for " + made.dim(1) + "x"
                            + made.dim(2) + ")"
                    : " on inputs " + inputs + " (made for " + made + ")";
            throw new ShapeMismatchException(name() + on + ": " + e.getMessage());
        }
    }

    /** Traces the network for inputs of the shape it was designed for, without hooks. */
    default TracedNetwork trace(DType dtype, int batch, Mode mode) {
        return trace(dtype, inputShape(batch), mode, LayerHooks.NONE, Objective.CROSS_ENTROPY);
    }

    /** Parameters, blocks and activations, by tracing the network once: keep the result rather than ask again. */
    default NetworkDescription describe() {
        TracedNetwork traced = trace(DType.FLOAT32, 1, Mode.EVALUATION);
        return new NetworkDescription(traced.specs(), traced.blocks(), traced.activations());
    }

    /** Every parameter, in PyTorch's order. */
    default List<ParameterSpec> parameters() {
        return describe().parameters();
    }
}
