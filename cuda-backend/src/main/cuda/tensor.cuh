// Tiles for tensor cores, from sm_80 on: float32 operands enter as tf32, which keeps 10 bits behind the point of 23.
//
// One pass multiplies the rounded operands: tf32. Three passes split each operand into its rounded part and what is left,
// x = big + small, and add up small big + big small + big big: what is dropped is 2^-22 of a product, so the result is as exact as
// float32's own. Tensor cores cut their sums off instead of rounding them; each stretch of the depth therefore starts from zero, and
// stretches are added in float32 (Ootomo and Yokota, Recovering single precision accuracy from Tensor Cores, 2022).
#pragma once

#include "tile.cuh"

/** Sizes of a block's tile, of a warp's part of it, and the number of passes. */
template <int Rows, int Columns, int WarpRows, int WarpColumns, int Passes> struct TensorTile {
    using T = float;
    static constexpr int M = Rows;
    static constexpr int N = Columns;
    static constexpr int K = 16;
    static constexpr int WARP_M = WarpRows;
    static constexpr int WARP_N = WarpColumns;
    static constexpr int THREADS = (M / WARP_M) * (N / WARP_N) * 32;
    /** A thread's sums: of each 16 x 8 piece of its warp's part, two neighbours in each of two rows. */
    static constexpr int TM = WARP_M / 8;
    static constexpr int TN = WARP_N / 4;
    static constexpr int NEIGHBOURS = 2;
    /** Operands stay as they lie. The padding puts the 8 rows and 4 places of the depth that are read at once into 32 banks. */
    static constexpr bool TURNS = false;
    static constexpr int PAD = 8;
    static constexpr int PASSES = Passes;
    static_assert(WARP_M % 16 == 0 && WARP_N % 8 == 0 && M % WARP_M == 0 && N % WARP_N == 0, "warps fill the tile");
};

#ifdef __CUDACC__
/** d += a b for one warp: a is 16 x 8, b is 8 x 8, each thread with its part as PTX lays down for m16n8k8. */
GK_DEVICE void multiplyPiece(float* d, const unsigned int* a, const unsigned int* b) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#endif

/** An operand's element as tensor cores take it: rounded, and for three passes what the rounding left, of which they cut off the end. */
template <int Passes> struct Split {
    unsigned int big;
    unsigned int small;

    GK_DEVICE Split() {
    }

    GK_DEVICE explicit Split(float x) {
        big = (__float_as_uint(x) + 0x1000u) & 0xffffe000u;
        small = Passes == 3 ? __float_as_uint(x - __uint_as_float(big)) : 0;
    }
};

template <class Tile, int Passes> struct Sums {
    static constexpr int DOWN = Tile::WARP_M / 16;
    static constexpr int ACROSS = Tile::WARP_N / 8;
    float value[Tile::TM][Tile::TN];
    int firstRow;
    int firstColumn;
    /** Of the 32 threads of a warp, each row of a piece has 4. */
    int quad;
    int inQuad;

    GK_DEVICE Sums() {
        constexpr int warpsAcross = Tile::N / Tile::WARP_N;
        const int lane = int(threadIdx.x) % 32;
        const int warp = int(threadIdx.x) / 32;
        quad = lane / 4;
        inQuad = lane % 4;
        firstRow = warp / warpsAcross * Tile::WARP_M;
        firstColumn = warp % warpsAcross * Tile::WARP_N;
#pragma unroll
        for (int i = 0; i < Tile::TM; i++) {
#pragma unroll
            for (int j = 0; j < Tile::TN; j++) {
                value[i][j] = 0;
            }
        }
    }

    GK_DEVICE int row(int i) const {
        return firstRow + i * 8 + quad;
    }

    GK_DEVICE int column(int j) const {
        return firstColumn + j / 2 * 8 + inQuad * 2 + j % 2;
    }

    template <class A, class B> GK_DEVICE void addProducts(const A& a, const B& b) {
        float part[DOWN][ACROSS][4];
#pragma unroll
        for (int down = 0; down < DOWN; down++) {
#pragma unroll
            for (int j = 0; j < ACROSS; j++) {
                part[down][j][0] = part[down][j][1] = part[down][j][2] = part[down][j][3] = 0;
            }
        }
#pragma unroll
        for (int step = 0; step < Tile::K / 8; step++) {
            unsigned int bigB[ACROSS][2];
            unsigned int smallB[ACROSS][2];
#pragma unroll
            for (int j = 0; j < ACROSS; j++) {
#pragma unroll
                for (int i = 0; i < 2; i++) {
                    const Split<Passes> x(b.element(firstColumn + j * 8 + quad, step * 8 + inQuad + i * 4));
                    bigB[j][i] = x.big;
                    smallB[j][i] = x.small;
                }
            }
#pragma unroll
            for (int down = 0; down < DOWN; down++) {
                unsigned int bigA[4];
                unsigned int smallA[4];
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    const Split<Passes> x(
                        a.element(firstRow + down * 16 + i % 2 * 8 + quad, step * 8 + inQuad + i / 2 * 4));
                    bigA[i] = x.big;
                    smallA[i] = x.small;
                }
                if constexpr (Passes == 3) {
#pragma unroll
                    for (int j = 0; j < ACROSS; j++) {
                        multiplyPiece(part[down][j], smallA, bigB[j]);
                    }
#pragma unroll
                    for (int j = 0; j < ACROSS; j++) {
                        multiplyPiece(part[down][j], bigA, smallB[j]);
                    }
                }
#pragma unroll
                for (int j = 0; j < ACROSS; j++) {
                    multiplyPiece(part[down][j], bigA, bigB[j]);
                }
            }
        }
#pragma unroll
        for (int down = 0; down < DOWN; down++) {
#pragma unroll
            for (int j = 0; j < ACROSS; j++) {
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    value[down * 2 + i / 2][j * 2 + i % 2] += part[down][j][i];
                }
            }
        }
    }
};

/** The tiles in use; threads a block as README.md lists them. */
template <int M, int N, int Passes> struct TensorTileOf;
template <int Passes> struct TensorTileOf<128, 128, Passes> : TensorTile<128, 128, 32, 32, Passes> {};
template <int Passes> struct TensorTileOf<128, 64, Passes> : TensorTile<128, 64, 32, 32, Passes> {};
template <int Passes> struct TensorTileOf<64, 64, Passes> : TensorTile<64, 64, 32, 32, Passes> {};
template <int Passes> struct TensorTileOf<128, 32, Passes> : TensorTile<128, 32, 32, 32, Passes> {};
template <int Passes> struct TensorTileOf<128, 16, Passes> : TensorTile<128, 16, 32, 16, Passes> {};
template <int Passes> struct TensorTileOf<64, 32, Passes> : TensorTile<64, 32, 32, 32, Passes> {};
template <int Passes> struct TensorTileOf<64, 16, Passes> : TensorTile<64, 16, 32, 16, Passes> {};
