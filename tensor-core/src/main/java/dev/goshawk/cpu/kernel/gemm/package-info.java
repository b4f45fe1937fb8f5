/** Matrix products in blocks and register tiles; operands are gathered from matrices or from windows over images. */
@NullMarked
package dev.goshawk.cpu.kernel.gemm;

import org.jspecify.annotations.NullMarked;
