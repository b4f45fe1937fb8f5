/**
 * Data sets that lie in files. {@link dev.goshawk.data.source.Datasets} opens a folder of images or CIFAR-10's binary
 * batches, held in memory, or photographs of any size that are decoded when they are asked for; {@link
 * dev.goshawk.data.source.Samples} opens the exact images a list names.
 */
@NullMarked
package dev.goshawk.data.source;

import org.jspecify.annotations.NullMarked;
