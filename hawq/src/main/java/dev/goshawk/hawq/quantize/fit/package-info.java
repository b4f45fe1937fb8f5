/** Fitting levels to values. */
@NullMarked
package dev.goshawk.hawq.quantize.fit;

import org.jspecify.annotations.NullMarked;
