// The convolution on tensor cores in one pass, tf32.
#include "conv_tensor.cuh"

GK_TENSORS(1, tf32)
