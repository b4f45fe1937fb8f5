/**
 * Image data sets and batches of them. {@link dev.goshawk.data.Batches} turns a data set into normalized tensors and
 * {@link dev.goshawk.data.PrefetchingBatches} does so ahead of the computation. Where images come from is in {@code
 * dev.goshawk.data.source} and {@code dev.goshawk.data.synthetic}, how files become pixels in {@code
 * dev.goshawk.data.image}; this package knows none of them. Everything random (order, crops, flips, the drawn shapes)
 * is a function of a seed and of positions, never of threads or of what ran before, so that a run can be resumed.
 */
@NullMarked
package dev.goshawk.data;

import org.jspecify.annotations.NullMarked;
