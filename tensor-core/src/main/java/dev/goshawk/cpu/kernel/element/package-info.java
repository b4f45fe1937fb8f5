/** Elementwise passes over chunks of an array. */
@NullMarked
package dev.goshawk.cpu.kernel.element;

import org.jspecify.annotations.NullMarked;
