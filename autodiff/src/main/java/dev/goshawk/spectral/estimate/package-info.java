/**
 * Stochastic estimates of a symmetric {@link dev.goshawk.operator.LinearOperator} from its products alone. Every estimate is
 * seeded and carries its standard error.
 */
@NullMarked
package dev.goshawk.spectral.estimate;

import org.jspecify.annotations.NullMarked;
