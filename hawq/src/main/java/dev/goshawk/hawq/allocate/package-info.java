/** Which block gets which width, and in which order blocks are quantized. */
@NullMarked
package dev.goshawk.hawq.allocate;

import org.jspecify.annotations.NullMarked;
