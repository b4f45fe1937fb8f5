/** Convolution as a matrix product with gathered patches. */
@NullMarked
package dev.goshawk.cpu.kernel.conv.packed;

import org.jspecify.annotations.NullMarked;
