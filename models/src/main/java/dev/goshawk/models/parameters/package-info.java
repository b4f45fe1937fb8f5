/**
 * The values of a network's parameters: {@link dev.goshawk.models.parameters.Parameters} draws them at random or takes
 * them from a weight file, whose names and layouts are matched to the network's.
 */
@NullMarked
package dev.goshawk.models.parameters;

import org.jspecify.annotations.NullMarked;
