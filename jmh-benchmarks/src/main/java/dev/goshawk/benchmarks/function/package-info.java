/** Functions beyond convolution and matrix product, and a network of them, as work to be timed. */
@NullMarked
package dev.goshawk.benchmarks.function;

import org.jspecify.annotations.NullMarked;
