/** Arithmetic on vectors and small dense matrices on the heap, in a fixed order: bit-identical from run to run. */
@NullMarked
package dev.goshawk.spectral.dense;

import org.jspecify.annotations.NullMarked;
