/**
 * Matrix-free spectral estimates of a symmetric {@link dev.goshawk.operator.LinearOperator}: the top eigenvalues by power
 * iteration, restarted Lanczos or Davidson's method, the trace by Hutchinson's estimator. Every result carries what a reader
 * needs to trust it: the true residual or the standard error, the number of operator products and the seed.
 */
@NullMarked
package dev.goshawk.spectral;

import org.jspecify.annotations.NullMarked;
