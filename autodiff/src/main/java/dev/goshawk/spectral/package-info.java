/**
 * Eigenpairs of a symmetric {@link dev.goshawk.operator.LinearOperator} from its products alone: power iteration, restarted
 * Lanczos and Davidson's method. Every result carries what a reader needs to trust it: the true residual, the number of operator
 * products and the seed. Stochastic estimates are in {@link dev.goshawk.spectral.estimate}.
 */
@NullMarked
package dev.goshawk.spectral;

import org.jspecify.annotations.NullMarked;
