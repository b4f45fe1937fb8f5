package dev.goshawk.cpu.exec;
import dev.goshawk.cpu.exec.slot.Scratch;
import dev.goshawk.cpu.exec.slot.Slot;
import dev.goshawk.cpu.exec.slot.Kernel;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.element.ElementKernels;
import dev.goshawk.cpu.kernel.element.ElementOp;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.PoolGeometry;

/**
 * Average pooling and its transpose: each pixel of the result is a sum over windows, channel by channel, in the order
 * of the windows or their elements. One task a row of pixels.
 */
final class AveragePool implements Kernel {
    private final PoolGeometry geometry;
    private final boolean countPadding;
    private final boolean transpose;
    private final Slot from;
    private final Slot to;
    private final ElementKernels kernels;
    private final Scratch scratch;
    private final DType dtype;

    AveragePool(PoolGeometry geometry, boolean countPadding, boolean transpose, Slot from, Slot to, DType dtype,
            Scratch scratch, int threads) {
        this.geometry = geometry;
        this.countPadding = countPadding;
        this.transpose = transpose;
        this.from = from;
        this.to = to;
        this.dtype = dtype;
        this.kernels = ElementKernels.of(dtype);
        this.scratch = scratch;
        scratch.require(dtype, (long) threads * geometry.channels());
    }

    @Override
    public void run(Workers workers) {
        int rows = transpose ? geometry.inHeight() : geometry.outHeight();
        workers.run(geometry.batch() * rows, (task, worker) -> {
            if (transpose) {
                inputRow(task / rows, task % rows, worker * geometry.channels());
            } else {
                outputRow(task / rows, task % rows);
            }
        });
    }

    private void outputRow(int image, int p) {
        PoolGeometry g = geometry;
        int top = Math.max(p * g.strideHeight() - g.padTop(), 0);
        int bottom = Math.min(p * g.strideHeight() - g.padTop() + g.kernelHeight(), g.inHeight());
        for (int q = 0; q < g.outWidth(); q++) {
            int left = Math.max(q * g.strideWidth() - g.padLeft(), 0);
            int right = Math.min(q * g.strideWidth() - g.padLeft() + g.kernelWidth(), g.inWidth());
            int at = to.offset() + ((image * g.outHeight() + p) * g.outWidth() + q) * g.channels();
            kernels.fill(to.array(), at, g.channels(), 0);
            for (int h = top; h < bottom; h++) {
                for (int w = left; w < right; w++) {
                    int source = from.offset() + ((image * g.inHeight() + h) * g.inWidth() + w) * g.channels();
                    apply(ElementOp.ADD, 0, from.array(), source, to.array(), at, to.array(), at);
                }
            }
            apply(ElementOp.SCALE, 1.0 / divisor(p, q), to.array(), at, to.array(), at, to.array(), at);
        }
    }

    /** The windows that reach input row h of an image, and for each pixel those that reach it. */
    private void inputRow(int image, int h, int share) {
        PoolGeometry g = geometry;
        Object quotient = scratch.array(dtype);
        int top = first(h + g.padTop(), g.kernelHeight(), g.strideHeight());
        int bottom = Math.min((h + g.padTop()) / g.strideHeight() + 1, g.outHeight());
        for (int w = 0; w < g.inWidth(); w++) {
            int left = first(w + g.padLeft(), g.kernelWidth(), g.strideWidth());
            int right = Math.min((w + g.padLeft()) / g.strideWidth() + 1, g.outWidth());
            int at = to.offset() + ((image * g.inHeight() + h) * g.inWidth() + w) * g.channels();
            kernels.fill(to.array(), at, g.channels(), 0);
            for (int p = top; p < bottom; p++) {
                for (int q = left; q < right; q++) {
                    int source = from.offset() + ((image * g.outHeight() + p) * g.outWidth() + q) * g.channels();
                    apply(ElementOp.SCALE, 1.0 / divisor(p, q), from.array(), source, from.array(), source, quotient,
                            share);
                    apply(ElementOp.ADD, 0, quotient, share, to.array(), at, to.array(), at);
                }
            }
        }
    }

    /** The first window of those so long and so far apart that reaches a place in the padded input. */
    private static int first(int place, int kernel, int stride) {
        return place < kernel ? 0 : (place - kernel) / stride + 1;
    }

    private void apply(ElementOp op, double p, Object a, int ao, Object b, int bo, Object result, int ro) {
        kernels.run(op, p, a, ao, b, bo, a, ao, result, ro, geometry.channels());
    }

    private int divisor(int p, int q) {
        PoolGeometry g = geometry;
        return countPadding
                ? g.kernelHeight() * g.kernelWidth()
                : inside(p * g.strideHeight() - g.padTop(), g.kernelHeight(), g.inHeight())
                        * inside(q * g.strideWidth() - g.padLeft(), g.kernelWidth(), g.inWidth());
    }

    private static int inside(int start, int kernel, int size) {
        return Math.min(start + kernel, size) - Math.max(start, 0);
    }
}
