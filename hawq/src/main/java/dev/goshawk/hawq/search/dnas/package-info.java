/** Differentiable search: the weights at every width at once, mixed by what is learned of the widths. */
@NullMarked
package dev.goshawk.hawq.search.dnas;

import org.jspecify.annotations.NullMarked;
