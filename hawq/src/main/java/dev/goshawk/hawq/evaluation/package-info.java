/**
 * How good a network is on a data set: logits from a forward-only graph, loss and accuracy summed up from them in float64 and in the
 * order of the images.
 */
@NullMarked
package dev.goshawk.hawq.evaluation;

import org.jspecify.annotations.NullMarked;
