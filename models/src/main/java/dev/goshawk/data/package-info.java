/**
 * Image data sets. {@link dev.goshawk.data.Datasets} opens a folder of images, CIFAR-10's binary batches or the shapes
 * drawn in code; {@link dev.goshawk.data.Batches} turns one into normalised tensors. Everything random (order, crops,
 * flips, the drawn shapes) is a function of a seed and of positions, never of threads or of what ran before, so that a
 * run can be resumed.
 */
@NullMarked
package dev.goshawk.data;

import org.jspecify.annotations.NullMarked;
