// y[pixel, o] = sum over taps and channels of x[pixel moved by the tap, i] w[tap, i, o].
#pragma once

#include "conv.cuh"

template <class Tile, int V>
GK_DEVICE void convOutput(const typename Tile::T* x, const typename Tile::T* w, typename Tile::T* out, const ConvShape& g) {
    const int ins = g.inChannels / g.groups;
    const int outs = g.outChannels / g.groups;
    const int pixels = g.batch * g.outHeight * g.outWidth;
    const Assignment<Tile> part(g, outs, g.kernelHeight * g.kernelWidth * ins);

    __shared__ PixelRow rows[Tile::M];
#pragma unroll 1
    for (int i = int(threadIdx.x); i < Tile::M; i += Tile::THREADS) {
        const int m = part.firstRow + i;
        PixelRow row = {0, NOWHERE, 0, -1};
        if (m < pixels) {
            const int q = m % g.outWidth;
            const int p = m / g.outWidth % g.outHeight;
            const int n = m / (g.outWidth * g.outHeight);
            row.height = p * g.strideHeight - g.padTop;
            row.width = q * g.strideWidth - g.padLeft;
            row.from = ((n * g.inHeight + row.height) * g.inWidth + row.width) * g.inChannels + part.group * ins;
            row.to = m * g.outChannels + part.group * outs;
        }
        rows[i] = row;
    }
    __syncthreads();

    DepthIndex<Tile> at(part.begin + AlongDepth<Tile, Tile::M, V>::depth(), g.kernelWidth, ins);
    PixelGather<Tile, V, 1> a(x, rows, at, g.inHeight, g.inWidth, g.inChannels);
    WideMatrix<Tile, Tile::N, V> b(w + part.group * outs, part.firstColumn, outs, g.outChannels);
    Sums<Tile> sums;
    multiply<Tile>(a, b, part.begin, part.end, sums);
    deliverPixels<Tile, V>(sums, rows, out + (long long)part.split * pixels * g.outChannels, part.firstColumn, outs,
                           g.accumulate != 0);
}
