/** Kernels on whole numbers of few bits. */
@NullMarked
package dev.goshawk.cpu.kernel.integer;

import org.jspecify.annotations.NullMarked;
