/** What each ONNX operator means in Goshawk's operations. */
@NullMarked
package dev.goshawk.onnx.op;

import org.jspecify.annotations.NullMarked;
