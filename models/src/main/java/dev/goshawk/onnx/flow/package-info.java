/** Graphs within graphs: branches and loops of which it is known how they go become nodes like any other. */
@NullMarked
package dev.goshawk.onnx.flow;

import org.jspecify.annotations.NullMarked;
