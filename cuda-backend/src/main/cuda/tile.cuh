// One tile of a matrix product a block: C[M x N] = A[M x K] B[K x N], with A and B given by loaders that know where elements lie.
//
// Both operands pass through shared memory, double-buffered: while a block multiplies one stretch of the depth, the next is already on
// its way into registers. A thread owns 4x4 pieces of the tile, so that every read of shared memory is 16 bytes; tensor.cuh has the
// tiles of tensor cores.
#pragma once

// nvcc reads this as CUDA; the emulation defines the same names for a C++ compiler.
#define GK_DEVICE __device__ __forceinline__

/** Sizes of a block's tile (M x N), of the stretch of depth held at once (K) and of a thread's part (TM x TN). */
template <typename Element, int Rows, int Columns, int Stretch, int ThreadRows, int ThreadColumns> struct TileSizes {
    using T = Element;
    static constexpr int M = Rows;
    static constexpr int N = Columns;
    static constexpr int K = Stretch;
    static constexpr int TM = ThreadRows;
    static constexpr int TN = ThreadColumns;
    static constexpr int THREADS = (M / TM) * (N / TN);
    /** Threads across the tile, and across one warp: warps are as square as they can be, which lets their reads be shared. */
    static constexpr int ACROSS = N / TN;
    static constexpr int WARP_ACROSS = ACROSS < 8 ? ACROSS : 8;
    static constexpr int WARP_DOWN = 32 / WARP_ACROSS;
    /** Shared memory holds [depth][rows] for both operands. The padding keeps it 16-byte aligned and spreads stores over the banks. */
    static constexpr bool TURNS = true;
    static constexpr int PAD = 16 / sizeof(T);
    /** Neighbours among a thread's sums, and no tensor cores. */
    static constexpr int NEIGHBOURS = 4;
    static constexpr int PASSES = 0;
    static_assert(TM % 4 == 0 && TN % 4 == 0 && THREADS % 32 == 0, "threads own 4x4 pieces, blocks whole warps");
    static_assert((M / TM) % WARP_DOWN == 0 && ACROSS % WARP_ACROSS == 0, "warps fill the tile");
};

/** The tile sizes in use; threads a block as README.md lists them. */
template <typename T, int M, int N> struct TileOf;
template <> struct TileOf<float, 128, 128> : TileSizes<float, 128, 128, 8, 8, 8> {};
template <> struct TileOf<float, 128, 64> : TileSizes<float, 128, 64, 16, 8, 4> {};
template <> struct TileOf<float, 64, 64> : TileSizes<float, 64, 64, 16, 8, 4> {};
template <> struct TileOf<float, 128, 32> : TileSizes<float, 128, 32, 16, 8, 4> {};
template <> struct TileOf<float, 256, 16> : TileSizes<float, 256, 16, 16, 8, 4> {};
template <> struct TileOf<float, 64, 32> : TileSizes<float, 64, 32, 16, 8, 4> {};
template <> struct TileOf<float, 64, 16> : TileSizes<float, 64, 16, 16, 4, 4> {};
template <> struct TileOf<double, 64, 64> : TileSizes<double, 64, 64, 8, 8, 4> {};
template <> struct TileOf<double, 64, 16> : TileSizes<double, 64, 16, 8, 4, 4> {};

/** Four neighbours from shared memory. */
GK_DEVICE void load4(const float* from, float* to) {
    const float4 v = *reinterpret_cast<const float4*>(from);
    to[0] = v.x;
    to[1] = v.y;
    to[2] = v.z;
    to[3] = v.w;
}

GK_DEVICE void load4(const double* from, double* to) {
    const double2 v = *reinterpret_cast<const double2*>(from);
    const double2 w = *reinterpret_cast<const double2*>(from + 2);
    to[0] = v.x;
    to[1] = v.y;
    to[2] = w.x;
    to[3] = w.y;
}

/** V neighbours of an operand in global memory, or zeros. */
template <int V, typename T> GK_DEVICE void fetch(const T* from, bool present, T* to) {
    if constexpr (V == 4) {
        const float4 v = present ? __ldg(reinterpret_cast<const float4*>(from)) : make_float4(0, 0, 0, 0);
        to[0] = v.x;
        to[1] = v.y;
        to[2] = v.z;
        to[3] = v.w;
    } else {
        to[0] = present ? __ldg(from) : T(0);
    }
}

template <bool Condition, class Yes, class No> struct Choose {
    using Type = Yes;
};
template <class Yes, class No> struct Choose<false, Yes, No> {
    using Type = No;
};

/** A stretch of an operand in shared memory, its rows along memory. */
template <typename T, int Depth, int Rows, int Pad> struct DepthMajor {
    __align__(16) T at[Depth][Rows + Pad];

    GK_DEVICE T element(int row, int k) const {
        return at[k][row];
    }
};

/** The same with its depth along memory. */
template <typename T, int Depth, int Rows, int Pad> struct RowMajor {
    __align__(16) T at[Rows][Depth + Pad];

    GK_DEVICE T element(int row, int k) const {
        return at[row][k];
    }
};

template <int V, typename T> GK_DEVICE void storeShared(T* to, const T* values) {
    if constexpr (V == 4) {
        *reinterpret_cast<float4*>(to) = make_float4(values[0], values[1], values[2], values[3]);
    } else {
        to[0] = values[0];
    }
}

/**
 * How threads share out the fetching of an operand whose neighbours in memory follow the depth: a thread has one place in the stretch
 * and every STEP-th row. Tiles that want all operands alike have it turned on its way to shared memory.
 */
template <class Tile, int Rows, int V> struct AlongDepth {
    using T = typename Tile::T;
    static constexpr int VECTORS = Tile::K / V;
    static constexpr int STEP = Tile::THREADS / VECTORS;
    static constexpr int PARTS = (Rows + STEP - 1) / STEP;
    static constexpr int COUNT = PARTS * V;
    static_assert(Tile::THREADS % VECTORS == 0 && (Rows % STEP == 0 || Rows < STEP), "an even share for all");

    GK_DEVICE static int depth() {
        return int(threadIdx.x) % VECTORS * V;
    }

    GK_DEVICE static int row(int part) {
        return int(threadIdx.x) / VECTORS + part * STEP;
    }

    GK_DEVICE static bool active(int part) {
        return Rows % STEP == 0 || row(part) < Rows;
    }

    /** Called once a stretch is fetched: a loader that keeps its place overrides it. */
    GK_DEVICE void advance() {
    }

    using Turned = DepthMajor<T, Tile::K, Rows, Tile::PAD>;
    /** 4 elements of padding: the 8 rows and 4 places in the depth that a tensor core wants at once lie in 32 banks. */
    using Straight = RowMajor<T, Tile::K, Rows, 4>;
    using Buffer = typename Choose<Tile::TURNS, Turned, Straight>::Type;

    GK_DEVICE static void store(const T* registers, Turned& shared) {
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            if (active(part)) {
#pragma unroll
                for (int i = 0; i < V; i++) {
                    shared.at[depth() + i][row(part)] = registers[part * V + i];
                }
            }
        }
    }

    GK_DEVICE static void store(const T* registers, Straight& shared) {
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            if (active(part)) {
                storeShared<V>(&shared.at[row(part)][depth()], registers + part * V);
            }
        }
    }
};

/** The same for an operand whose neighbours in memory follow the rows: a thread has V rows and every STEP-th place of the stretch. */
template <class Tile, int Rows, int V> struct AlongRows {
    using T = typename Tile::T;
    static constexpr int VECTORS = Rows / V;
    static constexpr int STEP = Tile::THREADS / VECTORS;
    static constexpr int PARTS = (Tile::K + STEP - 1) / STEP;
    static constexpr int COUNT = PARTS * V;
    static_assert(Tile::THREADS % VECTORS == 0 && (Tile::K % STEP == 0 || Tile::K < STEP), "an even share for all");

    GK_DEVICE static int row() {
        return int(threadIdx.x) % VECTORS * V;
    }

    GK_DEVICE static int depth(int part) {
        return int(threadIdx.x) / VECTORS + part * STEP;
    }

    GK_DEVICE static bool active(int part) {
        return Tile::K % STEP == 0 || depth(part) < Tile::K;
    }

    GK_DEVICE void advance() {
    }

    using Buffer = DepthMajor<T, Tile::K, Rows, Tile::PAD>;

    GK_DEVICE static void store(const T* registers, Buffer& shared) {
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            if (active(part)) {
                storeShared<V>(&shared.at[depth(part)][row()], registers + part * V);
            }
        }
    }
};

/** A matrix stored with its depth along memory: element (row, k) at row * pitch + k. */
template <class Tile, int Rows, int V> struct DeepMatrix : AlongDepth<Tile, Rows, V> {
    using Share = AlongDepth<Tile, Rows, V>;
    using T = typename Tile::T;
    const T* from;
    int rows;
    int pitch;

    /** @param first the tile's first row @param limit rows of the matrix */
    GK_DEVICE DeepMatrix(const T* matrix, int first, int limit, int rowPitch)
        : from(matrix + (long long)first * rowPitch), rows(limit - first), pitch(rowPitch) {
    }

    GK_DEVICE void fetchAt(int k0, int end, T* registers) const {
        const int k = k0 + Share::depth();
#pragma unroll
        for (int part = 0; part < Share::PARTS; part++) {
            const int row = Share::row(part);
            fetch<V>(from + (long long)row * pitch + k, Share::active(part) && row < rows && k < end,
                     registers + part * V);
        }
    }
};

/** A matrix stored with its rows (here: what is not depth) along memory: element (row, k) at k * pitch + row. */
template <class Tile, int Rows, int V> struct WideMatrix : AlongRows<Tile, Rows, V> {
    using Share = AlongRows<Tile, Rows, V>;
    using T = typename Tile::T;
    const T* from;
    int rows;
    int pitch;

    GK_DEVICE WideMatrix(const T* matrix, int first, int limit, int depthPitch)
        : from(matrix + first), rows(limit - first), pitch(depthPitch) {
    }

    GK_DEVICE void fetchAt(int k0, int end, T* registers) const {
        const int row = Share::row();
#pragma unroll
        for (int part = 0; part < Share::PARTS; part++) {
            const int k = k0 + Share::depth(part);
            fetch<V>(from + (long long)k * pitch + row, Share::active(part) && row < rows && k < end,
                     registers + part * V);
        }
    }
};

/** The sums of one thread, and where they lie in the tile. */
template <class Tile, int Passes = Tile::PASSES> struct Sums;

template <class Tile> struct Sums<Tile, 0> {
    using T = typename Tile::T;
    T value[Tile::TM][Tile::TN];
    int down;
    int across;

    GK_DEVICE Sums() {
        constexpr int warpsAcross = Tile::ACROSS / Tile::WARP_ACROSS;
        const int lane = int(threadIdx.x) % 32;
        const int warp = int(threadIdx.x) / 32;
        across = (warp % warpsAcross * Tile::WARP_ACROSS + lane % Tile::WARP_ACROSS) * 4;
        down = (warp / warpsAcross * Tile::WARP_DOWN + lane / Tile::WARP_ACROSS) * 4;
#pragma unroll
        for (int i = 0; i < Tile::TM; i++) {
#pragma unroll
            for (int j = 0; j < Tile::TN; j++) {
                value[i][j] = 0;
            }
        }
    }

    /** Row of the tile that value[i] belongs to; pieces lie a whole fraction of the tile apart. */
    GK_DEVICE int row(int i) const {
        return down + i % 4 + i / 4 * (Tile::M / (Tile::TM / 4));
    }

    /** Column of the tile that value[][j] belongs to. */
    GK_DEVICE int column(int j) const {
        return across + j % 4 + j / 4 * (Tile::N / (Tile::TN / 4));
    }

    GK_DEVICE void addProducts(const DepthMajor<T, Tile::K, Tile::M, Tile::PAD>& a,
                               const DepthMajor<T, Tile::K, Tile::N, Tile::PAD>& b) {
        // Not all of a stretch of 16: it gains nothing, and the driver compiles twice as long.
#pragma unroll 8
        for (int k = 0; k < Tile::K; k++) {
            T x[Tile::TM];
            T y[Tile::TN];
#pragma unroll
            for (int i = 0; i < Tile::TM; i += 4) {
                load4(&a.at[k][row(i)], x + i);
            }
#pragma unroll
            for (int j = 0; j < Tile::TN; j += 4) {
                load4(&b.at[k][column(j)], y + j);
            }
#pragma unroll
            for (int i = 0; i < Tile::TM; i++) {
#pragma unroll
                for (int j = 0; j < Tile::TN; j++) {
                    value[i][j] += x[i] * y[j];
                }
            }
        }
    }
};

/**
 * Adds up the products of depth [begin, end) of the block's tile. The loaders' fetchAt is called for one stretch after another, from
 * begin on; they return zeros outside. All threads of the block take part.
 */
template <class Tile, class A, class B> GK_DEVICE void multiply(A& a, B& b, int begin, int end, Sums<Tile>& sums) {
    using T = typename Tile::T;
    __shared__ typename A::Buffer sharedA[2];
    __shared__ typename B::Buffer sharedB[2];
    if (begin >= end) {
        return;
    }
    T nextA[A::COUNT];
    T nextB[B::COUNT];
    a.fetchAt(begin, end, nextA);
    b.fetchAt(begin, end, nextB);
    a.advance();
    A::store(nextA, sharedA[0]);
    B::store(nextB, sharedB[0]);
    __syncthreads();
    int now = 0;
    for (int k = begin + Tile::K; k < end; k += Tile::K) {
        a.fetchAt(k, end, nextA);
        b.fetchAt(k, end, nextB);
        a.advance();
        sums.addProducts(sharedA[now], sharedB[now]);
        now ^= 1;
        // The other buffer was last read before the previous barrier, so one barrier a stretch is enough.
        A::store(nextA, sharedA[now]);
        B::store(nextB, sharedB[now]);
        __syncthreads();
    }
    sums.addProducts(sharedA[now], sharedB[now]);
}

/** Writes V neighbours of a thread's sums to the result, or adds them to it. */
template <int V, typename T> GK_DEVICE void deliver(T* to, const T* value, bool accumulate) {
    if constexpr (V == 4) {
        float4 sum = make_float4(value[0], value[1], value[2], value[3]);
        if (accumulate) {
            const float4 old = *reinterpret_cast<const float4*>(to);
            sum = make_float4(old.x + sum.x, old.y + sum.y, old.z + sum.z, old.w + sum.w);
        }
        *reinterpret_cast<float4*>(to) = sum;
    } else if constexpr (V == 2) {
        float2 sum = make_float2(value[0], value[1]);
        if (accumulate) {
            const float2 old = *reinterpret_cast<const float2*>(to);
            sum = make_float2(old.x + sum.x, old.y + sum.y);
        }
        *reinterpret_cast<float2*>(to) = sum;
    } else {
        to[0] = accumulate ? to[0] + value[0] : value[0];
    }
}

GK_DEVICE int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
}
