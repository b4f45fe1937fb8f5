// Its gradient by the filter on the float32 and float64 units.
#include "conv_weight_grad.cuh"

GK_CONV(weight_grad, convWeightGrad, 128, 128, v, f32)
GK_CONV(weight_grad, convWeightGrad, 128, 64, v, f32)
GK_CONV(weight_grad, convWeightGrad, 64, 64, v, f32)
GK_CONV(weight_grad, convWeightGrad, 64, 32, v, f32)
GK_CONV(weight_grad, convWeightGrad, 64, 16, v, f32)
GK_CONV(weight_grad, convWeightGrad, 64, 64, s, f32)
GK_CONV(weight_grad, convWeightGrad, 64, 16, s, f32)
GK_CONV(weight_grad, convWeightGrad, 64, 64, s, f64)
GK_CONV(weight_grad, convWeightGrad, 64, 16, s, f64)
