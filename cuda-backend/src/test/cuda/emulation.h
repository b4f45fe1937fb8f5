// Runs CUDA kernels on the CPU, for tests: a C++ compiler reads the .cu files with this header before them. The threads of a block are
// fibers that give way at __syncthreads(); blocks run one after another. Shared memory is static, as one block runs at a time.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <type_traits>
#include <utility>

#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static
#define __align__(n) __attribute__((aligned(n)))
#define __launch_bounds__(...)

struct alignas(16) float4 {
    float x, y, z, w;
};

struct alignas(8) float2 {
    float x, y;
};

struct alignas(16) double2 {
    double x, y;
};

inline float4 make_float4(float x, float y, float z, float w) {
    return {x, y, z, w};
}

inline float2 make_float2(float x, float y) {
    return {x, y};
}

inline unsigned __float_as_uint(float x) {
    unsigned bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

inline float __uint_as_float(unsigned bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

template <typename T> inline T __ldg(const T* from) {
    return *from;
}

inline int min(int a, int b) {
    return a < b ? a : b;
}

inline int max(int a, int b) {
    return a > b ? a : b;
}

struct Index3 {
    unsigned x, y, z;
};

extern Index3 threadIdx, blockIdx, blockDim, gridDim;

void __syncthreads();

/** mma.sync m16n8k8 of tf32, for one warp. All threads of a block have to come here equally often. */
void multiplyPiece(float* d, const unsigned* a, const unsigned* b);

namespace emulation {

/** A kernel by name, with a function that unpacks its arguments and runs one thread. */
struct Kernel {
    Kernel(const char* name, void (*call)(void** arguments));
    const char* name;
    void (*call)(void** arguments);
    Kernel* next;
};

template <typename... A, size_t... I> void callAt(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) {
    kernel(*static_cast<std::remove_cv_t<A>*>(arguments[I])...);
}

template <typename... A> void call(void (*kernel)(A...), void** arguments) {
    callAt(kernel, arguments, std::index_sequence_for<A...>());
}

} // namespace emulation

/** Makes a kernel known to gk_launch. */
#define EMULATED_KERNEL(NAME)                                                                                              \
    static const emulation::Kernel emulated_##NAME(#NAME, [](void** arguments) { emulation::call(NAME, arguments); });
