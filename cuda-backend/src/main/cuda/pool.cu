// Pooling and its transposes: a thread an element of the result, channels fastest, so that neighbours read neighbours.

/** As README.md lists it. */
struct PoolShape {
    int batch;
    int inHeight;
    int inWidth;
    int channels;
    int outHeight;
    int outWidth;
    int kernelHeight;
    int kernelWidth;
    int strideHeight;
    int strideWidth;
    int padTop;
    int padLeft;
};

/** Positions from inclusive to end exclusive along one axis. */
struct Range {
    int from;
    int end;
};

/** The input positions of a window that are not padding. */
__device__ __forceinline__ Range inside(int window, int stride, int pad, int kernel, int extent) {
    const int first = window * stride - pad;
    return {max(first, 0), min(first + kernel, extent)};
}

/** The windows that cover an input position. */
__device__ __forceinline__ Range covering(int position, int stride, int pad, int kernel, int windows) {
    const int past = position + pad - kernel;
    return {past < 0 ? 0 : past / stride + 1, min((position + pad) / stride + 1, windows)};
}

/** Place of a thread's element: image, row, column, channel. */
struct Place {
    int image;
    int row;
    int column;
    int channel;

    __device__ __forceinline__ Place(int i, int height, int width, int channels) {
        channel = i % channels;
        i /= channels;
        column = i % width;
        i /= width;
        row = i % height;
        image = i / height;
    }
};

__device__ __forceinline__ int threadIndex() {
    return int(blockIdx.x) * int(blockDim.x) + int(threadIdx.x);
}

/** What a window's sum is divided by. */
__device__ __forceinline__ int divisor(const PoolShape& g, const Range& rows, const Range& columns, int countPadding) {
    return countPadding ? g.kernelHeight * g.kernelWidth : (rows.end - rows.from) * (columns.end - columns.from);
}

__device__ __forceinline__ int inputOffset(const PoolShape& g, const Place& at, int row, int column) {
    return ((at.image * g.inHeight + row) * g.inWidth + column) * g.channels + at.channel;
}

__device__ __forceinline__ int outputOffset(const PoolShape& g, const Place& at, int row, int column) {
    return ((at.image * g.outHeight + row) * g.outWidth + column) * g.channels + at.channel;
}

template <typename T> __device__ __forceinline__ void average(const T* x, T* y, const PoolShape& g, int countPadding) {
    const int i = threadIndex();
    if (i >= g.batch * g.outHeight * g.outWidth * g.channels) {
        return;
    }
    const Place at(i, g.outHeight, g.outWidth, g.channels);
    const Range rows = inside(at.row, g.strideHeight, g.padTop, g.kernelHeight, g.inHeight);
    const Range columns = inside(at.column, g.strideWidth, g.padLeft, g.kernelWidth, g.inWidth);
    T sum = 0;
    for (int h = rows.from; h < rows.end; h++) {
        for (int w = columns.from; w < columns.end; w++) {
            sum += x[inputOffset(g, at, h, w)];
        }
    }
    y[i] = sum / T(divisor(g, rows, columns, countPadding));
}

template <typename T>
__device__ __forceinline__ void averageTranspose(const T* dy, T* dx, const PoolShape& g, int countPadding) {
    const int i = threadIndex();
    if (i >= g.batch * g.inHeight * g.inWidth * g.channels) {
        return;
    }
    const Place at(i, g.inHeight, g.inWidth, g.channels);
    const Range downs = covering(at.row, g.strideHeight, g.padTop, g.kernelHeight, g.outHeight);
    const Range acrosses = covering(at.column, g.strideWidth, g.padLeft, g.kernelWidth, g.outWidth);
    T sum = 0;
    for (int p = downs.from; p < downs.end; p++) {
        const Range rows = inside(p, g.strideHeight, g.padTop, g.kernelHeight, g.inHeight);
        for (int q = acrosses.from; q < acrosses.end; q++) {
            const Range columns = inside(q, g.strideWidth, g.padLeft, g.kernelWidth, g.inWidth);
            sum += dy[outputOffset(g, at, p, q)] / T(divisor(g, rows, columns, countPadding));
        }
    }
    dx[i] = sum;
}

template <typename T> __device__ __forceinline__ void maxIndices(const T* x, int* indices, const PoolShape& g) {
    const int i = threadIndex();
    if (i >= g.batch * g.outHeight * g.outWidth * g.channels) {
        return;
    }
    const Place at(i, g.outHeight, g.outWidth, g.channels);
    const Range rows = inside(at.row, g.strideHeight, g.padTop, g.kernelHeight, g.inHeight);
    const Range columns = inside(at.column, g.strideWidth, g.padLeft, g.kernelWidth, g.inWidth);
    int best = -1;
    T largest = 0;
    for (int h = rows.from; h < rows.end; h++) {
        for (int w = columns.from; w < columns.end; w++) {
            const T v = x[inputOffset(g, at, h, w)];
            if (best < 0 || v > largest || (v != v && largest == largest)) {
                best = h * g.inWidth + w;
                largest = v;
            }
        }
    }
    indices[i] = best;
}

template <typename T>
__device__ __forceinline__ void gather(const T* x, const int* indices, T* y, const PoolShape& g) {
    const int i = threadIndex();
    if (i >= g.batch * g.outHeight * g.outWidth * g.channels) {
        return;
    }
    const Place at(i, g.outHeight, g.outWidth, g.channels);
    const int index = indices[i];
    const int pixels = g.inHeight * g.inWidth;
    y[i] = index >= 0 && index < pixels ? x[(at.image * pixels + index) * g.channels + at.channel] : T(NAN);
}

template <typename T>
__device__ __forceinline__ void scatter(const T* dy, const int* indices, T* dx, const PoolShape& g) {
    const int i = threadIndex();
    if (i >= g.batch * g.inHeight * g.inWidth * g.channels) {
        return;
    }
    const Place at(i, g.inHeight, g.inWidth, g.channels);
    const Range downs = covering(at.row, g.strideHeight, g.padTop, g.kernelHeight, g.outHeight);
    const Range acrosses = covering(at.column, g.strideWidth, g.padLeft, g.kernelWidth, g.outWidth);
    const int here = at.row * g.inWidth + at.column;
    T sum = 0;
    for (int p = downs.from; p < downs.end; p++) {
        for (int q = acrosses.from; q < acrosses.end; q++) {
            const int from = outputOffset(g, at, p, q);
            if (indices[from] == here) {
                sum += dy[from];
            }
        }
    }
    dx[i] = sum;
}

#define GK_POOL(NAME, T)                                                                                                   \
    extern "C" __global__ void __launch_bounds__(256)                                                                      \
        gk_pool_average_##NAME(const T* __restrict__ x, T* __restrict__ y, PoolShape g, int countPadding) {                \
        average(x, y, g, countPadding);                                                                                    \
    }                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(256)                                                                      \
        gk_pool_average_transpose_##NAME(const T* __restrict__ dy, T* __restrict__ dx, PoolShape g, int countPadding) {    \
        averageTranspose(dy, dx, g, countPadding);                                                                         \
    }                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(256)                                                                      \
        gk_pool_max_indices_##NAME(const T* __restrict__ x, int* __restrict__ indices, PoolShape g) {                      \
        maxIndices(x, indices, g);                                                                                         \
    }                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(256)                                                                      \
        gk_pool_gather_##NAME(const T* __restrict__ x, const int* __restrict__ indices, T* __restrict__ y, PoolShape g) {  \
        gather(x, indices, y, g);                                                                                          \
    }                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(256) gk_pool_scatter_##NAME(                                              \
        const T* __restrict__ dy, const int* __restrict__ indices, T* __restrict__ dx, PoolShape g) {                      \
        scatter(dy, indices, dx, g);                                                                                       \
    }

GK_POOL(f32, float)
GK_POOL(f64, double)
