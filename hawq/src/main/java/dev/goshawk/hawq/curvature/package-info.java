/**
 * Curvature of a network's loss at a point, known by products only. {@link dev.goshawk.hawq.curvature.LossProblem} fixes the
 * network, its parameters and the sample; {@link dev.goshawk.hawq.curvature.HessianOperator} multiplies by the Hessian of all
 * parameters or by the diagonal block of one HAWQ block; {@link dev.goshawk.operator.ParameterVector} maps between named
 * tensors and the flat vectors that spectral algorithms work on.
 */
@NullMarked
package dev.goshawk.hawq.curvature;

import org.jspecify.annotations.NullMarked;
