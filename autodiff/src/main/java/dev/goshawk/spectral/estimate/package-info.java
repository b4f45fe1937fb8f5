/**
 * Stochastic estimates of a symmetric {@link dev.goshawk.operator.LinearOperator} from its products alone: trace, diagonal, Frobenius
 * norm, spectral density, traces of functions. Every estimate is seeded, bit-identical for any thread count of the operator, and carries its standard
 * error, from which {@link dev.goshawk.spectral.estimate.Estimate#interval} makes intervals by Student's t distribution.
 */
@NullMarked
package dev.goshawk.spectral.estimate;

import org.jspecify.annotations.NullMarked;
