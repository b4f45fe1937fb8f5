// Vectors of an iteration that stays on the device: its scalars are float64 in device memory, and no step waits for the host.

constexpr int THREADS = 256;

/** Adds up what the threads hold, halving each time; thread 0 has the sum. */
__device__ __forceinline__ double blockSum(double value) {
    __shared__ double shared[THREADS];
    const int thread = int(threadIdx.x);
    shared[thread] = value;
    __syncthreads();
    for (int half = THREADS / 2; half > 0; half /= 2) {
        if (thread < half) {
            shared[thread] += shared[thread + half];
        }
        __syncthreads();
    }
    return shared[0];
}

template <typename T> __device__ __forceinline__ void dot(const T* x, const T* y, double* partial, int n) {
    double sum = 0;
    const int step = int(gridDim.x) * THREADS;
    for (long long i = (long long)blockIdx.x * THREADS + threadIdx.x; i < n; i += step) {
        sum += double(x[i]) * double(y[i]);
    }
    const double total = blockSum(sum);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = total;
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) gk_dot_finish(const double* partial, int parts, double* out) {
    double sum = 0;
    for (int i = int(threadIdx.x); i < parts; i += THREADS) {
        sum += partial[i];
    }
    const double total = blockSum(sum);
    if (threadIdx.x == 0) {
        *out = total;
    }
}

__device__ __forceinline__ int threadIndex() {
    return int(blockIdx.x) * int(blockDim.x) + int(threadIdx.x);
}

#define GK_VECTORS(NAME, T)                                                                                                \
    extern "C" __global__ void __launch_bounds__(THREADS)                                                                  \
        gk_dot_##NAME(const T* x, const T* y, double* partial, int n) {                                                    \
        dot(x, y, partial, n);                                                                                             \
    }                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(THREADS)                                                                  \
        gk_scale_by_norm_##NAME(const T* x, T* y, int n, const double* square) {                                           \
        const int i = threadIndex();                                                                                       \
        if (i < n) {                                                                                                       \
            y[i] = *square == 0 ? T(0) : T(double(x[i]) * (1 / sqrt(*square)));                                            \
        }                                                                                                                  \
    }                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(THREADS) gk_axpy_##NAME(const T* x, T* y, int n, double factor) {         \
        const int i = threadIndex();                                                                                       \
        if (i < n) {                                                                                                       \
            y[i] = T(double(y[i]) + factor * double(x[i]));                                                                \
        }                                                                                                                  \
    }

GK_VECTORS(f32, float)
GK_VECTORS(f64, double)
