/** Arithmetic on vectors and small dense matrices on the heap, in a fixed order: the same bits in every run. */
@NullMarked
package dev.goshawk.spectral.dense;

import org.jspecify.annotations.NullMarked;
