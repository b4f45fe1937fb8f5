// Sums and maxima over axes, each in an order given by the sizes and the launch alone.

/** Adds; zero is where it starts. */
template <typename T> struct Adding {
    static __device__ __forceinline__ T start() {
        return T(0);
    }

    static __device__ __forceinline__ T join(T a, T b) {
        return a + b;
    }
};

/** The larger one, NaN above everything. */
template <typename T> struct Largest {
    static __device__ __forceinline__ T start() {
        return -T(INFINITY);
    }

    static __device__ __forceinline__ T join(T a, T b) {
        return a > b || a != a ? a : b;
    }
};

constexpr int THREADS = 256;

/**
 * Joins what the threads of one column of the block hold, halving the rows each time; row 0 has the result.
 *
 * @param rows a power of two
 */
template <template <typename> class Join, typename T>
__device__ __forceinline__ T joinRows(T value, int row, int rows, int thread, int pitch) {
    __shared__ T shared[THREADS];
    shared[thread] = value;
    __syncthreads();
    for (int half = rows / 2; half > 0; half /= 2) {
        if (row < half) {
            shared[thread] = Join<T>::join(shared[thread], shared[thread + half * pitch]);
        }
        __syncthreads();
    }
    return shared[thread];
}

/** Over the middle of [outer, middle, inner], in parts. Four running values a thread keep four reads in flight. */
template <template <typename> class Join, typename T>
__device__ __forceinline__ void overMiddle(const T* x, T* y, int middle, int inner, int parts, int accumulate) {
    const int column = int(blockIdx.x) * int(blockDim.x) + int(threadIdx.x);
    const int part = int(blockIdx.y);
    const int outer = int(blockIdx.z);
    const int rows = int(blockDim.y);
    const int length = (middle + parts - 1) / parts;
    const int end = min(part * length + length, middle);
    T value[4] = {Join<T>::start(), Join<T>::start(), Join<T>::start(), Join<T>::start()};
    if (column < inner) {
        const T* from = x + (long long)outer * middle * inner + column;
        int m = part * length + int(threadIdx.y);
        for (; m + 3 * rows < end; m += 4 * rows) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                value[i] = Join<T>::join(value[i], from[(long long)(m + i * rows) * inner]);
            }
        }
        for (; m < end; m += rows) {
            value[0] = Join<T>::join(value[0], from[(long long)m * inner]);
        }
    }
    const T joined = Join<T>::join(Join<T>::join(value[0], value[1]), Join<T>::join(value[2], value[3]));
    const int thread = int(threadIdx.y * blockDim.x + threadIdx.x);
    const T result = joinRows<Join>(joined, int(threadIdx.y), rows, thread, int(blockDim.x));
    if (threadIdx.y == 0 && column < inner) {
        T* to = y + ((long long)outer * parts + part) * inner + column;
        *to = accumulate ? Join<T>::join(*to, result) : result;
    }
}

/** As README.md lists it. */
struct Axes {
    int rank;
    int extent[8];
    int stride[8];

    /** Where element i, in row-major order of the axes, lies. */
    __device__ __forceinline__ long long place(int i) const {
        long long at = 0;
        for (int axis = rank - 1; axis >= 0; axis--) {
            at += (long long)(i % extent[axis]) * stride[axis];
            i /= extent[axis];
        }
        return at;
    }
};

/** Over any axes: a block a result. */
template <template <typename> class Join, typename T>
__device__ __forceinline__ void overAxes(const T* x, T* y, int terms, const Axes& kept, const Axes& joinedAxes) {
    const T* from = x + kept.place(int(blockIdx.x));
    const int thread = int(threadIdx.x);
    T value = Join<T>::start();
    for (int i = thread; i < terms; i += int(blockDim.x)) {
        value = Join<T>::join(value, from[joinedAxes.place(i)]);
    }
    const T result = joinRows<Join>(value, thread, int(blockDim.x), thread, 1);
    if (thread == 0) {
        y[blockIdx.x] = result;
    }
}

#define GK_REDUCTIONS(WHAT, JOIN, NAME, T)                                                                                 \
    extern "C" __global__ void __launch_bounds__(THREADS) gk_##WHAT##_##NAME(                                              \
        const T* __restrict__ x, T* __restrict__ y, int outer, int middle, int inner, int parts, int accumulate) {         \
        overMiddle<JOIN, T>(x, y, middle, inner, parts, accumulate);                                                       \
    }                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(THREADS) gk_##WHAT##_strided_##NAME(                                      \
        const T* __restrict__ x, T* __restrict__ y, int results, int terms, Axes kept, Axes summed) {                      \
        overAxes<JOIN, T>(x, y, terms, kept, summed);                                                                      \
    }

GK_REDUCTIONS(sum, Adding, f32, float)
GK_REDUCTIONS(sum, Adding, f64, double)
GK_REDUCTIONS(max, Largest, f32, float)
GK_REDUCTIONS(max, Largest, f64, double)
