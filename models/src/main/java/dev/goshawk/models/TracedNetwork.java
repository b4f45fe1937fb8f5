package dev.goshawk.models;

import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * A network traced for one batch size, image size, element type and mode.
 *
 * @param images the input {@value #IMAGES}, [batch, height, width, 3] or what the network takes
 * @param labels the input {@value #LABELS}, of the logits' shape; for cross-entropy [batch, classes], rows summing to 1
 * @param logits [batch, classes]
 * @param loss mean of the {@link Objective} over the batch, a scalar; mean cross-entropy where nothing else was asked for
 * @param specs every parameter in PyTorch's order
 * @param parameters the same parameters as inputs of the graph, by name, in the same order
 * @param blocks the HAWQ blocks in the order of the network
 * @param activations the places where rectified activations can be quantized, in order
 * @param statistics in training mode, what each batch normalization measured; empty in evaluation mode
 */
public record TracedNetwork(Value images, Value labels, Value logits, Value loss, List<ParameterSpec> specs,
        SequencedMap<String, Value> parameters, List<Block> blocks, List<ActivationSite> activations,
        List<BatchStatistic> statistics) {
    /** Name of the graph input that takes the normalized images. */
    public static final String IMAGES = "images";
    /** Name of the graph input that takes the labels as distributions over the classes (one-hot for plain labels). */
    public static final String LABELS = "labels";

    public TracedNetwork {
        specs = List.copyOf(specs);
        parameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parameters));
        blocks = List.copyOf(blocks);
        activations = List.copyOf(activations);
        statistics = List.copyOf(statistics);
    }

    static TracedNetwork of(Value images, Value logits, Layers net, Objective objective) {
        Value labels = Value.input(LABELS, logits.dtype(), logits.shape());
        Value loss = objective.of(logits, labels);
        if (loss.shape().rank() != 0) {
            throw new ShapeMismatchException("objective: expected a scalar, got " + loss.shape());
        }
        return new TracedNetwork(images, labels, logits, loss, net.specs(), net.parameters(), net.blocks(),
                net.activations(), net.statistics());
    }

    /** Multiply-adds of the convolutions and linear layers for one image. */
    public long macs() {
        return blocks.stream().mapToLong(Block::macs).sum();
    }

    /** Number of elements in convolution and linear weights: what HAWQ's model sizes count. */
    public long weightCount() {
        return blocks.stream().mapToLong(Block::weightCount).sum();
    }

    /** Number of trainable elements: weights, biases and batch-norm's affine parameters. */
    public long parameterCount() {
        return trainable().stream().mapToLong(s -> s.shape().size()).sum();
    }

    /** The parameters that gradient descent changes: PyTorch's {@code named_parameters()}, in its order. */
    public List<ParameterSpec> trainable() {
        return specs.stream().filter(ParameterSpec::isTrainable).toList();
    }

    /**
     * A parameter as an input of the graph.
     *
     * @throws IllegalArgumentException if the network has none of that name
     */
    public Value parameter(String name) {
        Value v = parameters.get(name);
        if (v == null) {
            throw new IllegalArgumentException("network: no parameter '" + name + "'");
        }
        return v;
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
        List<String> known = blocks.stream().map(Block::name).toList();
        throw new IllegalArgumentException("block: expected one of " + known + ", got '" + name + "'");
    }
}
