package dev.goshawk.cpu.kernel.conv.packed;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernelDouble;
import dev.goshawk.cpu.kernel.gemm.GemmDoubleKernel;
import dev.goshawk.cpu.kernel.gemm.PackedWindow;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.Arrays;
import java.util.List;

/**
 * The convolution and its input gradient in float64, any geometry: blocks of positions are gathered as matrices of
 * patches, small enough for the second-level cache, and multiplied by the filter. Nothing is gathered where patches are
 * pixels (1x1, stride 1, no padding).
 */
final class PackedGatherDouble implements ConvKernelDouble {
    /** Elements of a block of patches, about. */
    private static final int BLOCK = 1 << 15;
    private static final int KC = 256;

    private final ConvGeometry geometry;
    private final boolean output;
    private final PackedWindow[] windows;
    /** Where each window's filter starts in scratch, then the size of all. */
    private final int[] filterAt;
    /** The number of each window's first block, then that of all blocks. */
    private final int[] firstBlock;
    private final int sourceChannels;
    private final int targetChannels;
    private final int workerDoubles;

    PackedGatherDouble(ConvRole role, ConvGeometry geometry) {
        this.geometry = geometry;
        this.output = role == ConvRole.OUTPUT;
        List<PackedWindow> grids = output
                ? List.of(PackedWindow.output(geometry))
                : PackedWindow.inputGradient(geometry);
        this.windows = grids.toArray(new PackedWindow[0]);
        this.sourceChannels = (output ? geometry.inChannels() : geometry.outChannels()) / geometry.groups();
        this.targetChannels = (output ? geometry.outChannels() : geometry.inChannels()) / geometry.groups();
        this.filterAt = new int[windows.length + 1];
        this.firstBlock = new int[windows.length + 1];
        int own = 0;
        for (int i = 0; i < windows.length; i++) {
            PackedWindow w = windows[i];
            int rows = blockRows(w);
            int filter = GemmDoubleKernel.packedSize(depth(w), targetChannels);
            filterAt[i + 1] = Math.addExact(filterAt[i], Math.multiplyExact(geometry.groups(), filter));
            firstBlock[i + 1] = firstBlock[i] + (w.positions() + rows - 1) / rows;
            own = Math.max(own, rows * (patchStride(w) + (windows.length > 1 ? targetChannels : 0)));
        }
        this.workerDoubles = own + GemmDoubleKernel.TILE + GemmDoubleKernel.L;
    }

    @Override
    public int scratchDoubles(int threads) {
        VectorSupport.requireThreads(threads);
        return Math.addExact(filterAt[windows.length], Math.multiplyExact(threads, workerDoubles));
    }

    @Override
    public void run(double[] a, int aOff, double[] b, int bOff, double[] out, int outOff, boolean accumulate,
            double[] scratch, int scratchOff, Workers workers) {
        VectorSupport.requireLength(
                "conv2d: scratch", (long) scratchOff + scratchDoubles(workers.threads()), scratch.length);
        double[] source = output ? a : b;
        int sourceOff = output ? aOff : bOff;
        double[] filter = output ? b : a;
        int filterOff = output ? bOff : aOff;
        int panels = GemmDoubleKernel.panels(targetChannels);
        int groups = geometry.groups();
        workers.run(windows.length * groups * panels, (task, worker) -> packFilter(
                task / panels / groups, task / panels % groups, task % panels, filter, filterOff, scratch, scratchOff));
        workers.run(firstBlock[windows.length], (task, worker) -> {
            int i = 0;
            while (task >= firstBlock[i + 1]) {
                i++;
            }
            int own = scratchOff + filterAt[windows.length] + worker * workerDoubles;
            for (int group = 0; group < groups; group++) {
                block(i, task - firstBlock[i], group, source, sourceOff, out, outOff, accumulate, scratch, scratchOff,
                        own);
            }
        });
    }

    private void packFilter(int window, int group, int panel, double[] filter, int filterOff, double[] scratch,
            int scratchOff) {
        PackedWindow w = windows[window];
        int perGroup = geometry.outChannels() / geometry.groups();
        int tapSize = geometry.inChannels() / geometry.groups() * geometry.outChannels();
        int to = scratchOff + filterAt[window] + group * GemmDoubleKernel.packedSize(depth(w), targetChannels);
        int kStride = output ? geometry.outChannels() : 1;
        int jStride = output ? 1 : geometry.outChannels();
        for (int tap = 0; tap < w.taps(); tap++) {
            int r = w.tapRow() + tap / w.kernelWidth() * w.tapRowStep();
            int s = w.tapColumn() + tap % w.kernelWidth() * w.tapColumnStep();
            int from = filterOff + (r * geometry.kernelWidth() + s) * tapSize + group * perGroup;
            GemmDoubleKernel.packPanel(
                    filter, from, kStride, jStride, sourceChannels, targetChannels, scratch, to, depth(w),
                    tap * sourceChannels,
                    panel);
        }
    }

    private void block(int window, int block, int group, double[] source, int sourceOff, double[] out, int outOff,
            boolean accumulate, double[] scratch, int scratchOff, int own) {
        PackedWindow w = windows[window];
        int depth = depth(w);
        int first = block * blockRows(w);
        int rows = Math.min(blockRows(w), w.positions() - first);
        int pixel = sourceChannels * geometry.groups();
        int source0 = sourceOff + group * sourceChannels;
        int patches = own + GemmDoubleKernel.TILE;
        int filter = scratchOff + filterAt[window] + group * GemmDoubleKernel.packedSize(depth, targetChannels);
        int targetPixel = targetChannels * geometry.groups();
        int target0 = outOff + group * targetChannels;
        boolean single = windows.length == 1;
        double[] to = single ? out : scratch;
        int to0 = single ? target0 + first * targetPixel : patches + rows * patchStride(w);
        int ldc = single ? targetPixel : targetChannels;
        boolean add = single && accumulate;
        if (depth == 0) {
            for (int i = 0; i < rows && !add; i++) {
                Arrays.fill(to, to0 + i * ldc, to0 + i * ldc + targetChannels, 0);
            }
        } else if (w.isPointwise()) {
            multiply(source, source0 + first * pixel, pixel, rows, depth, scratch, filter, to, to0, ldc, add, own);
        } else {
            PackedPatchesDouble.gather(w, source, source0, pixel, sourceChannels, first, rows, scratch, patches,
                    patchStride(w));
            multiply(scratch, patches, patchStride(w), rows, depth, scratch, filter, to, to0, ldc, add, own);
        }
        if (!single) {
            PackedPatchesDouble.scatter(
                    w, scratch, to0, targetChannels, first, rows, out, target0, targetPixel, geometry.inHeight(),
                    geometry.inWidth(), accumulate);
        }
    }

    private void multiply(double[] a, int a0, int lda, int rows, int depth, double[] scratch, int filter, double[] c,
            int c0, int ldc, boolean add, int own) {
        int parts = (depth + KC - 1) / KC;
        int step = (depth + parts - 1) / parts;
        for (int k = 0; k < depth; k += step) {
            GemmDoubleKernel.multiply(
                    a, a0 + k, lda, 1, rows, scratch, filter, depth, k, targetChannels, Math.min(step, depth - k), c,
                    c0, ldc,
                    add || k > 0, scratch, own);
        }
    }

    private int depth(PackedWindow w) {
        return w.taps() * sourceChannels;
    }

    private int patchStride(PackedWindow w) {
        return w.isPointwise() ? 0 : VectorSupport.oddLines(depth(w), GemmDoubleKernel.L);
    }

    private int blockRows(PackedWindow w) {
        return VectorSupport.blockRows(BLOCK, depth(w), GemmDoubleKernel.ROWS);
    }
}
