/** Derivatives as functions from graph to graph: reverse mode, forward mode, linearization and Hessian-vector products. */
@NullMarked
package dev.goshawk.autodiff;

import org.jspecify.annotations.NullMarked;
