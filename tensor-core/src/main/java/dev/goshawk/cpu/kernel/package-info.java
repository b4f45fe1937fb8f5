/**
 * The kernels on the Vector API, in rooms by subject. They see arrays, offsets and sizes and know nothing of graphs or gradients;
 * scratch memory comes from the caller, nothing is allocated per element, and work is divided by the problem alone, so results
 * are bit-identical for any number of threads.
 */
@NullMarked
package dev.goshawk.cpu.kernel;

import org.jspecify.annotations.NullMarked;
