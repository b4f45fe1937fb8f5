/**
 * Fine-tuning: learning rates, stochastic gradient descent and the block-by-block schedule in which HAWQ quantizes a
 * network and lets it recover.
 */
@NullMarked
package dev.goshawk.hawq.training;

import org.jspecify.annotations.NullMarked;
