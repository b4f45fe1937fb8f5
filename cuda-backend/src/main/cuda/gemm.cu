// c = op(a) op(b), row-major: the products of networks' last layers, and all of them where cuBLAS is not at hand.
#include "tile.cuh"

struct GemmShape {
    int m;
    int n;
    int k;
    int lda;
    int ldb;
    int ldc;
    int splits;
    int chunk;
    int accumulate;
};

/** Loaders by how each operand is stored; V is 1, so any size and pitch will do. */
template <class Tile, bool TransposeA> struct LeftOperand {
    using Type = DeepMatrix<Tile, Tile::M, 1>;
};
template <class Tile> struct LeftOperand<Tile, true> {
    using Type = WideMatrix<Tile, Tile::M, 1>;
};
template <class Tile, bool TransposeB> struct RightOperand {
    using Type = WideMatrix<Tile, Tile::N, 1>;
};
template <class Tile> struct RightOperand<Tile, true> {
    using Type = DeepMatrix<Tile, Tile::N, 1>;
};

template <class Tile, bool TransposeA, bool TransposeB>
GK_DEVICE void gemm(const typename Tile::T* a, const typename Tile::T* b, typename Tile::T* c, const GemmShape& g) {
    const int across = ceilDiv(g.n, Tile::N);
    const int firstRow = int(blockIdx.x) / across * Tile::M;
    const int firstColumn = int(blockIdx.x) % across * Tile::N;
    const int split = int(blockIdx.y);
    const int begin = split * g.chunk;
    typename LeftOperand<Tile, TransposeA>::Type left(a, firstRow, g.m, g.lda);
    typename RightOperand<Tile, TransposeB>::Type right(b, firstColumn, g.n, g.ldb);
    Sums<Tile> sums;
    multiply<Tile>(left, right, begin, min(begin + g.chunk, g.k), sums);
    typename Tile::T* to = c + (long long)split * g.m * g.ldc;
#pragma unroll
    for (int i = 0; i < Tile::TM; i++) {
        const int row = firstRow + sums.row(i);
#pragma unroll
        for (int j = 0; j < Tile::TN; j++) {
            const int column = firstColumn + sums.column(j);
            if (row < g.m && column < g.n) {
                deliver<1>(to + (long long)row * g.ldc + column, &sums.value[i][j], g.accumulate != 0);
            }
        }
    }
}

#define GK_GEMM(LETTERS, TRANSPOSE_A, TRANSPOSE_B, M, N, NAME, T)                                                          \
    extern "C" __global__ void __launch_bounds__(TileOf<T, M, N>::THREADS, 512 / TileOf<T, M, N>::THREADS)                 \
        gk_gemm_##LETTERS##_##M##x##N##_##NAME(const T* a, const T* b, T* c, int m, int n, int k, int lda, int ldb,        \
                                               int ldc, int splits, int chunk, int accumulate) {                           \
        const GemmShape g = {m, n, k, lda, ldb, ldc, splits, chunk, accumulate};                                           \
        gemm<TileOf<T, M, N>, TRANSPOSE_A, TRANSPOSE_B>(a, b, c, g);                                                       \
    }

#define GK_GEMMS(M, N, NAME, T)                                                                                            \
    GK_GEMM(nn, false, false, M, N, NAME, T)                                                                               \
    GK_GEMM(nt, false, true, M, N, NAME, T)                                                                                \
    GK_GEMM(tn, true, false, M, N, NAME, T)                                                                                \
    GK_GEMM(tt, true, true, M, N, NAME, T)

GK_GEMMS(128, 128, f32, float)
GK_GEMMS(64, 64, f32, float)
GK_GEMMS(64, 64, f64, double)
