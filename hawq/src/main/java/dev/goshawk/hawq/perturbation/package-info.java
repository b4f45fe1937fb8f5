/** What rounding weights and activations does to the loss, to second order, measured by Hessian products. */
@NullMarked
package dev.goshawk.hawq.perturbation;

import org.jspecify.annotations.NullMarked;
