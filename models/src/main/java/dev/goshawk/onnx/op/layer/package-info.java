/** Operators with windows, weights and statistics. */
@NullMarked
package dev.goshawk.onnx.op.layer;

import org.jspecify.annotations.NullMarked;
