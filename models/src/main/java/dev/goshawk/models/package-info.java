/**
 * Networks as their papers draw them. A {@link dev.goshawk.models.Network} is a definition: it calls the layers of a
 * {@link dev.goshawk.models.Layers} on the images and returns the logits; tracing it gives a {@link
 * dev.goshawk.models.TracedNetwork} with its parameters, HAWQ blocks and batch statistics. Parameters carry PyTorch's
 * names, so public checkpoints load, and Goshawk's layout (filters HWIO, linear weights [in, out]).
 */
@NullMarked
package dev.goshawk.models;

import org.jspecify.annotations.NullMarked;
