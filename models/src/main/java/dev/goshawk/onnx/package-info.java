/** Networks and functions read from ONNX files. */
@NullMarked
package dev.goshawk.onnx;

import org.jspecify.annotations.NullMarked;
