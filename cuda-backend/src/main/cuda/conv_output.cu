// The convolution on the float32 and float64 units.
#include "conv_output.cuh"

GK_CONV(output, convOutput, 128, 128, v, f32)
GK_CONV(output, convOutput, 128, 64, v, f32)
GK_CONV(output, convOutput, 64, 64, v, f32)
GK_CONV(output, convOutput, 128, 32, v, f32)
GK_CONV(output, convOutput, 256, 16, v, f32)
GK_CONV(output, convOutput, 64, 64, s, f32)
GK_CONV(output, convOutput, 256, 16, s, f32)
GK_CONV(output, convOutput, 64, 64, s, f64)
GK_CONV(output, convOutput, 64, 16, s, f64)
