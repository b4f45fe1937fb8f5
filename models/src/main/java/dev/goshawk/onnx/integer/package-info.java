/** Layers of whole numbers as float layers between roundings. */
@NullMarked
package dev.goshawk.onnx.integer;

import org.jspecify.annotations.NullMarked;
