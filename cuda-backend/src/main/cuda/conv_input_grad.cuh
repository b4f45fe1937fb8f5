// dx[pixel, i] = sum over the taps that reach the pixel and output channels of dy[tap's pixel, o] w[tap, i, o].
//
// Input pixels h = offset + stride * i of one offset are reached by the filter rows r = first + stride * a, from the output rows
// base + i - a: a convolution of stride 1, run backwards. Taking pixels offset by offset leaves no tap that only meets zeros.
#pragma once

#include "conv.cuh"

/** Along one axis, the input positions of one offset within the stride and the taps that reach them. */
struct Residue {
    int count;
    int firstTap;
    int taps;
    int base;

    GK_DEVICE Residue(int offset, int extent, int stride, int pad, int kernel) {
        count = offset < extent ? ceilDiv(extent - offset, stride) : 0;
        firstTap = (offset + pad) % stride;
        taps = firstTap < kernel ? ceilDiv(kernel - firstTap, stride) : 0;
        base = (offset + pad - firstTap) / stride;
    }
};

/** Operand B: for an input channel, the filter's output channels at a tap. */
template <class Tile, int V> struct FilterTurned : AlongDepth<Tile, Tile::N, V> {
    using Share = AlongDepth<Tile, Tile::N, V>;
    using T = typename Tile::T;
    const T* filter;
    const DepthIndex<Tile>& at;
    int rows;
    int pitch;
    int downPitch;
    int acrossPitch;

    GK_DEVICE FilterTurned(const T* from, int first, int ins, const DepthIndex<Tile>& index, const ConvShape& g)
        : filter(from + first * g.outChannels), at(index), rows(ins - first), pitch(g.outChannels),
          downPitch(g.strideHeight * g.kernelWidth * ins * g.outChannels), acrossPitch(g.strideWidth * ins * g.outChannels) {
    }

    GK_DEVICE void fetchAt(int, int end, T* registers) const {
        const int tap = at.row * downPitch + at.column * acrossPitch + at.channel;
#pragma unroll
        for (int part = 0; part < Share::PARTS; part++) {
            const int row = Share::row(part);
            fetch<V>(filter + (row * pitch + tap), Share::active(part) && row < rows && at.k < end, registers + part * V);
        }
    }
};

template <class Tile, int V>
GK_DEVICE void convInputGrad(const typename Tile::T* w, const typename Tile::T* dy, typename Tile::T* out,
                             const ConvShape& g) {
    const int ins = g.inChannels / g.groups;
    const int outs = g.outChannels / g.groups;
    const int offsetH = int(blockIdx.z) / g.strideWidth;
    const int offsetW = int(blockIdx.z) % g.strideWidth;
    const Residue down(offsetH, g.inHeight, g.strideHeight, g.padTop, g.kernelHeight);
    const Residue across(offsetW, g.inWidth, g.strideWidth, g.padLeft, g.kernelWidth);
    const int pixels = g.batch * down.count * across.count;
    const Assignment<Tile> part(g, ins, down.taps * across.taps * outs);
    if (part.firstRow >= pixels) {
        return;
    }

    __shared__ PixelRow rows[Tile::M];
#pragma unroll 1
    for (int i = int(threadIdx.x); i < Tile::M; i += Tile::THREADS) {
        const int m = part.firstRow + i;
        PixelRow row = {0, NOWHERE, 0, -1};
        if (m < pixels) {
            const int q = m % across.count;
            const int p = m / across.count % down.count;
            const int n = m / (across.count * down.count);
            row.height = down.base + p;
            row.width = across.base + q;
            row.from = ((n * g.outHeight + row.height) * g.outWidth + row.width) * g.outChannels + part.group * outs;
            const int h = offsetH + p * g.strideHeight;
            const int v = offsetW + q * g.strideWidth;
            row.to = ((n * g.inHeight + h) * g.inWidth + v) * g.inChannels + part.group * ins;
        }
        rows[i] = row;
    }
    __syncthreads();

    // Without taps the depth is 0: nothing is fetched, and the index only must not divide by zero.
    DepthIndex<Tile> at(part.begin + AlongDepth<Tile, Tile::M, V>::depth(), max(across.taps, 1), outs);
    PixelGather<Tile, V, -1> a(dy, rows, at, g.outHeight, g.outWidth, g.outChannels);
    const int firstTap = (down.firstTap * g.kernelWidth + across.firstTap) * ins * g.outChannels;
    FilterTurned<Tile, V> b(w + firstTap + part.group * outs, part.firstColumn, ins, at, g);
    Sums<Tile> sums;
    multiply<Tile>(a, b, part.begin, part.end, sums);
    const long long size = (long long)g.batch * g.inHeight * g.inWidth * g.inChannels;
    deliverPixels<Tile, V>(sums, rows, out + part.split * size, part.firstColumn, ins, g.accumulate != 0);
}
