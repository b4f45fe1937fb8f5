// The convolution on tensor cores in three passes, as exact as float32.
#include "conv_tensor.cuh"

GK_TENSORS(3, f32x3)
