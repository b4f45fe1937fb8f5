/** What a convolution kernel is; the ways to compute one are in packages of their own. */
@NullMarked
package dev.goshawk.cpu.kernel.conv;

import org.jspecify.annotations.NullMarked;
