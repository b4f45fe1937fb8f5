package dev.goshawk.cpu.kernel.conv.packed;

import dev.goshawk.backend.Workers;
import dev.goshawk.cpu.kernel.conv.ConvKernel;
import dev.goshawk.cpu.kernel.gemm.BlockedProduct;
import dev.goshawk.cpu.kernel.gemm.LeftRows;
import dev.goshawk.cpu.kernel.gemm.PackedWindow;
import dev.goshawk.cpu.kernel.gemm.ResultRows;
import dev.goshawk.cpu.kernel.gemm.RightColumns;
import dev.goshawk.cpu.kernel.simd.VectorSupport;
import dev.goshawk.tensor.ConvGeometry;
import dev.goshawk.tensor.ConvRole;
import java.util.List;

/**
 * The convolution and its input gradient in float32, any geometry: the patches of each grid of windows, gathered block
 * by block, times the filter.
 */
final class PackedGather implements ConvKernel {
    private final ConvGeometry geometry;
    private final boolean output;
    private final PackedWindow[] windows;
    private final BlockedProduct[] products;
    private final int sourceChannels;
    private final int targetChannels;
    /** Where in scratch what is packed beforehand starts, for each window; then the size of all. */
    private final int[] sharedAt;
    private final int packTasks;
    private final int tasks;
    private final int workerFloats;

    PackedGather(ConvRole role, ConvGeometry geometry) {
        this.geometry = geometry;
        this.output = role == ConvRole.OUTPUT;
        List<PackedWindow> grids = output
                ? List.of(PackedWindow.output(geometry))
                : PackedWindow.inputGradient(geometry);
        this.windows = grids.toArray(new PackedWindow[0]);
        this.sourceChannels = (output ? geometry.inChannels() : geometry.outChannels()) / geometry.groups();
        this.targetChannels = (output ? geometry.outChannels() : geometry.inChannels()) / geometry.groups();
        this.products = new BlockedProduct[windows.length];
        this.sharedAt = new int[windows.length + 1];
        int packs = 0;
        int count = 0;
        int own = 0;
        for (int i = 0; i < windows.length; i++) {
            products[i] = new BlockedProduct(windows[i].positions(), targetChannels, depth(windows[i]),
                    windows[i].isPointwise() ? BlockedProduct.Left.MATRIX : BlockedProduct.Left.GATHERED, true);
            sharedAt[i + 1] = Math.addExact(
                    sharedAt[i], Math.multiplyExact(geometry.groups(), products[i].sharedFloats()));
            packs += products[i].packTasks() * geometry.groups();
            count += products[i].tasks() * geometry.groups();
            own = Math.max(own, products[i].scratchFloats());
        }
        this.packTasks = packs;
        this.tasks = count;
        this.workerFloats = own;
    }

    @Override
    public int scratchFloats(int threads) {
        VectorSupport.requireThreads(threads);
        return Math.addExact(sharedAt[windows.length], Math.multiplyExact(threads, workerFloats));
    }

    @Override
    public void run(float[] a, int aOff, float[] b, int bOff, float[] out, int outOff, boolean accumulate,
            float[] scratch, int scratchOff, Workers workers) {
        VectorSupport.requireLength(
                "conv2d: scratch", (long) scratchOff + scratchFloats(workers.threads()), scratch.length);
        float[] source = output ? a : b;
        int sourceOff = output ? aOff : bOff;
        float[] filter = output ? b : a;
        int filterOff = output ? bOff : aOff;
        int groups = geometry.groups();
        int perGroup = geometry.outChannels() / groups;
        workers.run(packTasks, (task, worker) -> {
            int i = 0;
            int rest = task;
            while (rest >= products[i].packTasks() * groups) {
                rest -= products[i++].packTasks() * groups;
            }
            products[i].pack(
                    rest / groups, right(windows[i], filter, filterOff + rest % groups * perGroup), scratch,
                    scratchOff + shared(i, rest % groups));
        });
        int owned = scratchOff + sharedAt[windows.length];
        workers.run(tasks, (task, worker) -> {
            int i = 0;
            int rest = task;
            while (rest >= products[i].tasks() * groups) {
                rest -= products[i++].tasks() * groups;
            }
            int group = rest % groups;
            PackedWindow w = windows[i];
            products[i].run(
                    rest / groups, 0, depth(w), left(w, source, sourceOff + group * sourceChannels),
                    right(w, filter, filterOff + group * perGroup),
                    new ResultRows.Pixels(w, out, outOff + group * targetChannels, targetChannels * groups,
                            targetHeight(), targetWidth()),
                    accumulate, scratch, scratchOff + shared(i, group), owned + worker * workerFloats);
        });
    }

    private int shared(int window, int group) {
        return sharedAt[window] + group * products[window].sharedFloats();
    }

    private LeftRows left(PackedWindow w, float[] x, int x0) {
        int pixel = sourceChannels * geometry.groups();
        return w.isPointwise()
                ? new LeftRows.Matrix(x, x0, pixel)
                : new LeftRows.Patches(w, x, x0, pixel, sourceChannels);
    }

    private RightColumns right(PackedWindow w, float[] b, int b0) {
        int outChannels = geometry.outChannels();
        return output
                ? new RightColumns.Matrix(b, b0, outChannels, 1)
                : new RightColumns.Taps(w, b, b0, geometry.kernelWidth(),
                        geometry.inChannels() / geometry.groups() * outChannels, outChannels, sourceChannels);
    }

    private int targetHeight() {
        return output ? geometry.outHeight() : geometry.inHeight();
    }

    private int targetWidth() {
        return output ? geometry.outWidth() : geometry.inWidth();
    }

    private int depth(PackedWindow w) {
        return w.taps() * sourceChannels;
    }
}
