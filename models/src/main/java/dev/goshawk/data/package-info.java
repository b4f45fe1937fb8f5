/**
 * Image data sets. {@link dev.goshawk.data.Datasets} opens a folder of images, CIFAR-10's binary batches or the shapes
 * drawn in code, all held in memory, or photographs of any size that are decoded when they are asked for; {@link
 * dev.goshawk.data.Batches} turns one into normalised tensors and {@link dev.goshawk.data.PrefetchingBatches} does so
 * ahead of the computation. Everything random (order, crops,
 * flips, the drawn shapes) is a function of a seed and of positions, never of threads or of what ran before, so that a
 * run can be resumed.
 */
@NullMarked
package dev.goshawk.data;

import org.jspecify.annotations.NullMarked;
