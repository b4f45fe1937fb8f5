/** Operators that take pixels at other places than those of the grid: resizing, sampling, patches. */
@NullMarked
package dev.goshawk.onnx.op.image;

import org.jspecify.annotations.NullMarked;
