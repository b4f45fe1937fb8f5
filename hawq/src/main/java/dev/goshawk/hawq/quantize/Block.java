package dev.goshawk.hawq.quantize;

import java.util.List;

/**
 * A part of the network which shares one bit width.
 *
 * @param name unique in the network, such as {@code layer1.0}
 * @param parameterNames the quantized weights in it, in network order
 * @param weights number of convolution and fully connected weights, n_i of the method; 1 or more
 */
public record Block(String name, List<String> parameterNames, long weights) {
    public Block {
        if (weights < 1) {
            throw new IllegalArgumentException("block " + name + ": expected at least 1 weight, got " + weights);
        }
        parameterNames = List.copyOf(parameterNames);
    }
}
