/**
 * What the backend needs of a GPU: memory, copies, launches, recordings. One implementation stands on the CUDA driver; the tests
 * have another that runs the same launches on the CPU.
 */
@NullMarked
package dev.goshawk.cuda.device;

import org.jspecify.annotations.NullMarked;
