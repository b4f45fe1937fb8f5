/** Fused loops as generated classes: all passes over a chunk as one. */
@NullMarked
package dev.goshawk.cpu.kernel.loop;

import org.jspecify.annotations.NullMarked;
