package dev.goshawk.cpu.kernel.conv.packed;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.cpu.kernel.gemm.BlockedProduct;
import dev.goshawk.cpu.kernel.gemm.LeftRows;
import dev.goshawk.cpu.kernel.gemm.PackedWindow;
import dev.goshawk.cpu.kernel.gemm.ResultRows;
import dev.goshawk.cpu.kernel.gemm.RightColumns;
import dev.goshawk.cpu.kernel.simd.FloatCopies;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.ConvGeometry;

/**
 * The filter gradient of a convolution in float32, any geometry: patches transposed times output gradient, summed over
 * the positions. Where the filter is too small to be cut into enough pieces, the positions are cut into spans, each
 * summed in its own buffer and these in order. The cuts depend on the geometry alone, so the result has the same bits
 * for any number of threads.
 */
final class PackedWeightGrad implements ConvKernel {
    /** Tasks below which the positions are cut. */
    private static final int TASKS = 8;
    /** Positions of a span, at least. */
    private static final int SPAN = 512;
    private static final int REDUCE = 1 << 12;

    private final ConvGeometry geometry;
    private final PackedWindow window;
    private final BlockedProduct product;
    private final int spans;
    private final int positionsPerSpan;
    private final int inChannels;
    private final int outChannels;
    private final int filterSize;

    PackedWeightGrad(ConvGeometry geometry) {
        this.geometry = geometry;
        this.inChannels = geometry.inChannels() / geometry.groups();
        this.outChannels = geometry.outChannels() / geometry.groups();
        this.filterSize = geometry.filterShape().size();
        this.window = PackedWindow.output(geometry);
        int positions = window.positions();
        int tasks = new BlockedProduct(depth(), outChannels, positions, BlockedProduct.Left.TRANSPOSED, false).tasks()
                * geometry.groups();
        int wanted = Math.clamp(TASKS / Math.max(1, tasks), 1, Math.max(1, positions / SPAN));
        this.positionsPerSpan = Math.max(1, (positions + wanted - 1) / wanted);
        this.spans = Math.max(1, (positions + positionsPerSpan - 1) / positionsPerSpan);
        this.product = new BlockedProduct(depth(), outChannels, positionsPerSpan, BlockedProduct.Left.TRANSPOSED,
                false);
    }

    @Override
    public int scratchFloats(int threads) {
        VectorSupport.requireThreads(threads);
        int partials = spans == 1 ? 0 : Math.multiplyExact(spans, filterSize);
        return Math.addExact(partials, Math.multiplyExact(threads, product.scratchFloats()));
    }

    @Override
    public void run(float[] a, int aOff, float[] b, int bOff, float[] out, int outOff, boolean accumulate,
            float[] scratch, int scratchOff, Workers workers) {
        VectorSupport.requireLength(
                "conv2d: scratch", (long) scratchOff + scratchFloats(workers.threads()), scratch.length);
        int owned = scratchOff + (spans == 1 ? 0 : spans * filterSize);
        int groups = geometry.groups();
        workers.run(spans * groups * product.tasks(), (task, worker) -> {
            int span = task % spans;
            int group = task / spans % groups;
            boolean whole = spans == 1;
            int to = (whole ? outOff : scratchOff + span * filterSize) + group * outChannels;
            int first = span * positionsPerSpan;
            product.run(
                    task / spans / groups, first, Math.min(window.positions(), first + positionsPerSpan),
                    left(a, aOff + group * inChannels),
                    new RightColumns.Matrix(b, bOff + group * outChannels, geometry.outChannels(), 1),
                    new ResultRows.Matrix(whole ? out : scratch, to, geometry.outChannels()), whole && accumulate,
                    scratch, 0, owned + worker * product.scratchFloats());
        });
        if (spans > 1) {
            workers.run((filterSize + REDUCE - 1) / REDUCE, (task, worker) -> {
                int from = task * REDUCE;
                int size = Math.min(REDUCE, filterSize - from);
                for (int span = 0; span < spans; span++) {
                    int partial = scratchOff + span * filterSize + from;
                    if (span == 0 && !accumulate) {
                        FloatCopies.copy(scratch, partial, out, outOff + from, size);
                    } else {
                        FloatCopies.addInto(scratch, partial, out, outOff + from, size);
                    }
                }
            });
        }
    }

    private LeftRows left(float[] x, int x0) {
        return window.isPointwise()
                ? new LeftRows.Matrix(x, x0, geometry.inChannels())
                : new LeftRows.Patches(window, x, x0, geometry.inChannels(), inChannels);
    }

    private int depth() {
        return window.taps() * inChannels;
    }
}
