// Elements moved from one place to another: views, transposes, fills. Elements are bits here, whatever their type.

/** As README.md lists it. */
struct Copy {
    int rank;
    int fromOffset;
    int toOffset;
    int extent[8];
    int fromStride[8];
    int toStride[8];
};

template <typename B> __device__ __forceinline__ void copy(const B* from, B* to, int n, const Copy& c) {
    int i = int(blockIdx.x) * int(blockDim.x) + int(threadIdx.x);
    if (i >= n) {
        return;
    }
    int f = c.fromOffset;
    int t = c.toOffset;
    for (int axis = c.rank - 1; axis > 0; axis--) {
        const int at = i % c.extent[axis];
        i /= c.extent[axis];
        f += at * c.fromStride[axis];
        t += at * c.toStride[axis];
    }
    if (c.rank > 0) {
        f += i * c.fromStride[0];
        t += i * c.toStride[0];
    }
    to[t] = from[f];
}

/** A 32 x 32 piece through shared memory, so that reads and writes both follow memory; the odd pitch keeps columns off one bank. */
template <typename B> __device__ __forceinline__ void transpose(const B* from, B* to, int rows, int columns) {
    __shared__ B piece[32][33];
    const long long matrix = (long long)blockIdx.z * rows * columns;
    const int left = int(blockIdx.x) * 32;
    const int top = int(blockIdx.y) * 32;
    const int x = int(threadIdx.x);
    for (int y = int(threadIdx.y); y < 32; y += int(blockDim.y)) {
        if (top + y < rows && left + x < columns) {
            piece[y][x] = from[matrix + (long long)(top + y) * columns + left + x];
        }
    }
    __syncthreads();
    for (int y = int(threadIdx.y); y < 32; y += int(blockDim.y)) {
        if (left + y < columns && top + x < rows) {
            to[matrix + (long long)(left + y) * rows + top + x] = piece[x][y];
        }
    }
}

template <typename B> __device__ __forceinline__ void fill(B* to, B bits, int n) {
    const int i = int(blockIdx.x) * int(blockDim.x) + int(threadIdx.x);
    if (i < n) {
        to[i] = bits;
    }
}

#define GK_MOVES(NAME, B)                                                                                                  \
    extern "C" __global__ void __launch_bounds__(256)                                                                      \
        gk_copy_##NAME(const B* __restrict__ from, B* __restrict__ to, int n, Copy c) {                                    \
        copy(from, to, n, c);                                                                                              \
    }                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(256)                                                                      \
        gk_transpose_##NAME(const B* __restrict__ from, B* __restrict__ to, int rows, int columns) {                       \
        transpose(from, to, rows, columns);                                                                                \
    }                                                                                                                      \
    extern "C" __global__ void __launch_bounds__(256) gk_fill_##NAME(B* to, B bits, int n) {                               \
        fill(to, bits, n);                                                                                                 \
    }

GK_MOVES(b32, unsigned int)
GK_MOVES(b64, unsigned long long)
