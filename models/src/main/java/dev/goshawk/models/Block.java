package dev.goshawk.models;

import java.util.List;

/**
 * A HAWQ block: the unit that gets one precision.
 *
 * @param name as the network names it, such as {@code layer1.0}
 * @param weights names of its convolution and linear weights, in the order traced
 * @param weightCount number of elements in them
 * @param macs multiply-adds of its convolutions and linear layers for one image (padding taps counted)
 */
public record Block(String name, List<String> weights, long weightCount, long macs) {
    public Block {
        weights = List.copyOf(weights);
    }
}
