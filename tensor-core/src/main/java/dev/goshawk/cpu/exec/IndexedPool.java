package dev.goshawk.cpu.exec;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.pool.MaxIndices;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;
import java.util.Arrays;

/** Max pooling by positions: finding them, reading through them, and adding through them. */
final class IndexedPool {
    /** Channels of a scatter task at least: a cache line of float32. */
    private static final int CHANNELS = 16;
    private static final int CHANNEL_PARTS = 4;

    private IndexedPool() {
    }

    /** Positions of the largest elements; one task a row of windows. */
    static Kernel indices(PoolGeometry g, Slot x, Slot to, DType dtype) {
        return workers -> workers.run(g.batch() * g.outHeight(), (row, _) -> {
            int[] out = to.tensor().ints();
            if (dtype == DType.FLOAT32) {
                MaxIndices.row(g, row, x.tensor().floats(), x.offset(), out, to.offset());
            } else {
                MaxIndices.row(g, row, x.tensor().doubles(), x.offset(), out, to.offset());
            }
        });
    }

    /** The elements that indices point to; one task a row of windows. */
    static Kernel gather(PoolGeometry g, Slot x, Slot indices, Slot to, DType dtype) {
        int row = g.outWidth() * g.channels();
        int image = g.inHeight() * g.inWidth() * g.channels();
        return workers -> workers.run(g.batch() * g.outHeight(), (task, _) -> {
            int[] index = indices.tensor().ints();
            int i0 = indices.offset() + task * row;
            int from = x.offset() + task / g.outHeight() * image;
            int at = to.offset() + task * row;
            requireInside(g, index, indices.offset(), task * row, row);
            if (dtype == DType.FLOAT32) {
                gather(x.tensor().floats(), from, index, i0, to.tensor().floats(), at, g.outWidth(), g.channels());
            } else {
                gather(x.tensor().doubles(), from, index, i0, to.tensor().doubles(), at, g.outWidth(), g.channels());
            }
        });
    }

    /** Adds elements where their indices point to, in order; one task a few channels of an image. */
    static Kernel scatter(PoolGeometry g, Slot y, Slot indices, Slot to, DType dtype) {
        int parts = Math.clamp(g.channels() / CHANNELS, 1, CHANNEL_PARTS);
        int windows = g.outHeight() * g.outWidth();
        int image = g.inHeight() * g.inWidth() * g.channels();
        return (Workers workers) -> {
            workers.run(g.batch(), (n, _) -> {
                requireInside(g, indices.tensor().ints(), indices.offset(), n * windows * g.channels(),
                        windows * g.channels());
                switch (to.array()) {
                    case float[] out -> Arrays.fill(out, to.offset() + n * image,
                            to.offset() + (n + 1) * image, 0);
                    case double[] out -> Arrays.fill(out, to.offset() + n * image,
                            to.offset() + (n + 1) * image, 0);
                    default -> throw new IllegalStateException("pool of " + dtype);
                }
            });
            workers.run(g.batch() * parts, (task, _) -> {
                int n = task / parts;
                int first = task % parts * g.channels() / parts;
                int last = (task % parts + 1) * g.channels() / parts;
                int offset = n * windows * g.channels();
                int at = to.offset() + n * image;
                int[] index = indices.tensor().ints();
                if (dtype == DType.FLOAT32) {
                    scatter(y.tensor().floats(), y.offset() + offset, index, indices.offset() + offset,
                            to.tensor().floats(), at, windows, g.channels(), first, last);
                } else {
                    scatter(y.tensor().doubles(), y.offset() + offset, index, indices.offset() + offset,
                            to.tensor().doubles(), at, windows, g.channels(), first, last);
                }
            });
        };
    }

    private static void requireInside(PoolGeometry g, int[] index, int indexOff, int first, int count) {
        int pixels = g.inHeight() * g.inWidth();
        for (int i = first; i < first + count; i++) {
            int at = index[indexOff + i];
            if (at < 0 || at >= pixels) {
                throw new IllegalArgumentException("pool: expected an index in 0.." + (pixels - 1)
                        + " for output element " + i + ", got " + at);
            }
        }
    }

    private static void gather(float[] x, int x0, int[] index, int i0, float[] y, int y0, int pixels, int channels) {
        int i = 0;
        for (int pixel = 0; pixel < pixels; pixel++) {
            for (int c = 0; c < channels; c++, i++) {
                y[y0 + i] = x[x0 + index[i0 + i] * channels + c];
            }
        }
    }

    private static void gather(double[] x, int x0, int[] index, int i0, double[] y, int y0, int pixels, int channels) {
        int i = 0;
        for (int pixel = 0; pixel < pixels; pixel++) {
            for (int c = 0; c < channels; c++, i++) {
                y[y0 + i] = x[x0 + index[i0 + i] * channels + c];
            }
        }
    }

    private static void scatter(float[] y, int y0, int[] index, int i0, float[] x, int x0, int windows, int channels,
            int first, int last) {
        for (int window = 0; window < windows; window++) {
            for (int c = first; c < last; c++) {
                int i = window * channels + c;
                x[x0 + index[i0 + i] * channels + c] += y[y0 + i];
            }
        }
    }

    private static void scatter(double[] y, int y0, int[] index, int i0, double[] x, int x0, int windows,
            int channels, int first, int last) {
        for (int window = 0; window < windows; window++) {
            for (int c = first; c < last; c++) {
                int i = window * channels + c;
                x[x0 + index[i0 + i] * channels + c] += y[y0 + i];
            }
        }
    }
}
