/** Pooling windows. */
@NullMarked
package dev.goshawk.cpu.kernel.pool;

import org.jspecify.annotations.NullMarked;
