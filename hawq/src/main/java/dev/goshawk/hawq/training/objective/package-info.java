/** What training minimizes: a loss from logits and labels, and from inputs that it declares and fills for every batch. */
@NullMarked
package dev.goshawk.hawq.training.objective;

import org.jspecify.annotations.NullMarked;
