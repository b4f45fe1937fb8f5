/** Quantizers of published methods, one class each; the uniform one that HAWQ uses is a package above. */
@NullMarked
package dev.goshawk.hawq.quantize.family;

import org.jspecify.annotations.NullMarked;
