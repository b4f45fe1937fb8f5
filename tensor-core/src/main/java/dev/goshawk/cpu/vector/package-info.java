/**
 * Float32 kernels on the Vector API. Kernels see arrays, offsets and sizes and know nothing of gradients; scratch
 * memory comes from the caller, nothing is allocated per element, and work is divided by the problem alone, so results
 * are the same bits for any number of threads.
 */
@NullMarked
package dev.goshawk.cpu.vector;

import org.jspecify.annotations.NullMarked;
