/** Layers that only ONNX Runtime has as the standard has them: those of whole numbers between roundings, fused ones in parts. */
@NullMarked
package dev.goshawk.onnx.integer;

import org.jspecify.annotations.NullMarked;
