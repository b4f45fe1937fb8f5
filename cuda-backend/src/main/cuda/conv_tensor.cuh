// The list of the convolution kernels on tensor cores, for a number of passes.
#pragma once

#include "conv_input_grad.cuh"
#include "conv_output.cuh"
#include "conv_weight_grad.cuh"
#include "tensor.cuh"

#define GK_TENSOR(ROLE, BODY, M, N, PASSES, TYPE)                                                                          \
    using ROLE##M##x##N##TYPE = TensorTileOf<M, N, PASSES>;                                                                \
    GK_CONV_KERNEL(gk_conv_##ROLE##_##M##x##N##v_##TYPE, BODY, ROLE##M##x##N##TYPE, 4)

#define GK_TENSORS(PASSES, TYPE)                                                                                           \
    GK_TENSOR(output, convOutput, 128, 128, PASSES, TYPE)                                                                  \
    GK_TENSOR(output, convOutput, 128, 64, PASSES, TYPE)                                                                   \
    GK_TENSOR(output, convOutput, 64, 64, PASSES, TYPE)                                                                    \
    GK_TENSOR(output, convOutput, 128, 32, PASSES, TYPE)                                                                   \
    GK_TENSOR(output, convOutput, 128, 16, PASSES, TYPE)                                                                   \
    GK_TENSOR(input_grad, convInputGrad, 128, 128, PASSES, TYPE)                                                           \
    GK_TENSOR(input_grad, convInputGrad, 128, 64, PASSES, TYPE)                                                            \
    GK_TENSOR(input_grad, convInputGrad, 64, 64, PASSES, TYPE)                                                             \
    GK_TENSOR(input_grad, convInputGrad, 128, 32, PASSES, TYPE)                                                            \
    GK_TENSOR(input_grad, convInputGrad, 128, 16, PASSES, TYPE)                                                            \
    GK_TENSOR(weight_grad, convWeightGrad, 128, 128, PASSES, TYPE)                                                         \
    GK_TENSOR(weight_grad, convWeightGrad, 128, 64, PASSES, TYPE)                                                          \
    GK_TENSOR(weight_grad, convWeightGrad, 64, 64, PASSES, TYPE)                                                           \
    GK_TENSOR(weight_grad, convWeightGrad, 64, 32, PASSES, TYPE)                                                           \
    GK_TENSOR(weight_grad, convWeightGrad, 64, 16, PASSES, TYPE)
