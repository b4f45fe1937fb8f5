// dw[tap, i, o] = sum over output pixels of x[pixel moved by the tap, i] dy[pixel, o].
//
// The depth is the pixels: long, with a small result. It is cut into splits whose results are added up in a fixed order by gk_sum.
#pragma once

#include "conv.cuh"

/** An output pixel of the depth, moved on by a fixed step without dividing. */
struct OutputPixel {
    int k;
    int n;
    int p;
    int q;
    int height;
    int width;
    int step;
    int stepN;
    int stepP;
    int stepQ;

    GK_DEVICE OutputPixel(int first, int by, int outHeight, int outWidth)
        : k(first), height(outHeight), width(outWidth), step(by) {
        q = k % width;
        p = k / width % height;
        n = k / (width * height);
        stepQ = step % width;
        stepP = step / width % height;
        stepN = step / (width * height);
    }

    GK_DEVICE void advance() {
        k += step;
        q += stepQ;
        const int carryQ = q >= width;
        q -= carryQ ? width : 0;
        p += stepP + carryQ;
        const int carryP = p >= height;
        p -= carryP ? height : 0;
        n += stepN + carryP;
    }
};

/** Operand A: a row is a tap and V input channels, fixed for a thread; the depth walks over output pixels. */
template <class Tile, int V> struct Patches : AlongRows<Tile, Tile::M, V> {
    using Share = AlongRows<Tile, Tile::M, V>;
    using T = typename Tile::T;
    const T* x;
    const ConvShape& g;
    OutputPixel pixel;
    bool inRange;
    int tapHeight;
    int tapWidth;

    GK_DEVICE Patches(const T* image, const ConvShape& shape, int firstRow, int rows, int group, int begin)
        : g(shape), pixel(begin + Share::depth(0), Share::STEP, shape.outHeight, shape.outWidth) {
        const int ins = g.inChannels / g.groups;
        const int m = firstRow + Share::row();
        const int tap = m / ins;
        inRange = m < rows;
        tapHeight = tap / g.kernelWidth - g.padTop;
        tapWidth = tap % g.kernelWidth - g.padLeft;
        x = image + group * ins + m % ins;
    }

    GK_DEVICE void fetchAt(int, int end, T* registers) {
#pragma unroll
        for (int part = 0; part < Share::PARTS; part++) {
            const int h = pixel.p * g.strideHeight + tapHeight;
            const int w = pixel.q * g.strideWidth + tapWidth;
            const bool present = Share::active(part) && inRange && pixel.k < end && unsigned(h) < unsigned(g.inHeight) &&
                                 unsigned(w) < unsigned(g.inWidth);
            fetch<V>(x + ((pixel.n * g.inHeight + h) * g.inWidth + w) * g.inChannels, present, registers + part * V);
            pixel.advance();
        }
    }
};

template <class Tile, int V>
GK_DEVICE void convWeightGrad(const typename Tile::T* x, const typename Tile::T* dy, typename Tile::T* out,
                              const ConvShape& g) {
    const int ins = g.inChannels / g.groups;
    const int outs = g.outChannels / g.groups;
    const int rows = g.kernelHeight * g.kernelWidth * ins;
    const Assignment<Tile> part(g, outs, g.batch * g.outHeight * g.outWidth);

    Patches<Tile, V> a(x, g, part.firstRow, rows, part.group, part.begin);
    WideMatrix<Tile, Tile::N, V> b(dy + part.group * outs, part.firstColumn, outs, g.outChannels);
    Sums<Tile> sums;
    multiply<Tile>(a, b, part.begin, part.end, sums);
    constexpr int WIDTH = V < Tile::NEIGHBOURS ? V : Tile::NEIGHBOURS;
    typename Tile::T* to = out + (long long)part.split * rows * g.outChannels + part.group * outs;
#pragma unroll
    for (int i = 0; i < Tile::TM; i++) {
        const int row = part.firstRow + sums.row(i);
#pragma unroll
        for (int j = 0; j < Tile::TN; j += WIDTH) {
            const int column = part.firstColumn + sums.column(j);
            if (row < rows && column < outs) {
                deliver<WIDTH>(to + row * g.outChannels + column, &sums.value[i][j], g.accumulate != 0);
            }
        }
    }
}
