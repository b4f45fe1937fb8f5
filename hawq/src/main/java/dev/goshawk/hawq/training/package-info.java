/**
 * Training of float and of quantized networks: the block-by-block schedule in which HAWQ quantizes a network and lets it recover, the
 * rules by which steps are made, and checkpoints.
 */
@NullMarked
package dev.goshawk.hawq.training;

import org.jspecify.annotations.NullMarked;
