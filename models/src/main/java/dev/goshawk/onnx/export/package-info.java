/** Writes networks as ONNX files. */
@org.jspecify.annotations.NullMarked
package dev.goshawk.onnx.export;
