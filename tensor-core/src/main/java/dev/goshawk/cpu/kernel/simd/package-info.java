/** The width of the vectors, and copies in them: what kernels of every subject use. */
@NullMarked
package dev.goshawk.cpu.kernel.simd;

import org.jspecify.annotations.NullMarked;
