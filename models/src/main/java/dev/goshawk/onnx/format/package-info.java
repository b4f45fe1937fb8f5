/** ONNX files as data: nodes, constants and types, read with every size checked. Nothing here knows of graphs of values. */
@NullMarked
package dev.goshawk.onnx.format;

import org.jspecify.annotations.NullMarked;
