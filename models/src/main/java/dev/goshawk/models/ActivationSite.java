package dev.goshawk.models;

import dev.goshawk.tensor.Shape;

/**
 * A place where a rectified activation can be quantized.
 *
 * @param name stable and unique in its network, such as {@code layer1.0.relu1}
 * @param block name of the HAWQ block that computes it
 * @param shape [batch, height, width, channels]
 */
public record ActivationSite(String name, String block, Shape shape) {
}
