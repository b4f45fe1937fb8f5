/** From the steps of a plan to kernel launches: which kernel, which tile, which grid. Follows from sizes alone. */
@NullMarked
package dev.goshawk.cuda.lower;

import org.jspecify.annotations.NullMarked;
