package dev.goshawk.cpu.kernel.conv.packed;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernelDouble;
import dev.goshawk.cpu.kernel.gemm.GemmDoubleKernel;
import dev.goshawk.cpu.kernel.gemm.PackedWindow;
import dev.goshawk.cpu.kernel.simd.DoubleCopies;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.ConvGeometry;
import java.util.Arrays;

/**
 * The filter gradient of a convolution in float64, any geometry: patches transposed times output gradient, summed over
 * the positions. The positions are cut into a number of spans that depends on the geometry alone, each summed in its
 * own buffer and these in order, so the result is bit-identical for any thread count.
 */
final class PackedWeightGradDouble implements ConvKernelDouble {
    /** Positions of a block: the inner dimension of one product. */
    private static final int BLOCK = 192;
    private static final int SPANS = 16;
    /** Elements that the spans' buffers may take together. */
    private static final int SPAN_DOUBLES = 1 << 21;
    private static final int REDUCE = 1 << 12;

    private final ConvGeometry geometry;
    /** Slices of the filter worked on apart: all taps, or each row of taps where too few spans fit. */
    private final PackedWindow[] slices;
    private final int spans;
    private final int blocksPerSpan;
    private final int inChannels;
    private final int outChannels;
    private final int filterSize;
    private final int workerDoubles;

    PackedWeightGradDouble(ConvGeometry geometry) {
        this.geometry = geometry;
        this.inChannels = geometry.inChannels() / geometry.groups();
        this.outChannels = geometry.outChannels() / geometry.groups();
        this.filterSize = geometry.filterShape().size();
        PackedWindow whole = PackedWindow.output(geometry);
        int blocks = (whole.positions() + BLOCK - 1) / BLOCK;
        boolean sliced = (long) filterSize * 4 > SPAN_DOUBLES && geometry.kernelHeight() > 1;
        int fitting = Math.max(sliced ? 1 : 2, SPAN_DOUBLES / Math.max(1, filterSize));
        int wanted = Math.max(1, Math.min(Math.min(SPANS, fitting), blocks));
        this.blocksPerSpan = Math.max(1, (blocks + wanted - 1) / wanted);
        this.spans = Math.max(1, (blocks + blocksPerSpan - 1) / blocksPerSpan);
        this.slices = new PackedWindow[sliced ? geometry.kernelHeight() : 1];
        for (int i = 0; i < slices.length; i++) {
            slices[i] = sliced ? whole.tapRowOnly(i) : whole;
        }
        this.workerDoubles = GemmDoubleKernel.TILE + BLOCK * patchStride() + GemmDoubleKernel.L
                + GemmDoubleKernel.packedSize(BLOCK, outChannels);
    }

    @Override
    public int scratchDoubles(int threads) {
        VectorSupport.requireThreads(threads);
        int partials = spans == 1 ? 0 : Math.multiplyExact(spans, filterSize);
        return Math.addExact(partials, Math.multiplyExact(threads, workerDoubles));
    }

    @Override
    public void run(double[] a, int aOff, double[] b, int bOff, double[] out, int outOff, boolean accumulate,
            double[] scratch, int scratchOff, Workers workers) {
        VectorSupport.requireLength(
                "conv2d: scratch", (long) scratchOff + scratchDoubles(workers.threads()), scratch.length);
        int owned = scratchOff + (spans == 1 ? 0 : spans * filterSize);
        int tasks = spans * slices.length;
        workers.run(tasks, (task, worker) -> {
            int slice = task % slices.length;
            int span = task / slices.length;
            int own = owned + worker * workerDoubles;
            int to = slice * slices[0].taps() * inChannels * geometry.outChannels();
            if (spans == 1) {
                span(slices[slice], span, a, aOff, b, bOff, out, outOff + to, accumulate, scratch, own);
            } else {
                span(slices[slice], span, a, aOff, b, bOff, scratch, scratchOff + span * filterSize + to, false,
                        scratch, own);
            }
        });
        if (spans > 1) {
            workers.run((filterSize + REDUCE - 1) / REDUCE, (task, worker) -> {
                int from = task * REDUCE;
                int size = Math.min(REDUCE, filterSize - from);
                for (int span = 0; span < spans; span++) {
                    int partial = scratchOff + span * filterSize + from;
                    if (span == 0 && !accumulate) {
                        DoubleCopies.copy(scratch, partial, out, outOff + from, size);
                    } else {
                        DoubleCopies.addInto(scratch, partial, out, outOff + from, size);
                    }
                }
            });
        }
    }

    private void span(PackedWindow w, int span, double[] x, int xOff, double[] g, int gOff, double[] sum, int sumOff,
            boolean accumulate, double[] scratch, int own) {
        int depth = w.taps() * inChannels;
        int first = span * blocksPerSpan * BLOCK;
        int last = Math.min(w.positions(), first + blocksPerSpan * BLOCK);
        if (first >= last && !accumulate) {
            Arrays.fill(sum, sumOff, sumOff + depth * geometry.outChannels(), 0);
        }
        int patches = own + GemmDoubleKernel.TILE;
        int packed = patches + BLOCK * patchStride() + GemmDoubleKernel.L;
        for (int position = first; position < last; position += BLOCK) {
            int count = Math.min(BLOCK, last - position);
            boolean add = accumulate || position > first;
            for (int group = 0; group < geometry.groups(); group++) {
                int g0 = gOff + position * geometry.outChannels() + group * outChannels;
                for (int panel = 0; panel < GemmDoubleKernel.panels(outChannels); panel++) {
                    GemmDoubleKernel.packPanel(
                            g, g0, geometry.outChannels(), 1, count, outChannels, scratch, packed, count, 0, panel);
                }
                int x0 = xOff + group * inChannels;
                int to = sumOff + group * outChannels;
                if (w.isPointwise()) {
                    GemmDoubleKernel.multiply(
                            x, x0 + position * geometry.inChannels(), 1, geometry.inChannels(), depth, scratch, packed,
                            count, 0,
                            outChannels, count, sum, to, geometry.outChannels(), add, scratch, own);
                } else {
                    PackedPatchesDouble.gather(
                            w, x, x0, geometry.inChannels(), inChannels, position, count, scratch, patches,
                            patchStride());
                    GemmDoubleKernel.multiply(
                            scratch, patches, 1, patchStride(), depth, scratch, packed, count, 0, outChannels, count,
                            sum, to,
                            geometry.outChannels(), add, scratch, own);
                }
            }
        }
    }

    private int patchStride() {
        return slices[0].isPointwise() ? 0 : VectorSupport.oddLines(slices[0].taps() * inChannels, GemmDoubleKernel.L);
    }
}
