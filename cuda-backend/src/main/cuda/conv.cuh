// What the three roles of the convolution share: sizes, the walk through the depth, and the gather of image pixels.
#pragma once

#include "tile.cuh"

/** As README.md lists it. */
struct ConvShape {
    int batch;
    int inHeight;
    int inWidth;
    int inChannels;
    int outHeight;
    int outWidth;
    int outChannels;
    int kernelHeight;
    int kernelWidth;
    int strideHeight;
    int strideWidth;
    int padTop;
    int padLeft;
    int groups;
    int splits;
    int chunk;
    int accumulate;
};

/** Which part of the result a block computes: tile, group and split of the depth. Tiles of one row of tiles are neighbours. */
template <class Tile> struct Assignment {
    int firstRow;
    int firstColumn;
    int group;
    int split;
    int begin;
    int end;

    GK_DEVICE Assignment(const ConvShape& g, int columns, int depth) {
        const int across = ceilDiv(columns, Tile::N);
        firstRow = int(blockIdx.x) / across * Tile::M;
        firstColumn = int(blockIdx.x) % across * Tile::N;
        group = int(blockIdx.y) / g.splits;
        split = int(blockIdx.y) % g.splits;
        begin = split * g.chunk;
        end = min(begin + g.chunk, depth);
    }
};

/**
 * Place in a depth of (filter row, filter column, channel), channel fastest, that moves on by one stretch at a time without dividing.
 */
template <class Tile> struct DepthIndex {
    int k;
    int row;
    int column;
    int channel;
    int columns;
    int channels;

    GK_DEVICE DepthIndex(int first, int filterColumns, int channelCount)
        : k(first), columns(filterColumns), channels(channelCount) {
        const int tap = k / channels;
        channel = k % channels;
        row = tap / columns;
        column = tap % columns;
    }

    GK_DEVICE void advance() {
        k += Tile::K;
        channel += Tile::K;
        while (channel >= channels) {
            channel -= channels;
            if (++column == columns) {
                column = 0;
                row++;
            }
        }
    }
};

/** What a row of the tile, an image pixel, needs: where it reads (tap 0), what tests its taps, where its result lies. */
struct __align__(16) PixelRow {
    /** Element that tap (0, 0), channel 0 reads, even if it lies outside the image. */
    int from;
    int height;
    int width;
    /** First element of the pixel's result, or -1 for a row past the end. */
    int to;
};

/** A height that no tap brings inside. */
constexpr int NOWHERE = -(1 << 28);

/**
 * Operand A of the roles output and input_grad: for a pixel and a tap, channels of the image at the pixel moved by the tap, forwards
 * (Direction 1) or backwards (-1); zeros outside the image.
 */
template <class Tile, int V, int Direction> struct PixelGather : AlongDepth<Tile, Tile::M, V> {
    using Share = AlongDepth<Tile, Tile::M, V>;
    using T = typename Tile::T;
    const T* image;
    const PixelRow* rows;
    DepthIndex<Tile>& at;
    int height;
    int width;
    int pixelPitch;

    GK_DEVICE PixelGather(const T* from, const PixelRow* table, DepthIndex<Tile>& index, int imageHeight, int imageWidth,
                          int channels)
        : image(from), rows(table), at(index), height(imageHeight), width(imageWidth), pixelPitch(channels) {
    }

    GK_DEVICE void fetchAt(int, int end, T* registers) const {
        const int moved = Direction * (at.row * width + at.column) * pixelPitch + at.channel;
        const bool present = at.k < end;
#pragma unroll
        for (int part = 0; part < Share::PARTS; part++) {
            const PixelRow& row = rows[Share::row(part)];
            const int h = row.height + Direction * at.row;
            const int w = row.width + Direction * at.column;
            fetch<V>(image + (row.from + moved),
                     present && unsigned(h) < unsigned(height) && unsigned(w) < unsigned(width), registers + part * V);
        }
    }

    /** The other operand shares the index, so it moves on only when both have fetched. */
    GK_DEVICE void advance() {
        at.advance();
    }
};

/** Writes a thread's sums of pixel rows; columns are channels. */
template <class Tile, int V>
GK_DEVICE void deliverPixels(const Sums<Tile>& sums, const PixelRow* rows, typename Tile::T* out, int firstColumn,
                             int columns, bool accumulate) {
    constexpr int WIDTH = V < Tile::NEIGHBOURS ? V : Tile::NEIGHBOURS;
#pragma unroll
    for (int i = 0; i < Tile::TM; i++) {
        const int to = rows[sums.row(i)].to;
#pragma unroll
        for (int j = 0; j < Tile::TN; j += WIDTH) {
            const int column = firstColumn + sums.column(j);
            if (to >= 0 && column < columns) {
                deliver<WIDTH>(out + to + column, &sums.value[i][j], accumulate);
            }
        }
    }
}

/** `v` kernels move four elements at once, `s` kernels one. */
#define GK_VECTOR_v 4
#define GK_VECTOR_s 1
#define GK_TYPE_f32 float
#define GK_TYPE_f64 double

/** A kernel of a role for one tile. The bound leaves 128 registers a thread with 512 threads on a multiprocessor. */
#define GK_CONV_KERNEL(NAME, BODY, TILE, V)                                                                                \
    extern "C" __global__ void __launch_bounds__(TILE::THREADS, 512 / TILE::THREADS)                                       \
        NAME(const TILE::T* first, const TILE::T* second, TILE::T* out, ConvShape g) {                                     \
        BODY<TILE, V>(first, second, out, g);                                                                              \
    }

#define GK_CONV(ROLE, BODY, M, N, VECTOR, TYPE)                                                                            \
    using ROLE##M##x##N##VECTOR##TYPE = TileOf<GK_TYPE_##TYPE, M, N>;                                                      \
    GK_CONV_KERNEL(gk_conv_##ROLE##_##M##x##N##VECTOR##_##TYPE, BODY, ROLE##M##x##N##VECTOR##TYPE, GK_VECTOR_##VECTOR)
