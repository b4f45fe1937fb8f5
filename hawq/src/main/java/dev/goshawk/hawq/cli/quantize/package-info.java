/** The options that say how a network is quantized. */
@NullMarked
package dev.goshawk.hawq.cli.quantize;

import org.jspecify.annotations.NullMarked;
