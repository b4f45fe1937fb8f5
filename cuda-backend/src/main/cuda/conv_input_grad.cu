// Its gradient by the input on the float32 and float64 units.
#include "conv_input_grad.cuh"

GK_CONV(input_grad, convInputGrad, 128, 128, v, f32)
GK_CONV(input_grad, convInputGrad, 128, 64, v, f32)
GK_CONV(input_grad, convInputGrad, 64, 64, v, f32)
GK_CONV(input_grad, convInputGrad, 128, 32, v, f32)
GK_CONV(input_grad, convInputGrad, 256, 16, v, f32)
GK_CONV(input_grad, convInputGrad, 64, 64, s, f32)
GK_CONV(input_grad, convInputGrad, 256, 16, s, f32)
GK_CONV(input_grad, convInputGrad, 64, 64, s, f64)
GK_CONV(input_grad, convInputGrad, 64, 16, s, f64)
