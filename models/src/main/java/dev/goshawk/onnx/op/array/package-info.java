/** Operators that move, pick, order and add up elements. */
@NullMarked
package dev.goshawk.onnx.op.array;

import org.jspecify.annotations.NullMarked;
