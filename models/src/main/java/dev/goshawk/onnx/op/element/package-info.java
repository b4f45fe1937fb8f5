/** Operators of single elements: functions, arithmetic, comparisons. */
@NullMarked
package dev.goshawk.onnx.op.element;

import org.jspecify.annotations.NullMarked;
