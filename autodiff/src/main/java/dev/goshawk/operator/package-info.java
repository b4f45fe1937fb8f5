/**
 * Square matrices known by their products only, and the Hessian of a traced function as one of them.
 * {@link dev.goshawk.operator.ParameterVector} maps between named tensors and the flat vectors that operators multiply.
 */
@NullMarked
package dev.goshawk.operator;

import org.jspecify.annotations.NullMarked;
