/** The Vector API backend: what runs its plans is in {@code exec}, kernels proper, which see only arrays and sizes, in {@code kernel}. */
@NullMarked
package dev.goshawk.cpu;

import org.jspecify.annotations.NullMarked;
