/** Rules by which parameters move against their gradients, and learning rates as functions of progress. */
@NullMarked
package dev.goshawk.hawq.training.optimizer;

import org.jspecify.annotations.NullMarked;
