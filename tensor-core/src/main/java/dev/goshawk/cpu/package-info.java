/** The Vector API backend: plans run on heap slabs. Kernels proper, which see only arrays and sizes, are in {@code vector}. */
@NullMarked
package dev.goshawk.cpu;

import org.jspecify.annotations.NullMarked;
