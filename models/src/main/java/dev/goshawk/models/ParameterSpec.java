package dev.goshawk.models;

import dev.goshawk.tensor.Shape;

/**
 * One parameter of a network: what it is called, what it is and where it belongs.
 *
 * @param name PyTorch's name, such as {@code layer1.0.conv1.weight}
 * @param kind what it is
 * @param shape in Goshawk's layout: filters [height, width, in / groups, out], linear weights [in, out], others
 *        [channels]
 * @param block name of the HAWQ block it belongs to
 */
public record ParameterSpec(String name, Kind kind, Shape shape, String block) {

    /** Kinds of parameters. */
    public enum Kind {
        CONV_WEIGHT, LINEAR_WEIGHT, BIAS, BN_WEIGHT, BN_BIAS, BN_MEAN, BN_VARIANCE,
        /** Any other array that is trained, in the layout of its file. */
        ARRAY,
        /** An array that is part of the network's definition and is not trained. */
        CONSTANT
    }

    /** Whether this is a filter or a linear layer's matrix: what HAWQ quantizes and counts. */
    public boolean isWeight() {
        return kind == Kind.CONV_WEIGHT || kind == Kind.LINEAR_WEIGHT;
    }

    /** Whether gradient descent changes it; the running statistics are averages instead. */
    public boolean isTrainable() {
        return kind != Kind.BN_MEAN && kind != Kind.BN_VARIANCE && kind != Kind.CONSTANT;
    }

    /** Number of inputs that one output element of a weight sums over. */
    public int fanIn() {
        if (!isWeight()) {
            throw new IllegalStateException("fan-in: expected a weight, '" + name + "' is a " + kind);
        }
        return shape.size() / shape.dim(-1);
    }
}
